"""What checks expect of the learner's answers. Each raises `CheckFailed` with words for the learner.

>>> from nnlearn.checking import expect

Claims are sentences with "should": `each row should add up to 1`.
Answers are rebuilt as plain arrays before they are compared.
A message shows the call whose answer an expectation looked at; `about` says which that is, where it is a
number worked out from one.
`is_array`, `is_number` and `equal` only say whether something is so, for `learner.observed`.
"""

from nnlearn.checking.expect.answers import arrives, items, number, raises, true
from nnlearn.checking.expect.arrays import (
    all_close,
    between,
    close,
    different,
    dtype,
    finite,
    likely,
    right_and_finite,
    same,
    shape,
    unchanged,
)
from nnlearn.checking.expect.reading import about, equal, is_array, is_number

__all__ = [
    "about",
    "all_close",
    "arrives",
    "between",
    "close",
    "different",
    "dtype",
    "equal",
    "finite",
    "is_array",
    "is_number",
    "items",
    "likely",
    "number",
    "raises",
    "right_and_finite",
    "same",
    "shape",
    "true",
    "unchanged",
]
