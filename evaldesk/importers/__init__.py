"""Reading what others wrote: one module a format, one registry."""
