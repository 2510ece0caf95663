"""What goes out: files of other tools, reports, tables."""
