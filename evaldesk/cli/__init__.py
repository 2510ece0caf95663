"""The same use cases without a window; the names, keys and exit codes are a contract."""
