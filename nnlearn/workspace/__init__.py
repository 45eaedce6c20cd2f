"""A learner's workspace: the exercises they work on, and what is remembered about their work.

A workspace is a content tree (`exercises/<topic>/`) with a folder `.nnlearn/` beside it. Nothing here
imports Keras, and nothing needs more than files: it works the same on Linux, macOS and Windows.
"""
