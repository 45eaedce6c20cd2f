"""Measured comparisons with other graders: `python -m benchmarks`."""
