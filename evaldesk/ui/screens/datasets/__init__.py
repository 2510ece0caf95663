"""Datasets: their versions, what they hold, and whether they can be relied on."""
