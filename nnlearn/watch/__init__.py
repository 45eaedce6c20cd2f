"""Checks the learner's file whenever it is saved, and shows the result.

The process at the terminal (`loop`) imports no Keras; it starts a warm one that does and that runs the checks
(`process`, `checker` on this side of the pipe; `warm`, `forks`, `work`, `collected` on the other).
"""
