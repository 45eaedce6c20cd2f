"""The way to a zygote: a process of one's own, or a fork that another zygote lends.

Both answer the same requests, over a socket that nobody else holds and that has no name to connect to.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
from dataclasses import replace
from pathlib import Path
from typing import Any

from nnlearn.isolation.decoding import decode
from nnlearn.isolation.encoding import encode
from nnlearn.isolation.processes import PACKET, Ending, IsolationError
from nnlearn.isolation.wire import WireError
from nnlearn.isolation.zygote_start import ZygoteProcess

_START_SECONDS = 120.0  # a cold import of TensorFlow on a slow disk
_ANSWER_SECONDS = 30.0
FEWER_PROCESSES = "Close other programs, or grade with fewer --jobs."


class Link:
    """A zygote that is ready, and the socket to it.

    Args:
        control: The socket; the link owns it from now on.

    Attributes:
        layers: The layers that hold around the zygote.
        pidfd: A descriptor of its process.
        has_run_an_operation: Whether its TensorFlow has executed anything; must be False.

    Raises:
        OSError: It has ended, or is not ready in time.
        WireError: It says something else than that it is ready.
    """

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._control.settimeout(_START_SECONDS)
        (_, layers, has_run), (self.pidfd,) = self._receive()
        self.layers: tuple[str, ...] = tuple(layers)
        self.has_run_an_operation: bool = has_run
        self._control.settimeout(_ANSWER_SECONDS)

    @property
    def pid(self) -> int:
        """The number of the zygote's process; -1 once it has ended."""
        lines = Path(f"/proc/self/fdinfo/{self.pidfd}").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("Pid:"))

    @property
    def has_ended(self) -> bool:
        """Whether it answers no more."""
        poll = select.poll()
        poll.register(self.pidfd, select.POLLIN)
        return bool(poll.poll(0))

    def ask(
        self, request: tuple[Any, ...], pass_on: tuple[int, ...] = ()
    ) -> tuple[tuple[Any, ...], list[int]]:
        """The answer to a request, and the descriptors that came with it."""
        socket.send_fds(self._control, [encode(request)], pass_on)
        return self._receive()

    def stop(self) -> None:
        """End the zygote, and with it all that it has forked."""
        self._control.close()
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)
        os.close(self.pidfd)

    def _receive(self) -> tuple[tuple[Any, ...], list[int]]:
        packet, descriptors, _, _ = socket.recv_fds(self._control, PACKET, 1)
        return decode(packet), descriptors


class OwnLink(Link):
    """To a zygote that was started for this link alone. It can become a learner's process itself.

    Raises:
        IsolationError: It does not start.
    """

    def __init__(self, cores: int) -> None:
        self._spent = 0.0
        try:
            self._started = ZygoteProcess(cores)
        except OSError as error:
            raise IsolationError(
                f"the process that runs submissions cannot be started: {error}", FEWER_PROCESSES
            ) from error
        try:
            super().__init__(self._started.control)
        except (OSError, WireError) as error:
            said = self._started.last_words() or "it said nothing"
            self._started.close()
            raise IsolationError(
                f"the process that runs submissions did not start: {said}",
                "Run nnlearn doctor --grading to see what this machine lacks.",
            ) from error

    def become(self, bounds: tuple[int, int, int], pass_on: tuple[int, ...]) -> None:
        """Have it be a learner's process; it answers no more. Takes what a fork is asked for with."""
        (_, self._spent), _ = self.ask(("become", *bounds), pass_on)

    def reap(self, grace: float) -> Ending | None:
        """How the learner's process ended, or None if it still runs after `grace` seconds."""
        ending = self._started.wait(grace)
        return ending and replace(ending, cpu_seconds=ending.cpu_seconds - self._spent)

    def stop(self) -> None:
        """End the process, and with it all that it has forked."""
        super().stop()
        self._started.close()


def borrowed(lender: socket.socket) -> Link | None:
    """A link to a fork that the zygote at the other end of `lender` lends; None if it is gone."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        with theirs:
            socket.send_fds(lender, [encode(("lend",))], [theirs.fileno()])
        return Link(ours)
    except (OSError, WireError):
        ours.close()
        return None
