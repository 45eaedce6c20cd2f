"""The watch: one loop that takes events as they come, from files, keys, signals and the warm process."""

from __future__ import annotations

import contextlib
import queue
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from nnlearn.catalogue import Topic
from nnlearn.errors import EXIT_CHECKS_FAILED, EXIT_OK, NnlearnError
from nnlearn.results import PartResult
from nnlearn.watch.actions import Actions
from nnlearn.watch.board import Board
from nnlearn.watch.checker import Checker
from nnlearn.watch.files import SavedFiles, Touched
from nnlearn.watch.front import Front
from nnlearn.watch.input_end import EndOfInput, tell_end_of_input
from nnlearn.watch.keys import Key
from nnlearn.watch.process import Gone, Printed, Said
from nnlearn.watch.runs import Run
from nnlearn.watch.signals import Continued, Resized, Stop, Suspend, signals_to, suspend
from nnlearn.watch.wording import breakpoint_note
from nnlearn.watch.written import Written, is_saved, read_written
from nnlearn.workspace.standing import Standing
from nnlearn.workspace.workspace import Workspace

_WHILE_BUSY_S = 0.25
_AWAKE_S = 1.0  # more than this between two looks at the clock: the process was stopped in between


class Watch:
    """Checks the learner's file of a topic whenever it is saved, until it is told to end.

    Args:
        workspace: Where the learner works.
        topic: The topic to begin with.
        front: Makes what shows the board, given where its keys go.
        by_fork: Whether runs are forks of the warm process.
        polling: Whether to do without events of the file system.

    Attributes:
        workspace: Where the learner works.
        standing: How far the learner has come.
        front: What shows the board.
        board: What is shown of the topic that is watched now.
    """

    def __init__(
        self,
        workspace: Workspace,
        topic: Topic,
        front: Callable[[Callable[[Any], None]], Front],
        *,
        by_fork: bool,
        polling: bool = False,
    ) -> None:
        self._events: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.workspace = workspace
        self.standing = Standing(workspace)
        self.front = front(self._events.put)
        self._checker = Checker(workspace.root, topic, self, self._events.put, by_fork=by_fork)
        self._code: int | None = None
        self._ends_when_idle = False
        self._noticed: float | None = None
        self._topic_of = {file: t for t in self.standing.topics for file in (t.stub, t.notebook)}
        self._files = SavedFiles(tuple(self._topic_of), self._events.put, polling=polling)
        self._written: dict[Path, Written] = {}
        self._boards: dict[str, Board] = {}
        self.board = self._board_of(topic)
        self._actions = Actions(self)

    def run(self) -> int:
        """Watch until told to end; returns the exit code.

        Raises:
            NnlearnError: Nothing can be checked here.
        """
        try:
            with signals_to(self._events.put, on_a_terminal=self.front.has_keys), self.front:
                if not self.front.has_keys:
                    tell_end_of_input(self._events.put)
                self._show()  # at once: the files are read after it
                self._written = {file: read_written(t, file) for file, t in self._topic_of.items()}
                self._check()
                self._show()
                return self._loop()
        finally:
            self._files.close()
            self._checker.close()

    def turn_to(self, topic: Topic) -> None:
        """Watch another topic from now on."""
        self._turn_to(topic)
        self._noticed = None
        self._check()

    def end(self, code: int) -> None:
        """End the watch with this exit code."""
        self._code = code

    def post(self, event: Any) -> None:
        """Put an event into the queue; safe in any thread."""
        self._events.put(event)

    def part_checked(self, result: PartResult) -> None:
        """Take in the result of a part."""
        board = self.board
        if board.seconds is None and self._noticed is not None:
            board.seconds = time.perf_counter() - self._noticed
        board.take(result)

    def part_printed(self, part: str, text: str) -> None:
        """Take in what a part has printed, or the file itself."""
        self.board.printed[part] = text

    def run_ended(self, run: Run) -> None:
        """Take in the end of a run, and remember what passes."""
        board = self.board
        board.unreadable = board.unreadable or run.unreadable
        board.notes = run.notes
        if run.breakpoint is not None:
            board.notes += (breakpoint_note(*run.breakpoint, board.topic.exercise_dir),)
        self._remember(board, run.results)
        board.doing = ""
        self.front.ended(board)

    def _board_of(self, topic: Topic) -> Board:
        """The board of a topic, as it was when it was left, if it was there already."""
        if topic.name not in self._boards:
            self._boards[topic.name] = Board(topic, self.workspace.file_of(topic))
        board = self._boards[topic.name]
        board.look_at(self.standing)
        board.choose_focus()
        board.notice = "\n".join(self.workspace.progress.notes)
        return board

    def _remember(self, board: Board, results: Iterable[PartResult]) -> None:
        verdicts = {result.name: result.verdict.value for result in results}
        try:
            self.workspace.progress.record(board.topic.name, verdicts)
            board.look_at(self.standing)
        except NnlearnError as error:
            board.notice = str(error)

    def _turn_to(self, topic: Topic) -> None:
        self._remember(self.board, self.board.results.values())  # the run is not going to end
        self.board = self._board_of(topic)
        self._checker.turn_to(topic)

    def _take_saves(self, files: Sequence[Path]) -> None:
        """Go where the learner is, and check what they have saved.

        Args:
            files: What has changed, come or gone; the last one was saved last.
        """
        self._noticed = time.perf_counter()
        before = {file: self._written[file] for file in files}
        for file in files:
            self._written[file] = read_written(self._topic_of[file], file).since(before[file])
        here = self.board.file
        saved = [f for f in files if is_saved(f, self._written[f], before[f], is_watched=f == here)]
        if saved:
            self._follow(here if here in saved else saved[-1], before)
        elif here in files:  # it is gone
            self.board.file = self.workspace.file_of(self.board.topic)
            self._check()

    def _follow(self, file: Path, before: Mapping[Path, Written]) -> None:
        if self._topic_of[file] is not self.board.topic:
            self._turn_to(self._topic_of[file])
        self.board.saved_at = time.strftime("%H:%M:%S")
        self.board.file = file
        self.board.saved(self._written[file].changed_from(before[file]))
        self._check()

    def _check(self) -> None:
        """Check the file, if it is there and parses."""
        board = self.board
        board.is_missing = not board.file.exists()
        if board.is_missing:
            self._checker.check_none()
            return
        written = self._written[board.file]
        board.fault, board.unreadable = written.fault, written.unreadable
        board.seconds = None
        parts = [] if written.unreadable else board.in_order()
        if not parts:
            self._checker.check_none()
            self.front.ended(board)
            return
        board.printed.pop("", None)
        self._checker.check(board.file, parts, written.code)

    def _loop(self) -> int:
        last = time.monotonic()
        while self._code is None:
            wait = _WHILE_BUSY_S if self._checker.is_busy else _AWAKE_S
            for event in self._events_within(min(wait, self._files.look_every)):
                self._take(event)
            now = time.monotonic()
            self._checker.tick(min(now - last, _AWAKE_S))
            last = now
            if saved := self._files.look():
                self._take_saves(saved)
            self._show()
            if self._ends_when_idle and not self._checker.is_busy:
                self._code = EXIT_OK if self.board.all_pass else EXIT_CHECKS_FAILED
        return self._code

    def _events_within(self, seconds: float) -> list[Any]:
        """What has come by the time something has, so that it is shown once."""
        found = []
        with contextlib.suppress(queue.Empty):
            found.append(self._events.get(timeout=seconds))
            while True:
                found.append(self._events.get_nowait())
        return found

    def _take(self, event: Any) -> None:
        match event:
            case Said() | Printed() | Gone():
                self._checker.hear(event)
                self.board.checks = self._checker.checks
            case Touched():
                self._files.touched()
            case Key(name):
                self._actions.press(name)
            case Resized():
                self.front.paint()
            case Continued():
                self.front.open()
            case Suspend():
                self.front.close()
                self._checker.pause()
                suspend()
                self._checker.resume()
                self.front.open()
            case Stop(code):
                self._code = code
            case EndOfInput():
                self._ends_when_idle = True

    def _show(self) -> None:
        board = self.board
        doing = self._checker.doing
        if doing or not self._checker.is_busy:
            board.doing = doing
        self.front.changed(board)
