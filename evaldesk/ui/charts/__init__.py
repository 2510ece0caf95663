"""Charts. Only this package draws with pyqtgraph, and only when a chart is first wanted."""
