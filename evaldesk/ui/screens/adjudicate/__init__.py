"""Where raters differ, and the rulings that settle it."""
