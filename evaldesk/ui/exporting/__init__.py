"""Handing traces and ratings over in the formats of other tools, from any screen."""
