"""One project, one SQLite file. Rows never leave this package: it hands out domain values."""
