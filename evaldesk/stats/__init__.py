"""Pure functions: arrays in, frozen results out. See docs/statistics.md.

Nothing here is imported before a figure is asked for: numpy and scipy cost half a second.
"""
