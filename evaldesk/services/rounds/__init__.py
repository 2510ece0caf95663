"""Rounds of labelling: planned, shared out, watched, and what they estimate."""
