"""What can be wrong with an export; each names the next step."""

from __future__ import annotations

from nnlearn.errors import NnlearnError


class TemplateError(NnlearnError):
    """The platform's own export is not of the form that was asked for."""


class MatchingError(NnlearnError):
    """Learners and rows cannot be put together without a guess."""


class GradebookError(NnlearnError):
    """The gradebook does not hold what was asked for."""
