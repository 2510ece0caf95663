"""Comparing two traces of a scenario, pair by pair."""
