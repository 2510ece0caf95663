"""One trace as a person reads it: steps, times, attachments, highlights."""
