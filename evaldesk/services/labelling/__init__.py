"""A rater's work: queues, answers, preferences, undo, pace."""
