"""Secrets: the only importer of ``keyring``."""
