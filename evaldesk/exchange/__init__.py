"""Work packages: what is sealed for a reader, signed, and merged again."""
