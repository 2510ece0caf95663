"""A project as a whole: opened, encrypted, its people, its log, its first page."""
