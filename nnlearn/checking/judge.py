"""Turns what a check raised into a verdict and a failure in words."""

from __future__ import annotations

import re
import traceback
from collections.abc import Sequence

from nnlearn.checking.failure import CheckFailed, Failure
from nnlearn.learner.calls import CallText
from nnlearn.learner.errors import Forbidden, LearnerDied, LearnerRaised, NotWritten
from nnlearn.results import Verdict
from nnlearn.submission.source import file_name

_OUT_OF_MEMORY = {
    "builtins.MemoryError",
    "tensorflow.python.framework.errors_impl.ResourceExhaustedError",
    "numpy._core._exceptions._ArrayMemoryError",
}


class Waiting(Exception):
    """The check that has to pass first did not."""


_ELEMENTARY = "elementary functions, and what is made of them: nnlearn elementary"


def judge(error: BaseException, trouble: Sequence[str]) -> tuple[Verdict, Failure]:
    """What it means that a check raised `error`.

    Args:
        error: The exception.
        trouble: What went wrong with the part when the learner's file was loaded, if anything did.
    """
    match error:
        case CheckFailed():
            return Verdict.FAILED, error.failure
        case LearnerRaised():
            return _raised(error)
        case NotWritten() if trouble:
            claim = "your file could not be run this far"
            return Verdict.RAISED, Failure(claim, raised=tuple(trouble))
        case NotWritten():
            missing = "is not defined" in str(error) or "is not filled in" in str(error)
            return Verdict.NOT_WRITTEN, Failure(str(error) if missing else "not written yet")
        case Forbidden():
            claim = f"this part is about building it yourself, without {', '.join(error.uses)}"
            return Verdict.FORBIDDEN, Failure(claim, expected=(_ELEMENTARY,))
        case LearnerDied():
            return error.verdict, Failure(error.message)
        case Waiting():
            return Verdict.WAITING, Failure(str(error))
    # Nobody foresaw this. Names of files, not their folders: learners may get to read it.
    text = re.sub(r'File ".*[/\\]', 'File "', "".join(traceback.format_exception(error)))
    claim = f"the grader failed ({type(error).__name__}); this is not your mistake"
    return Verdict.GRADER_ERROR, Failure(claim, raised=tuple(text.rstrip().splitlines()[-12:]))


def _raised(error: LearnerRaised) -> tuple[Verdict, Failure]:
    memory = _OUT_OF_MEMORY.intersection(error.bases)
    frames = tuple(
        f"{file_name(frame.file)}:{frame.line} in {frame.function}: {frame.text}" for frame in error.frames
    )
    said = tuple(line for line in str(error).splitlines() if line.strip())
    claim = f"it raised {error.type_name}"
    verdict = Verdict.OUT_OF_MEMORY if memory else Verdict.RAISED
    frames = frames or ("not in your file",)
    return verdict, Failure(claim, "error", raised=said, frames=frames)


def call_lines(call: CallText | None) -> tuple[str, ...]:
    """The `Call` row: the call, then each array among its arguments."""
    if call is None:
        return ()
    one_line = f"{call.call:<17}  {call.where[0]}" if len(call.where) == 1 else ""
    return (one_line,) if one_line and len(one_line) <= 70 else (call.call, *call.where)
