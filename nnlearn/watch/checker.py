"""Checks a file with the help of the warm process, whatever the file does.

All of it happens in one thread: what is heard of the process is put into the queue of the watch, which
hands it to `Checker.hear`, and the time that passes to `Checker.tick`.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from nnlearn.catalogue import Topic
from nnlearn.errors import NnlearnError
from nnlearn.results import Outcome, PartResult, Verdict
from nnlearn.watch import messages as m
from nnlearn.watch.process import Gone, Printed, Said, WarmProcess

if TYPE_CHECKING:
    from nnlearn.checking.failure import Failure

_SLACK_S = 1.0  # a beat comes every half second
_BEGIN_S = 30.0  # a fork that does not begin by then never will
_CANCEL_S = 5.0
_IMPATIENT_S = 1.0  # without forks: silent for so long, a run gives way to what was saved since
_FAILURES = 2  # to get ready, one after the other: something may have killed it once


class CheckerError(NnlearnError):
    """The process that checks cannot be had."""


@dataclass
class Run:
    """One run over a file, through as many processes as it takes.

    Attributes:
        file: The learner's file.
        todo: The parts that have no result yet, in order.
        unreadable: Why the file cannot be read at all, or an empty string.
        notes: What the learner should know about the file.
        output: What the learner's code printed.
        results: What was found, part by part.
    """

    file: Path
    todo: list[str]
    unreadable: str = ""
    notes: tuple[str, ...] = ()
    output: str = ""
    results: list[PartResult] = field(default_factory=list)


class Listener(Protocol):
    """Who is told what is found."""

    def part_checked(self, result: PartResult) -> None:
        """A part has its result."""

    def run_ended(self, run: Run) -> None:
        """All parts have; the run was not overtaken by another."""


@dataclass
class _Under:
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


class Checker:
    """Runs the visible checks of a topic on a file.

    Args:
        root: The workspace.
        topic: The topic to begin with.
        listener: Who is told what is found.
        post: Takes what is heard from other threads; it comes back through `hear`.
        by_fork: Whether the warm process forks.
    """

    def __init__(
        self,
        root: Path,
        topic: Topic,
        listener: Listener,
        post: Callable[[Said | Printed | Gone], None],
        *,
        by_fork: bool,
    ) -> None:
        self._root = root
        self._topic = topic
        self._listener = listener
        self._post = post
        self._by_fork = by_fork
        self._numbers = 0
        self._failures = 0
        self._is_ready = False
        self._titles: dict[str, dict[str, str]] = {}
        self._run: Run | None = None
        self._under: _Under | None = None
        self._waiting: Run | None = None
        self._process = self._started()

    @property
    def is_ready(self) -> bool:
        """Whether the process has imported Keras and collected the checks."""
        return self._is_ready

    @property
    def is_busy(self) -> bool:
        """Whether a run is under way, or waits to begin."""
        return self._run is not None or self._waiting is not None

    @property
    def doing(self) -> str:
        """What is under way, for the learner: which part, and for how long if it takes its time."""
        if not self.is_busy:
            return ""
        if self._under is None or not self._under.began:
            return "starting Keras" if not self.is_ready else "checking"
        name = self._run.file.name if self._run is not None else ""
        what = f"running {name}" if self._under.loading else f"checking {self.part}"
        seconds = int(self._under.part_seconds)
        return f"{what}, {seconds} s" if seconds >= 2 else what

    @property
    def part(self) -> str:
        """The part that is being checked."""
        return self._run.todo[0] if self._run is not None and self._run.todo else ""

    @property
    def checks(self) -> dict[str, int]:
        """How many checks each part has, once that is known."""
        return {part: len(titles) for part, titles in self._titles.items()}

    def check(self, file: Path, parts: Sequence[str]) -> None:
        """Run the checks of `parts` on `file`, in place of whatever is under way."""
        self._waiting = Run(file, list(parts))
        under = self._under
        if under is None or self._process.by_fork:
            self._begin()
        elif under.silent > _IMPATIENT_S:
            self._restart()

    def turn_to(self, topic: Topic) -> None:
        """Check files of another topic from now on."""
        self._topic = topic
        self._waiting = None
        self._is_ready, self._titles = False, {}
        was_under_way = self._under is not None
        self._run = self._under = None
        if was_under_way and not self._process.by_fork:
            self._restart()
        else:
            self._process.send(m.Open(topic.name))

    def pause(self) -> None:
        """Let nothing run until `resume`."""
        self._process.pause()

    def resume(self) -> None:
        """Go on."""
        self._process.resume()

    def close(self) -> None:
        """End the process."""
        self._process.close()

    def tick(self, seconds: float) -> None:
        """Let time pass in which the watch was awake."""
        under = self._under
        if under is None:
            return
        under.silent += seconds
        under.part_seconds += seconds
        if not under.began:
            if under.silent > _BEGIN_S and self._process.by_fork:
                self._by_fork = False  # a fork of this process hangs: do without
                self._waiting = self._waiting or self._run
                self._restart()
        elif under.late:
            if under.silent > _CANCEL_S:
                self._process.kill()
        elif late := self._passed_limit(under):
            under.late, under.silent = late, 0.0
            if self._process.by_fork:
                self._process.send(m.Cancel(under.number))
            else:
                self._process.kill()

    def hear(self, event: Said | Printed | Gone) -> None:
        """Take in what is heard of the process.

        Raises:
            CheckerError: There is no getting it to work.
        """
        if event.process != self._process.number:
            return
        match event:
            case Gone(code=code, text=text):
                self._gone(code, text)
            case Printed(run=run, text=text) if self._under is not None and run == self._under.number:
                self._under.printed = text
                self._end_if_all_is_known()
            case Said(report=report):
                self._take(report)

    def _take(self, report: m.Report) -> None:
        match report:
            case m.Ready(topic, titles):
                if topic == self._topic.name:
                    self._is_ready, self._titles = True, titles
                    self._failures = 0
                    self._begin()
                return
            case m.Problem(problem, next_step):
                raise CheckerError(problem, next_step)
        under, run = self._under, self._run
        if under is None or run is None or report.run != under.number:
            return
        under.silent = 0.0
        match report:
            case m.Began():
                under.began = True
            case m.Unreadable(why=why):
                run.unreadable = why
                run.todo.clear()
            case m.Loading():
                under.loading = True
            case m.Loaded(notes=notes):
                under.loading = False
                run.notes = notes
            case m.Busy(check=check):
                # A part that is refused before the file is loaded goes straight to its next check.
                under.check, under.loading = check, False
            case m.Checked(outcome=outcome):
                under.outcomes.append(outcome)
            case m.PartDone(result=result):
                self._found(result)
            case m.Ended(code=code):
                under.code = code
                self._end_if_all_is_known()

    def _found(self, result: PartResult) -> None:
        assert self._run is not None and self._under is not None  # noqa: PT018, S101
        self._under.outcomes, self._under.part_seconds, self._under.check = [], 0.0, ""
        if result.name in self._run.todo:
            self._run.todo.remove(result.name)
        self._run.results.append(result)
        self._listener.part_checked(result)

    def _begin(self) -> None:
        """Have the process take on the run that waits, if it can."""
        if self._waiting is None or not self.is_ready:
            return
        self._run, self._waiting = self._waiting, None
        self._has_checks(self._run)
        self._send_rest()

    def _send_rest(self) -> None:
        assert self._run is not None  # noqa: S101
        self._numbers += 1
        self._under = _Under(self._numbers)
        self._process.send(m.Check(self._numbers, str(self._run.file), tuple(self._run.todo)))

    def _end_if_all_is_known(self) -> None:
        """Once it has ended and its output is there: the results of what it left, and on with the rest."""
        under, run = self._under, self._run
        if under is None or run is None or under.code is None or under.printed is None:
            return
        run.output = f"{run.output}\n{under.printed}".strip("\n")
        if run.todo and self._has_checks(run):
            from nnlearn.checking.failure import Failure  # not before: it brings NumPy and pytest with it

            part = run.todo[0]
            verdict, why = in_words(under.code, under.late, began=under.began)
            is_ours = verdict is Verdict.GRADER_ERROR
            raised = tuple(under.printed.splitlines()[-12:]) if is_ours else ()
            for name in list(run.todo) if under.loading or is_ours else [part]:
                failure = Failure(why, part=name, raised=raised, next_step=f"nnlearn hint {name}")
                self._found(self._cut_short(name, verdict, failure, under))
        self._under = None
        if self._waiting is not None:
            self._run = None
            self._begin()
        elif run.todo and self._has_checks(run):
            if self.is_ready:
                self._send_rest()
            else:
                self._waiting, self._run = run, None  # as soon as there is a process again
        else:
            self._run = None
            self._listener.run_ended(run)

    def _has_checks(self, run: Run) -> bool:
        """Whether a part that has no result could have one: some have hidden checks only."""
        run.todo = [part for part in run.todo if self._titles.get(part)]
        return bool(run.todo)

    def _cut_short(self, part: str, verdict: Verdict, failure: Failure, under: _Under) -> PartResult:
        """The result of a part during which the process ended."""
        from nnlearn.checking.failure import Failure, render

        titles = self._titles[part]
        ended = {outcome.check: outcome for outcome in under.outcomes}
        culprit = under.check if under.check in titles else next(iter(titles))
        message = render(failure)
        waits = render(Failure("it waits: the check before it did not end", part=part))
        outcomes = []
        for check, title in titles.items():
            if check in ended:
                outcomes.append(ended[check])
            else:
                at_fault = check == culprit
                what = verdict if at_fault else Verdict.WAITING
                outcomes.append(Outcome(check, title, False, 1.0, what, message if at_fault else waits))
        return PartResult(part, self._topic.part(part).points, tuple(outcomes))

    def _passed_limit(self, under: _Under) -> str:
        limits = self._topic.limits
        if under.loading or not under.check:
            if under.silent > limits.part_seconds:
                return f"loading the file may take {limits.part_seconds:g} s"
        elif under.silent > limits.call_seconds + _SLACK_S:
            return f"one call may take {limits.call_seconds:g} s"
        elif under.part_seconds > limits.part_seconds + _SLACK_S:
            return f"one part may take {limits.part_seconds:g} s"
        return ""

    def _gone(self, code: int, text: str) -> None:
        was_ready, self._is_ready = self._is_ready, False
        self._failures += not was_ready
        if not was_ready and (code >= 0 or self._failures > _FAILURES):
            said = "\n  ".join(text.splitlines()[-12:])
            raise CheckerError(
                f"the process that checks ended before it was ready (exit status {code})"
                + (f":\n  {said}" if said else ""),
                "`nnlearn doctor` says what is wrong",
            )
        self._process.close()
        self._process = self._started()
        if self._under is not None:
            self._under.code, self._under.printed = code, text
            self._end_if_all_is_known()

    def _restart(self) -> None:
        """End the process and what it does, and start another."""
        self._is_ready = False
        self._run = self._under = None
        self._process.close()
        self._process = self._started()

    def _started(self) -> WarmProcess:
        return WarmProcess(self._root, self._topic.name, self._post, by_fork=self._by_fork)


def in_words(code: int, late: str, *, began: bool) -> tuple[Verdict, str]:
    """What it means that a process ended before all parts had a result."""
    if late:
        return Verdict.TIMED_OUT, f"it took too long: {late}"
    if code == m.EXIT_KEYBOARD_INTERRUPT:
        return Verdict.RAISED, "it raised KeyboardInterrupt"
    if not began or code == m.EXIT_OWN_FAULT:
        return Verdict.GRADER_ERROR, f"the checks could not be run (exit status {code}); not your mistake"
    if code >= 0:
        return Verdict.CRASHED, f"your code ended the process, as os._exit({code}) does"
    name = signal.Signals(-code).name
    if name == "SIGKILL":
        return Verdict.OUT_OF_MEMORY, f"the system ended it ({name}): memory ran out"
    return Verdict.CRASHED, f"{name} ended it: a fault in compiled code, or no memory left"
