"""How far `nnlearn topic check` is: one line on a terminal, elsewhere a line as each topic begins."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

from rich.console import Console
from rich.text import Text

from autograder.authoring.trials import Progress


class GateProgress:
    """A context in which `show` is called whenever a topic is a step further."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status = console.status("starting ...") if console.is_terminal else None

    def __enter__(self) -> GateProgress:
        if self._status is not None:
            self._status.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._status is not None:
            self._status.stop()

    def show(self, progress: Progress) -> None:
        """Say how far a topic is."""
        name = progress.topic.name
        if self._status is not None:
            self._status.update(Text(f"{name}: {progress.done} of {progress.of} implementations tried ..."))
        elif progress.done == 0 and progress.of:
            self._console.print(Text(f"{name}: {progress.of} implementations"), soft_wrap=True)

    @contextmanager
    def put_aside(self) -> Iterator[None]:
        """Leave the terminal to something else for a moment."""
        if self._status is not None:
            self._status.stop()
        yield
        if self._status is not None:
            self._status.start()
