"""The rounds screen: planning rounds, how far they are, what they found."""
