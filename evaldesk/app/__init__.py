"""Builds the program's objects and starts it."""
