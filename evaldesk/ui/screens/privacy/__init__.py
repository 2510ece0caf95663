"""The Privacy screen."""
