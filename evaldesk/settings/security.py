"""When an encrypted project is locked, and what was copied from it taken back."""

LOCK_AFTER = "lock_after_minutes"
LOCK_MINUTES = 10
"""At first; 0 is never."""

CLIPBOARD = "clipboard_seconds"
CLIPBOARD_SECONDS = 60
"""At first; 0 is never."""
