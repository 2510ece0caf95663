"""The log of a project: a hash chain that every write transaction is in. See decision 0022."""
