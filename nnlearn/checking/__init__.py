"""The words checks are written in.

>>> from nnlearn.checking import check, expect, laws, oracles
"""

from nnlearn.checking import expect, laws, oracles
from nnlearn.checking.failure import CheckFailed, Failure
from nnlearn.checking.marks import check

__all__ = ["CheckFailed", "Failure", "check", "expect", "laws", "oracles"]
