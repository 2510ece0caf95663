"""Writing rubrics."""
