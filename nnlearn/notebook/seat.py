"""A notebook's namespace as a submission: its objects are checked as they are, nothing is run anew."""

from __future__ import annotations

import queue
import re
import threading
import types
from collections.abc import Callable
from typing import Any

from nnlearn.catalogue import Topic
from nnlearn.host.host import Host
from nnlearn.learner.errors import LearnerDied
from nnlearn.learner.seats import SourceSeat
from nnlearn.notebook.cells import RunCell, run_cells, source_of
from nnlearn.protocol.requests import Program
from nnlearn.protocol.transport import Transport
from nnlearn.results import Verdict
from nnlearn.submission.source import file_name, place

_PLACE = re.compile(r"\(([^()]*):(\d+)\)$")


class NamespaceSeat(SourceSeat):
    """What a notebook has defined so far.

    Args:
        topic: The topic it works on.
        namespace: Its names and what they stand for.
    """

    def __init__(self, topic: Topic, namespace: dict[str, Any]) -> None:
        cells = run_cells(namespace)
        super().__init__(topic, source_of(cells))
        module = types.ModuleType(str(namespace.get("__name__", "__main__")))
        # A copy: what a check might set, it sets there. Functions keep the namespace they were made in.
        vars(module).update(namespace)
        forbid = {p.name: p.forbid for p in topic.parts}
        program = Program("this notebook", tuple((cell.file, cell.code) for cell in cells), forbid)
        self._transport = HomeTransport(Host.around(module, program), cells)

    def transport(self, part: str) -> Transport:
        """The way to the namespace."""
        self.refuse_shortcuts(part)
        return self._transport

    def trouble(self, part: str) -> tuple[str, ...]:  # noqa: ARG002 - what has not run is not there
        """None: nothing was loaded."""
        return ()

    @property
    def host(self) -> Host:
        """What answers for the namespace."""
        return self._transport.host

    def serve_while(self, work: Callable[[], object]) -> None:
        """Do `work` in a thread beside this one, and answer in this one what it asks of the code."""
        self._transport.serve_while(work)


class HomeTransport:
    """Answers requests in the thread that cells run in, while pytest runs in another.

    Keras and TensorFlow keep part of their state for each thread, output goes to the cell whose thread
    wrote it, and the stop button interrupts this thread: the learner's code belongs here.
    """

    output = ""  # printed where the person sees it already

    def __init__(self, host: Host, cells: tuple[RunCell, ...]) -> None:
        self.host = host
        self._names = {cell.file: cell.name for cell in cells}
        self._shown = {file_name(file): name for file, name in self._names.items()}
        self._requests: queue.SimpleQueue[tuple[Any, ...] | None] = queue.SimpleQueue()
        self._replies: queue.SimpleQueue[tuple[Any, ...] | BaseException] = queue.SimpleQueue()
        self._interrupted = False

    def request(self, request: tuple[Any, ...]) -> tuple[Any, ...]:
        """The host's reply.

        Raises:
            LearnerDied: The learner has interrupted the cell.
        """
        if self._interrupted:
            raise _interrupted()
        self._requests.put(request)
        reply = self._replies.get()
        if isinstance(reply, BaseException):
            raise reply
        return self._with_names_of_cells(reply)

    def close(self) -> None:
        """Nothing to let go of: the host goes with its last reference."""

    def serve_while(self, work: Callable[[], object]) -> None:
        """Answer requests until `work`, which runs in another thread, is done.

        Raises:
            KeyboardInterrupt: The learner has interrupted the cell; `work` has ended.
        """
        problems: list[BaseException] = []

        def run() -> None:
            try:
                work()
            except BaseException as error:
                problems.append(error)
            finally:
                self._requests.put(None)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        try:
            while (request := self._requests.get()) is not None:
                self._replies.put(self._reply(request))
        except KeyboardInterrupt:
            self._interrupted = True
            self._replies.put(_interrupted())
            raise
        finally:
            thread.join()
        if problems:
            raise problems[0]

    def _reply(self, request: tuple[Any, ...]) -> tuple[Any, ...] | BaseException:
        try:
            return self.host.handle(request)
        except Exception as error:  # a fault of ours: the check's side reports it as such
            return error

    def _with_names_of_cells(self, reply: tuple[Any, ...]) -> tuple[Any, ...]:
        """`reply` with cells called as Jupyter shows them, in place of the file names of its kernel."""
        match reply:
            case ("raised", *rest, frames):
                return (
                    "raised",
                    *rest,
                    [(self._names.get(frame[0], frame[0]), *frame[1:]) for frame in frames],
                )
            case ("forbidden", uses):
                return ("forbidden", [_PLACE.sub(self._place, use) for use in uses])
        return reply

    def _place(self, found: re.Match[str]) -> str:
        file, line = found.groups()
        return f"({place(self._shown.get(file, file), int(line))})"


def _interrupted() -> LearnerDied:
    return LearnerDied(Verdict.TIMED_OUT, "the cell was interrupted")
