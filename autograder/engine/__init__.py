"""The grading engine: submissions in, reports out, through a pool of warm workers.

>>> from autograder.engine import grade_all
"""

from autograder.engine.run import grade_all

__all__ = ["grade_all"]
