"""Runs over a file: how far they have come, how long they may take, and what their deaths mean."""

from __future__ import annotations

import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nnlearn.catalogue.topic import Limits, Part
from nnlearn.learner.errors import ended_itself
from nnlearn.results import Outcome, PartResult, Verdict
from nnlearn.submission.source import file_name, place
from nnlearn.watch import messages as m

_SLACK_S = 1.0  # a beat comes every half second, and what the process is at is told before it is ended
_SHOWN, _FRAMES = 12, 4


@dataclass
class Run:
    """One run over a file, through as many processes as it takes.

    Attributes:
        file: The learner's file.
        todo: The parts that have no result yet, in order.
        code: The learner's code, by the names that its files have in frames.
        unreadable: Why the file cannot be read at all, or an empty string.
        notes: What the learner should know about the file.
        breakpoint: Where the code asked for a debugger first, and the check during which it did.
        results: What was found, part by part.
    """

    file: Path
    todo: list[str]
    code: Mapping[str, str] = field(default_factory=dict)
    unreadable: str = ""
    notes: tuple[str, ...] = ()
    breakpoint: tuple[str, str] | None = None
    results: list[PartResult] = field(default_factory=list)


@dataclass
class Underway:
    """A run under way in one process.

    Attributes:
        number: The number its reports carry.
        began: Whether a process has taken it on.
        loading: Whether the file itself is running.
        check: The check that is running.
        outcomes: The checks of the current part that ended.
        silent: Seconds since the last report.
        part_seconds: Seconds since the current part began.
        late: The limit that was passed, in words: the end has been asked for.
        code: The exit status, once it has ended.
        printed: What was printed, once that is known.
    """

    number: int
    began: bool = False
    loading: bool = False
    check: str = ""
    outcomes: list[Outcome] = field(default_factory=list)
    silent: float = 0.0
    part_seconds: float = 0.0
    late: str = ""
    code: int | None = None
    printed: str | None = None


def passed_limit(under: Underway, limits: Limits) -> str:
    """The limit that a run has passed, in words; an empty string while it may go on."""
    if under.loading or not under.check:
        if under.silent > limits.part_seconds + _SLACK_S:
            return f"loading the file may take {limits.part_seconds:g} s"
    elif under.silent > limits.call_seconds + _SLACK_S:
        return f"one call may take {limits.call_seconds:g} s"
    elif under.part_seconds > limits.part_seconds + _SLACK_S:
        return f"one part may take {limits.part_seconds:g} s"
    return ""


def lines_at(stack: Sequence[m.Frame], code: Mapping[str, str]) -> tuple[str, ...]:
    """The learner's own lines in a stack, the outermost first.

    Args:
        stack: The frames, the innermost first.
        code: The learner's code, by the names that its files have in frames.
    """
    files = {name.encode("ascii", "backslashreplace").decode(): name for name in code}
    lines = []
    for frame in stack:
        if frame.file in files:
            text = code[files[frame.file]].split("\n")[frame.line - 1 : frame.line]
            where = f"{place(file_name(files[frame.file]), frame.line)} in {frame.function}"
            lines.append(": ".join([where, *(line.strip() for line in text)]))
    return tuple(lines[:_FRAMES][::-1])


def cut_short(
    part: Part, run: Run, titles: Mapping[str, str], under: Underway, stack: Sequence[m.Frame]
) -> PartResult:
    """The result of a part during which the process ended.

    Args:
        part: The part.
        run: The run that it is one of.
        titles: The titles of its checks, by their names.
        under: What was under way; its exit status is known.
        stack: What it was at when its time was up, if it was: frames, the innermost first.
    """
    from nnlearn.checking.failure import Failure, render  # not before: it brings NumPy and pytest with it

    verdict, why = in_words(under.code or 0, under.late, began=under.began)
    raised = tuple((under.printed or "").splitlines()[-_SHOWN:]) if verdict is Verdict.GRADER_ERROR else ()
    frames = lines_at(stack, run.code) if under.late else ()
    step = f"nnlearn hint {part.name}"
    message = render(Failure(why, part=part.name, raised=raised, frames=frames, next_step=step))
    waits = render(Failure("it waits: the check before it did not end", part=part.name))
    ended = {outcome.check: outcome for outcome in under.outcomes}
    culprit = under.check if under.check in titles else next(iter(titles))
    outcomes = []
    for check, title in titles.items():
        at_fault = check == culprit
        what, said = (verdict, message) if at_fault else (Verdict.WAITING, waits)
        outcomes.append(ended.get(check) or Outcome(check, title, False, 1.0, what, said))
    return PartResult(part.name, part.points, tuple(outcomes))


def in_words(code: int, late: str, *, began: bool) -> tuple[Verdict, str]:
    """What it means that a process ended before all parts had a result."""
    if late:
        return Verdict.TIMED_OUT, f"it took too long: {late}"
    if code == m.EXIT_KEYBOARD_INTERRUPT:
        return Verdict.RAISED, "it raised KeyboardInterrupt"
    if not began or code == m.EXIT_OWN_FAULT:
        return Verdict.GRADER_ERROR, f"the checks could not be run (exit status {code}); not your mistake"
    if code >= 0:
        return Verdict.CRASHED, ended_itself(code)
    name = signal.Signals(-code).name
    if name == "SIGKILL":
        return Verdict.OUT_OF_MEMORY, f"the system ended it ({name}): memory ran out"
    return Verdict.CRASHED, f"{name} ended it: a fault in compiled code, or no memory left"
