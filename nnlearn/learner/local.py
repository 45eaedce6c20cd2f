"""The learner's code in this very process: plain Python, so breakpoints and `print` work."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from nnlearn.catalogue import Topic
from nnlearn.host.host import Host
from nnlearn.learner.errors import LearnerDied, ended_itself
from nnlearn.learner.parameters import Names
from nnlearn.learner.seats import SourceSeat
from nnlearn.protocol.transport import Transport
from nnlearn.results import Verdict
from nnlearn.runtime.quiet import start_keras
from nnlearn.submission.source import Source, file_name


class LocalTransport:
    """Hands requests to a host in this process."""

    output = ""  # printed where the person sees it already

    def __init__(self, host: Host) -> None:
        self._host = host

    def request(self, request: tuple[Any, ...]) -> tuple[Any, ...]:
        """The host's reply.

        Raises:
            LearnerDied: The learner's code wanted to end this process.
        """
        reply = self._host.handle(request)
        refuse_exit(self._host)
        return reply

    def close(self) -> None:
        """Nothing to let go of: the host goes with its last reference."""


def refuse_exit(host: Host) -> None:
    """Raise `LearnerDied` if the learner's code has wanted to end this process, even if it went on."""
    if (asked := host.exits.take()) is not None:
        raise LearnerDied(Verdict.CRASHED, f"{ended_itself(asked.status)} ({asked.place})")


@dataclass(frozen=True)
class Impatience:
    """What is done about a cell that never ends, where nobody but this very process could end it.

    Attributes:
        ended: The cells that were given up before.
        give_up: Called in a thread of its own with the cell that has run for too long; if it returns, the
            cell goes on.
    """

    ended: tuple[str, ...]
    give_up: Callable[[str], None]


class LocalSeat(SourceSeat):
    """The learner's code in this process, loaded when the first check asks for it.

    Args:
        topic: What the submission is for.
        source: The submission.
        impatience: What is done about a cell that never ends; nothing if left out.
    """

    def __init__(self, topic: Topic, source: Source, impatience: Impatience | None = None) -> None:
        super().__init__(topic, source)
        self._transport: LocalTransport | None = None
        self._impatience = impatience
        what = "loading the file" if source.kind == "py" else "a cell"
        too_long = f"it took too long: {what} may take {topic.limits.part_seconds:g} s"
        for cell in impatience.ended if impatience else ():
            with contextlib.suppress(LearnerDied):  # each part is going to be told
                self.end_cell(cell, LearnerDied(Verdict.TIMED_OUT, too_long))
        self.notes += tuple(self.ended.values())
        # The real path, so that debuggers and editors find the lines.
        self._program = self.program({source.path.name: str(source.path)})
        self._host = Host(self._program)

    def transport(self, part: str) -> Transport:
        """The way to the code, which is loaded on first use."""
        self.refuse_shortcuts(part)
        self.refuse_lost(part)
        if self._transport is None:
            for place, (file, _) in enumerate(self._program.cells or [("", "")]):
                self._load(place, file_name(file))
            self._transport = LocalTransport(self._host)
        self.refuse_unread(part)
        return self._transport

    def while_checked(self) -> contextlib.AbstractContextManager[None]:
        """What holds around code in a process that is not its own; Keras is started first, and quietly."""
        start_keras()
        return self._host.at_home()

    def _load(self, place: int, cell: str) -> None:
        with self._not_for_ever(cell):
            notes = self._host.load(place)
        try:
            refuse_exit(self._host)
        except LearnerDied as death:
            self.end_cell(cell, death)
        self.notes += tuple(notes)

    @contextlib.contextmanager
    def _not_for_ever(self, cell: str) -> Iterator[None]:
        if self._impatience is None:
            yield
            return
        timer = threading.Timer(self.topic.limits.part_seconds, self._impatience.give_up, [cell])
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def trouble(self, part: str) -> tuple[str, ...]:
        """What went wrong with `part` while the file was loaded."""
        return self.trouble_from(part, self.notes)


class HostSeat:
    """A host that is there already: a mistake, or the reference."""

    names = Names()  # nobody has read it

    def __init__(self, host: Host) -> None:
        self._host = host
        self._transport = LocalTransport(host)

    def while_checked(self) -> contextlib.AbstractContextManager[None]:
        """What holds around code in a process that is not its own."""
        return self._host.at_home()

    def transport(self, part: str) -> Transport:  # noqa: ARG002 - the same for every part
        """The way to the host."""
        return self._transport

    def place(self, part: str) -> str:  # noqa: ARG002
        """Nowhere: there is no file."""
        return ""

    def trouble(self, part: str) -> tuple[str, ...]:  # noqa: ARG002
        """None: nothing was loaded."""
        return ()
