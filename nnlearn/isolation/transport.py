"""The learner's code in a confined process: requests go over the wire, deadlines are kept by killing."""

from __future__ import annotations

import math
import signal
import time
from typing import Any

from nnlearn.isolation import sanitize
from nnlearn.isolation.capture import Capture
from nnlearn.isolation.channel import Channel, ChannelClosedError, DeadlinePassedError
from nnlearn.isolation.deadlines import Allowance, Deadlines
from nnlearn.isolation.processes import (
    EXIT_OUT_OF_MEMORY,
    Ending,
    IsolationError,
    LearnerProcess,
    ProcessSource,
)
from nnlearn.isolation.wire import WireError
from nnlearn.learner.errors import LearnerDied
from nnlearn.protocol.requests import Program
from nnlearn.results import Verdict

_READY_SECONDS = 30.0
_GRACE_SECONDS = 2.0  # a killed process is slow to go on a busy machine
_END_SECONDS = 10.0
_MAX_RECEIVED = 512 * 2**20


class RemoteTransport:
    """Carries requests to a host in a confined process of its own.

    Attributes:
        layers: The layers of confinement that hold around the process.
    """

    def __init__(self, process: LearnerProcess, deadlines: Deadlines, memory_mb: int) -> None:
        self._process = process
        self._deadlines = deadlines
        self._memory_mb = memory_mb
        self._capture = Capture(process.output)
        self._channel = Channel(process.connection, self._capture)
        self._number = 0
        self._beginning: tuple[Any, ...] | None = None
        self._death: LearnerDied | None = None
        self._closed = False
        self._libraries_mb = 0.0
        self.layers: tuple[str, ...] = ()

    @classmethod
    def start(
        cls, processes: ProcessSource, program: Program, deadlines: Deadlines, memory_mb: int
    ) -> RemoteTransport:
        """A process that holds `program`, confined and not yet loaded: ask it to `("load",)`.

        Args:
            processes: Where processes come from.
            program: The learner's code.
            deadlines: The submission's clock; it outlives this process.
            memory_mb: Memory on top of what Keras and TensorFlow take.

        Raises:
            IsolationError: There is no process to be had.
            LearnerDied: The program is too large to be handed over.
        """
        cpu_seconds = math.ceil(deadlines.submission_seconds * 2) + 10
        transport = cls(processes.open(memory_mb, cpu_seconds), deadlines, memory_mb)
        try:
            transport._hand_over(program)
        except BaseException:
            transport.close()
            raise
        return transport

    @property
    def has_ended(self) -> bool:
        """Whether the process has died, or was closed: it answers no more requests."""
        return self._death is not None

    @property
    def output(self) -> str:
        """What the learner's code has printed, capped and without control characters."""
        if not self._closed:
            self._capture.drain()
        return self._capture.text

    def printed(self) -> int:
        """How much of what was printed so far is kept: a place to ask `printed_since` for."""
        self._capture.drain()
        return self._capture.length

    def printed_since(self, place: int) -> str:
        """What the learner's code has printed since `printed` said `place`, as far as it is kept."""
        self._capture.drain()
        return self._capture.text_from(place)

    def request(self, request: tuple[Any, ...]) -> tuple[Any, ...]:
        """The host's reply; that to `begin` goes without saying, so it is sent with the next request.

        Raises:
            LearnerDied: The process ended, or was ended, before it answered.
            WireError: The request itself cannot be sent; the process is none the worse.
        """
        if self._death is not None:
            raise self._death
        if request[0] == "begin":
            self._beginning = request
            self._channel.received = 0  # a check keeps what it was told, but not for the next check
            return ("value", None)
        loading = request[0] in ("load", "figures")
        allowance = self._deadlines.allowance(loading=loading)
        began = time.monotonic()
        try:
            return self._exchange(request, began, allowance)
        finally:
            self._deadlines.spend(time.monotonic() - began, loading=loading)

    def close(self) -> None:
        """End the process, if it still runs, and remove all it may have left."""
        if self._closed:
            return
        self._process.kill()
        self._process.wait(_END_SECONDS)
        self._capture.drain()
        self._process.clean_up()
        self._closed = True
        self._death = self._death or LearnerDied(Verdict.CRASHED, "the process has been closed")

    def _hand_over(self, program: Program) -> None:
        deadline = time.monotonic() + _READY_SECONDS
        try:
            _, layers, self._libraries_mb = self._channel.receive(deadline)
        except WireError as error:
            raise IsolationError(
                f"the process for a submission did not get ready: {self.output or error}",
                "Run nnlearn doctor --grading to see what this machine lacks.",
            ) from error
        self.layers = tuple(layers)
        rules = {part: [*map(list, one)] for part, one in program.rules.items()}
        try:
            self._channel.send((program.name, list(program.cells), rules), deadline)
        except WireError as error:
            raise LearnerDied(Verdict.CRASHED, f"the file cannot be loaded: {error}") from error

    def _exchange(self, request: tuple[Any, ...], began: float, allowance: Allowance) -> tuple[Any, ...]:
        deadline = began + allowance.seconds
        if allowance.seconds <= 0:
            raise self._died(Verdict.TIMED_OUT, f"the time is used up: {allowance.rule}")
        if self._channel.has_input():
            self._meet_unasked(deadline)
        self._number += 1
        sent = False
        try:
            self._channel.send((self._number, self._beginning, request), deadline)
            sent = True
            self._beginning = None
            answer = self._channel.receive(deadline)
        except DeadlinePassedError:
            raise self._died(Verdict.TIMED_OUT, f"it took too long: {allowance.rule}") from None
        except ChannelClosedError:
            raise self._ended() from None
        except MemoryError:
            raise self._died(Verdict.OUT_OF_MEMORY, "the answer was too large for the grader") from None
        except WireError as error:
            if not sent:
                raise
            raise self._died(Verdict.CRASHED, f"it sent {error}") from None
        if self._channel.has_more:
            raise self._died(Verdict.CRASHED, "it sent more than one answer")
        if self._channel.received > _MAX_RECEIVED:
            raise self._died(Verdict.CRASHED, f"it sent more than {_MAX_RECEIVED // 2**20} MB for one check")
        return self._checked(request[0], answer)

    def _meet_unasked(self, deadline: float) -> None:
        """There is something on the socket before anything was asked: the end, or a forged reply."""
        try:
            self._channel.receive(deadline)
        except ChannelClosedError:
            raise self._ended() from None
        except WireError:
            pass
        raise self._died(Verdict.CRASHED, "it answered before it was asked")

    def _checked(self, verb: str, answer: Any) -> tuple[Any, ...]:
        match answer:
            case (int() as number, tuple() as reply) if number == self._number:
                try:
                    return sanitize.checked(verb, reply)
                except WireError as error:
                    raise self._died(Verdict.CRASHED, f"it sent {error}") from None
        raise self._died(Verdict.CRASHED, "it sent an answer to something that was not asked")

    def _died(self, verdict: Verdict, message: str) -> LearnerDied:
        """Kill the process and remember why."""
        self._process.kill()
        self._process.wait(_END_SECONDS)
        self._death = LearnerDied(verdict, message)
        return self._death

    def _ended(self) -> LearnerDied:
        """The socket is closed: find out how the process ended, or end it."""
        ending = self._process.wait(_GRACE_SECONDS)
        if ending is None:
            return self._died(Verdict.CRASHED, "it closed its connection to the grader")
        self._death = LearnerDied(*self._in_words(ending))
        return self._death

    def _in_words(self, ending: Ending) -> tuple[Verdict, str]:
        out_of_memory = f"it needed more than the {self._memory_mb} MB of memory it may use"
        if ending.code == EXIT_OUT_OF_MEMORY:
            return Verdict.OUT_OF_MEMORY, out_of_memory
        if ending.code >= 0:
            how = "as os._exit does" if ending.code != 1 else "after an exception"
            return Verdict.CRASHED, f"it ended itself with exit status {ending.code}, {how}"
        name = signal.Signals(-ending.code).name
        if -ending.code in (signal.SIGKILL, signal.SIGXCPU):
            if ending.cpu_seconds >= self._deadlines.submission_seconds:
                return Verdict.TIMED_OUT, "it used up its processor time"
            return Verdict.OUT_OF_MEMORY, f"the system ended it ({name}): memory ran out"
        if ending.max_rss_mb - self._libraries_mb > 0.6 * self._memory_mb:
            return Verdict.OUT_OF_MEMORY, f"{out_of_memory} ({name})"
        return Verdict.CRASHED, f"{name} ended it: a fault in compiled code, or no memory left"
