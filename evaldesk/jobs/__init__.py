"""Work off the thread that draws. Uses QtCore only."""
