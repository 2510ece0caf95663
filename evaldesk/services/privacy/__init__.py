"""Personal data: what is found, what readers see, what may leave, what is due."""
