"""What the keys do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from nnlearn.catalogue import Topic, load_catalogue
from nnlearn.errors import EXIT_INTERRUPTED, EXIT_OK, NnlearnError
from nnlearn.watch.board import Board
from nnlearn.watch.front import Front
from nnlearn.watch.pages import Page, lesson_page, topics_page
from nnlearn.watch.wording import all_lines
from nnlearn.workspace.standing import Standing
from nnlearn.workspace.workspace import Workspace

_CLOSE = ("q", "escape")


class Watching(Protocol):
    """The watch that keys are pressed in."""

    @property
    def workspace(self) -> Workspace:
        """Where the learner works."""

    @property
    def standing(self) -> Standing:
        """How far the learner has come."""

    @property
    def front(self) -> Front:
        """What shows the board."""

    @property
    def board(self) -> Board:
        """What is shown of the topic that is watched now."""

    def turn_to(self, topic: Topic) -> None:
        """Watch another topic from now on."""

    def end(self, code: int) -> None:
        """End the watch with this exit code."""


class Actions:
    """Does what a key asks for.

    Args:
        watch: The watch it is pressed in.
    """

    def __init__(self, watch: Watching) -> None:
        self._watch = watch
        self._asked_to_reset = ""
        self._keys: dict[str, Callable[[], None]] = {
            "h": self._hint,
            "n": lambda: self._step(1),
            "down": lambda: self._step(1),
            "p": lambda: self._step(-1),
            "up": lambda: self._step(-1),
            "right": lambda: self._turn(1),
            "left": lambda: self._turn(-1),
            "l": self._list,
            "r": self._reset,
            "o": self._lesson,
            "m": self._more,
            "q": lambda: watch.end(EXIT_OK),
            "escape": self._clear,
        }

    def press(self, key: str) -> None:
        """A key was pressed."""
        if key in ("interrupt", "hang up"):
            self._watch.end(EXIT_INTERRUPTED)
            return
        if self._watch.front.page is not None:
            self._press_on_page(self._watch.front.page, key)
            return
        asked, self._asked_to_reset = self._asked_to_reset, ""
        self._watch.board.notice = ""
        if key not in self._keys:
            return
        try:
            if key == "r" and asked:
                self._do_reset(asked)
            else:
                self._keys[key]()
        except NnlearnError as error:
            self._watch.board.notice = str(error)

    def _press_on_page(self, page: Page, key: str) -> None:
        if key in _CLOSE:
            self._watch.front.page = None
        elif key == "enter" and page.choices:
            self._watch.front.page = None
            self._go_to(page.choices[page.chosen])
        else:
            page.move(key)

    def _go_to(self, name: str) -> None:
        if name != self._watch.board.topic.name:
            self._watch.turn_to(self._watch.workspace.catalogue.topic(name))

    def _hint(self) -> None:
        board = self._watch.board
        if not board.focus:
            board.notice = "Every part passes: there is nothing to give a hint for."
            return
        number = self._watch.workspace.progress.use_hint(board.topic.name, board.focus)
        board.hints_used[board.focus] = number
        hints = board.topic.part(board.focus).hints
        board.hint = f"Hint {number} of {len(hints)} for {board.focus}: {hints[number - 1]}"

    def _step(self, step: int) -> None:
        """To another part of the topic; behind the last one, if all is done, to the end of it, and beyond."""
        board = self._watch.board
        names = [part.name for part in board.topic.parts]
        place = (names.index(board.focus) if board.focus else len(names)) + step
        if 0 <= place < len(names):
            board.go_to(names[place])
        elif place == len(names) and board.all_pass:
            board.go_to("")
        elif place > len(names) and board.following is not None:
            self._watch.turn_to(board.following)
        else:
            self._turn(step)

    def _turn(self, step: int) -> None:
        """To the topic before or after this one."""
        topics = self._watch.standing.topics
        place = topics.index(self._watch.board.topic) + step
        if 0 <= place < len(topics):
            self._watch.turn_to(topics[place])
        else:
            which = "first" if step < 0 else "last"
            self._watch.board.notice = f"That was the {which} topic: l lists them all."

    def _list(self) -> None:
        self._watch.front.page = topics_page(self._watch.standing, self._watch.board.topic)

    def _lesson(self) -> None:
        topic = self._watch.board.topic
        try:
            markdown = topic.lesson.read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            raise NnlearnError(
                f"{topic.lesson} cannot be read: {error}",
                "`nnlearn init` restores what came with nnlearn",
            ) from error
        self._watch.front.page = lesson_page(topic, markdown)

    def _more(self) -> None:
        """All that the board has no room for."""
        board = self._watch.board
        self._watch.front.page = Page(board.topic.title, lambda width: all_lines(board, width))

    def _reset(self) -> None:
        board = self._watch.board
        self._asked_to_reset = board.focus or board.topic.name
        board.notice = (
            f"Press r again to put {self._asked_to_reset} back to how it was. What you wrote is kept."
        )

    def _do_reset(self, name: str) -> None:
        from nnlearn.workspace.reset import reset_part, reset_topic

        workspace, board = self._watch.workspace, self._watch.board
        original = load_catalogue(workspace.source).topic(board.topic.name)
        if name == board.topic.name:
            resets = reset_topic(workspace, board.topic, original)
        else:
            resets = reset_part(workspace, board.topic, name, original)
        kept = [str(reset.backup.relative_to(workspace.root)) for reset in resets if reset.backup]
        board.notice = f"{name} is as it was."
        if kept:
            board.notice += f" What you had written: {', '.join(kept)}"

    def _clear(self) -> None:
        self._watch.board.hint = ""
