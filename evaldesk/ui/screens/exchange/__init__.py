"""The Exchange screen: people, what goes out, what comes in."""
