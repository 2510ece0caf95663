"""Personal data: found, hidden from who need not see it, and removed when it is due."""
