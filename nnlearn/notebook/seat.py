"""A notebook's namespace as a submission: its objects are checked as they are, nothing is run anew."""

from __future__ import annotations

import ast
import contextlib
import queue
import re
import threading
import traceback
import types
from collections.abc import Callable, Collection, Iterator
from typing import Any

from nnlearn.catalogue import Topic, attribute_of
from nnlearn.host.host import Host
from nnlearn.host.parts import in_words as overwritten
from nnlearn.learner.errors import LearnerDied
from nnlearn.learner.local import refuse_exit
from nnlearn.learner.seats import SourceSeat
from nnlearn.notebook import held
from nnlearn.notebook.cells import RunCell, run_cells, source_of
from nnlearn.notebook.graded import last_to_define, left_out_here, notes_on
from nnlearn.notebook.held import Notice
from nnlearn.protocol.requests import Program
from nnlearn.protocol.transport import Transport
from nnlearn.results import Verdict
from nnlearn.submission.locate import flattened, names_bound
from nnlearn.submission.source import Cell, file_name, place

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
        self._cells = cells
        self._overwritten = dict(self._put_back(vars(module)))
        self._namespace = vars(module)
        rules = {p.name: p.rules for p in topic.parts}
        program = Program("this notebook", tuple((cell.file, cell.code) for cell in cells), rules)
        self._transport = HomeTransport(Host.around(module, program), cells)

    def transport(self, part: str) -> Transport:
        """The way to the namespace."""
        self.refuse_shortcuts(part)
        if self._cells:  # outside of a notebook nobody keeps what was typed
            self.refuse_unread(part)
        return self._transport

    def while_checked(self) -> contextlib.AbstractContextManager[None]:
        """What holds around code in a process that is not its own."""
        return self.host.at_home()

    def trouble(self, part: str) -> tuple[str, ...]:  # noqa: ARG002 - what has not run is not there
        """None: nothing was loaded."""
        return ()

    def notes_about(self, part: str) -> tuple[str, ...]:
        """What grading will say of a part's cell and of what is left out, and running the cells does not."""
        name = attribute_of(part)
        found = [note for note in (self._overwritten.get(name),) if note]
        cell = last_to_define(self.source, name)
        if cell is not None:
            found += notes_on(cell, self.source)
            found += left_out_here(cell, name, cell is self.source.cells[-1], self.topic.notebook)
        return (*found, *self._remainder.notes)

    def _put_back(self, namespace: dict[str, Any]) -> Iterator[tuple[str, str]]:
        """Define anew what a later cell has overwritten with no function; the parts, each with a note."""
        for name in (attribute_of(part.name) for part in self.topic.parts):
            value, made = namespace.get(name), last_to_define(self.source, name)
            if name not in namespace or callable(value) or made is None:
                continue
            binding = [cell for cell in self.source.cells if name in _names_of(cell)]
            body = flattened(made.tree.body)
            definitions = [
                s for s in body if isinstance(s, ast.FunctionDef | ast.ClassDef) and s.name == name
            ]
            if not definitions or binding[-1] is made:
                continue
            file = next(cell.file for cell in self._cells if cell.name == made.name)
            code = compile(ast.Module([definitions[-1]], []), file, "exec", dont_inherit=True)
            with contextlib.suppress(Exception):  # then it stays overwritten, and its checks say so
                exec(code, namespace)  # noqa: S102 - the learner's own, in a copy of their namespace
                yield name, f"{binding[-1].name} {overwritten(name, type(value).__name__)}"

    def notice_after(self, part: str, raised: Collection[str]) -> Notice | None:
        """What makes the verdict on a part one on something else than what its cell says now.

        Args:
            part: The part.
            raised: What the exceptions said that ended its checks.
        """
        older = held.older_definition(attribute_of(part), self._namespace, self._cells, self.source)
        return older or held.not_run_above(raised, self._namespace, self.topic.notebook)

    @property
    def interrupted_at(self) -> str:
        """The learner's own line at which the stop button ended the checks, or an empty string."""
        return self._transport.interrupted_at

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

    Attributes:
        interrupted_at: The learner's own line at which the stop button ended it, or an empty string.
    """

    output = ""  # printed where the person sees it already

    def __init__(self, host: Host, cells: tuple[RunCell, ...]) -> None:
        self.host = host
        self._names = {cell.file: cell.name for cell in cells}
        self._above = {cell.file: cell.above for cell in cells}
        self._shown = {file_name(file): name for file, name in self._names.items()}
        self._requests: queue.SimpleQueue[tuple[Any, ...] | None] = queue.SimpleQueue()
        self._replies: queue.SimpleQueue[tuple[Any, ...] | BaseException] = queue.SimpleQueue()
        self._interrupted = False
        self.interrupted_at = ""

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
        except KeyboardInterrupt as error:
            self._interrupted = True
            self.interrupted_at = self._line_of(error)
            self._replies.put(_interrupted())
            raise
        finally:
            thread.join()
        if problems:
            raise problems[0]

    def _reply(self, request: tuple[Any, ...]) -> tuple[Any, ...] | BaseException:
        try:
            reply = self.host.handle(request)
            refuse_exit(self.host)
        except LearnerDied as death:
            return LearnerDied(death.verdict, _PLACE.sub(self._place, death.message))
        except Exception as error:  # a fault of ours: the check's side reports it as such
            return error
        return reply

    def _with_names_of_cells(self, reply: tuple[Any, ...]) -> tuple[Any, ...]:
        """`reply` with cells called as Jupyter shows them, in place of the file names of its kernel."""
        match reply:
            case ("raised", *rest, frames):
                return ("raised", *rest, [self._frame(*frame) for frame in frames])
            case ("forbidden", uses):
                return ("forbidden", [_PLACE.sub(self._place, use) for use in uses])
        return reply

    def _line_of(self, error: BaseException) -> str:
        """The learner's own line that was running last, or an empty string."""
        for frame in reversed(traceback.extract_tb(error.__traceback__)):
            if frame.filename in self._names:
                name, line, _, text = self._frame(frame.filename, frame.lineno or 0, "", frame.line or "")
                return f"{place(name, line)}: {text}"
        return ""

    def _frame(self, file: str, line: int, function: str, text: str) -> tuple[str, int, str, str]:
        return self._names.get(file, file), line + self._above.get(file, 0), function, text

    def _place(self, found: re.Match[str]) -> str:
        file, line = found.groups()
        above = next((self._above[known] for known in self._above if file_name(known) == file), 0)
        return f"({place(self._shown.get(file, file), int(line) + above)})"


def _names_of(cell: Cell) -> set[str]:
    return {name for statement in flattened(cell.tree.body) for name in names_bound(statement)}


def _interrupted() -> LearnerDied:
    return LearnerDied(Verdict.TIMED_OUT, "the cell was interrupted")
