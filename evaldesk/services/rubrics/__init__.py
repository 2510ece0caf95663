"""Rubrics: written, changed, and what a change leaves of the answers."""
