"""Finding traces: the filter language, facets, addresses of views."""
