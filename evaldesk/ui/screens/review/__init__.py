"""Labelling traces with a rubric."""
