"""Checks a file with the help of the warm process, whatever the file does.

All of it happens in one thread: what is heard of the process is put into the queue of the watch, which
hands it to `Checker.hear`, and the time that passes to `Checker.tick`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from nnlearn.catalogue import Topic
from nnlearn.errors import NnlearnError
from nnlearn.results import PartResult, Verdict
from nnlearn.watch import messages as m
from nnlearn.watch.process import Gone, Printed, Said, WarmProcess
from nnlearn.watch.runs import Run, Underway, cut_short, in_words, passed_limit

_BEGIN_S = 30.0  # a fork that does not begin by then never will
_CANCEL_S = 5.0
_IMPATIENT_S = 1.0  # without forks: silent for so long, a run gives way to what was saved since
_FAILURES = 2  # to get ready, one after the other: something may have killed it once


class CheckerError(NnlearnError):
    """The process that checks cannot be had."""


class Listener(Protocol):
    """Who is told what is found."""

    def part_checked(self, result: PartResult) -> None:
        """A part has its result."""

    def part_printed(self, part: str, text: str) -> None:
        """A part has printed this; no part's name: the file, while it was loaded or at its end."""

    def run_ended(self, run: Run) -> None:
        """All parts have; the run was not overtaken by another."""


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
        self._is_ready = self._is_warm = False
        self._titles: dict[str, dict[str, str]] = {}
        self._run: Run | None = None
        self._under: Underway | None = None
        self._waiting: Run | None = None
        self._stack: list[m.Frame] = []
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
            starting = "collecting the checks" if self._is_warm else "starting Keras"
            return "checking" if self.is_ready else starting
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

    def check(self, file: Path, parts: Sequence[str], code: Mapping[str, str]) -> None:
        """Run the checks of some parts on a file, in place of whatever is under way.

        Args:
            file: The file.
            parts: The parts, in this order.
            code: What stands in the file, by the names that frames of it have.
        """
        self._waiting = Run(file, list(parts), code)
        under = self._under
        if under is None or self._process.by_fork:
            self._begin()
        elif under.silent > _IMPATIENT_S:
            self._restart()

    def check_none(self) -> None:
        """Take on no run that has not begun: what it was to check is not there any more."""
        self._waiting = None

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
        elif late := passed_limit(under, self._topic.limits):
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
            case Printed(run=run) if self._under is not None and run == self._under.number:
                self._printed(self._under, event)
            case Said(report=report):
                self._take(report)

    def _take(self, report: m.Report) -> None:
        match report:
            case m.Ready(topic, titles):
                if topic == self._topic.name:
                    self._is_ready, self._is_warm, self._titles = True, True, titles
                    self._failures = 0
                    self._begin()
                return
            case m.Problem(problem, next_step):
                raise CheckerError(problem, next_step)
            case m.Stack():  # of the last thread it counts, which is the main one
                self._stack.clear()
                return
            case m.Frame():
                self._stack.append(report)
                return
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
            case m.PassedBreakpoint(place=place, check=check):
                run.breakpoint = run.breakpoint or (place, check)
            case m.Checked(outcome=outcome):
                under.outcomes.append(outcome)
            case m.PartDone(result=result):
                self._found(result)
            case m.Ended(code=code):
                under.code = code
                self._end_if_all_is_known()

    def _printed(self, under: Underway, event: Printed) -> None:
        if event.part == m.LOADED:
            self._listener.part_printed("", event.text)
        elif event.part != m.ALL:
            self._listener.part_printed(event.part, event.text)
        else:
            under.printed = event.text
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
        self._under = Underway(self._numbers)
        self._stack = []
        self._process.send(m.Check(self._numbers, str(self._run.file), tuple(self._run.todo)))

    def _end_if_all_is_known(self) -> None:
        """Once it has ended and its output is there: the results of what it left, and on with the rest."""
        under, run = self._under, self._run
        if under is None or run is None or under.code is None or under.printed is None:
            return
        if run.todo and self._has_checks(run):
            self._listener.part_printed("" if under.loading else self.part, under.printed)
            is_ours = in_words(under.code, under.late, began=under.began)[0] is Verdict.GRADER_ERROR
            for name in list(run.todo) if under.loading or is_ours else run.todo[:1]:
                self._found(cut_short(self._topic.part(name), run, self._titles[name], under, self._stack))
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
        self._is_warm = False
        self._process = self._started()
        if self._under is not None:
            self._under.code, self._under.printed = code, text
            self._end_if_all_is_known()

    def _restart(self) -> None:
        """End the process and what it does, and start another."""
        self._is_ready = False
        self._run = self._under = None
        self._process.close()
        self._is_warm = False
        self._process = self._started()

    def _started(self) -> WarmProcess:
        return WarmProcess(self._root, self._topic.name, self._post, by_fork=self._by_fork)
