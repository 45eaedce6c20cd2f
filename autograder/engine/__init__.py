"""The grading engine: submissions in, reports out, through a pool of warm workers.

>>> from autograder.engine import grade_all
"""

from autograder.engine.run import forget_finished, grade_all

__all__ = ["forget_finished", "grade_all"]
