"""`nnlearn gradescope build`: one topic as an autograder archive for Gradescope, and what runs in it.

`archive` and what it imports run where the archive is built; `run` and what it imports run on Gradescope.
The format: https://gradescope-autograders.readthedocs.io/en/latest/specs/.
"""
