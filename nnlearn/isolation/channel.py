"""Messages over a socket, each with a deadline.

The other end may be a learner's code: it may send nothing, too little, too slowly or too much. Memory grows
with what arrives, never with what is announced.
"""

from __future__ import annotations

import select
import socket
import time
from typing import Any, Protocol

from nnlearn.isolation.decoding import decode
from nnlearn.isolation.encoding import encode
from nnlearn.isolation.wire import HEADER, WireError, header

_CHUNK = 2**20
_SMALL = 2**14  # what most messages fit into, to be taken at once
# What a byte of structure, and a message as such, take once they are Python objects.
_STRUCTURE_COST, _MESSAGE_COST = 16, 2000


class ChannelClosedError(WireError):
    """The other end is gone."""


class DeadlinePassedError(WireError):
    """The other end did not answer, or did not listen, in time."""


class Beside(Protocol):
    """Something to keep emptying while a channel waits."""

    def fileno(self) -> int:
        """The descriptor to watch; negative when there is nothing to watch any more."""

    def drain(self) -> None:
        """Take what is there, without waiting."""


class Channel:
    """One end of a conversation.

    Args:
        connection: A connected stream socket; the channel owns it from now on.
        beside: Emptied whenever the channel waits, so that its writer never blocks.

    Attributes:
        received: About how much memory all that was received takes. Who listens may set it back.
    """

    def __init__(self, connection: socket.socket, beside: Beside | None = None) -> None:
        connection.setblocking(False)
        self._socket = connection
        self._arrived = bytearray()
        self.received = 0
        self._beside = beside

    def send(self, value: Any, deadline: float | None = None) -> None:
        """Send one value before the monotonic time `deadline`.

        Raises:
            WireError: `value` cannot be sent; nothing of it was.
            ChannelClosedError: The other end is gone.
            DeadlinePassedError: It does not read.
        """
        left = memoryview(encode(value))
        while left:
            try:
                left = left[self._socket.send(left[:_CHUNK]) :]
            except BlockingIOError:
                self._wait(select.POLLOUT, deadline)
            except OSError as error:
                raise ChannelClosedError(str(error)) from error

    def receive(self, deadline: float | None = None) -> Any:
        """The next value, all of it before the monotonic time `deadline`.

        Raises:
            WireError: What arrived is no message.
            ChannelClosedError: The other end is gone.
            DeadlinePassedError: The message was not complete in time.
        """
        start = self._exactly(HEADER.size, deadline)
        structure, buffers = header(start)
        self.received += _MESSAGE_COST + _STRUCTURE_COST * structure + buffers
        return decode(start + self._exactly(structure + buffers, deadline))

    @property
    def has_more(self) -> bool:
        """Whether more has arrived than what `receive` has given."""
        return bool(self._arrived)

    def has_input(self) -> bool:
        """Whether bytes, or the end, are there to be read now."""
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        return bool(self._arrived) or bool(poll.poll(0))

    def close(self) -> None:
        """Close this end."""
        self._socket.close()

    def _exactly(self, length: int, deadline: float | None) -> bytearray:
        data = self._arrived
        while len(data) < length:
            try:
                chunk = self._socket.recv(max(_SMALL, min(_CHUNK, length - len(data))))
            except BlockingIOError:
                self._wait(select.POLLIN, deadline)
                continue
            except OSError as error:
                raise ChannelClosedError(str(error)) from error
            if not chunk:
                raise ChannelClosedError("the connection was closed")
            data += chunk
            if deadline is not None and time.monotonic() > deadline:
                raise DeadlinePassedError
        self._arrived = data[length:]
        del data[length:]
        return data

    def _wait(self, event: int, deadline: float | None) -> None:
        """Until the socket is ready for `event`; empties what is beside meanwhile."""
        poll = select.poll()
        poll.register(self._socket, event)
        if self._beside is not None and self._beside.fileno() >= 0:
            poll.register(self._beside.fileno(), select.POLLIN)
        while True:
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                raise DeadlinePassedError
            ready = [fd for fd, _ in poll.poll(None if left is None else left * 1000 + 1)]
            if self._beside is not None and self._beside.fileno() in ready:
                beside = self._beside.fileno()
                self._beside.drain()
                if self._beside.fileno() < 0:
                    poll.unregister(beside)
            if self._socket.fileno() in ready:
                return
