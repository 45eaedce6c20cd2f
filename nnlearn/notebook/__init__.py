"""Checking one's work from inside a notebook: `nnlearn.check("softmax")`."""
