"""The only way to a network, and only where the project's policy allows it."""
