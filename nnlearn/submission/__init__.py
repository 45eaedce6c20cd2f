"""Reads a submission and never runs it: its cells, where its parts are, what it must not use."""
