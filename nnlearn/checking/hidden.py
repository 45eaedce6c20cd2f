"""What learners are told of a hidden check that did not pass."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from nnlearn.checking.failure import Failure
from nnlearn.results import Verdict, may_tell


def redacted(failure: Failure, verdict: Verdict, title: str, visible: Collection[Verdict]) -> Failure:
    """What may be said of it: nothing that could hold its inputs.

    Args:
        failure: All that there is to say.
        verdict: How the check ended.
        title: What learners read of it.
        visible: How the visible checks of its part ended.
    """
    if not may_tell(verdict, True, visible):
        return failure.without_answer(title)
    match verdict:
        case Verdict.NOT_WRITTEN:
            return replace(failure, claim="not written yet", call=())
        case Verdict.FORBIDDEN:
            return replace(failure, claim="this part is about building it yourself, without help", call=())
        case Verdict.GRADER_ERROR:
            return replace(failure, call=(), raised=())
        case Verdict.CRASHED:  # an exit status is a number of the learner's choice
            return replace(failure, claim="its process ended before it answered", call=())
        case Verdict.FAILED | Verdict.RAISED | Verdict.OUT_OF_MEMORY:
            return failure.redacted(title)
    return replace(failure, call=())  # it waits, or took too long: the words are ours
