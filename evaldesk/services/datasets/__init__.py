"""Datasets: versions, what they cover, what they repeat, what leaked, where it came from."""
