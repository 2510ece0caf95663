"""Two runs over the same scenarios."""
