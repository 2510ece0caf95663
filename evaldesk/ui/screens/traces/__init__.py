"""The screen that lists traces and shows them."""
