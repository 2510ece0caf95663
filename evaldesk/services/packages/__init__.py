"""Work packages: an assignment goes out (`sending`), becomes its reader's project and what they did
goes back (`working`), and comes into the project (`merging`).
"""
