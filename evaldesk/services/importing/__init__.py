"""What comes in: traces, scenarios, ratings, highlights."""
