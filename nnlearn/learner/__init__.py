"""The learner's code: read from a file, searched for shortcuts, run, and seen through one interface."""
