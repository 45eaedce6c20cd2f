"""The words checks are written in.

>>> from nnlearn.checking import check, expect
"""

from nnlearn.checking import expect
from nnlearn.checking.failure import CheckFailed, Failure
from nnlearn.checking.marks import check

__all__ = ["CheckFailed", "Failure", "check", "expect"]
