"""Beside the learner's objects: runs the learner's code, answers requests, watches what it uses."""
