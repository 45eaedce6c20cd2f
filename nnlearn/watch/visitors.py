"""Takes in commands of other terminals, and tells them how they went."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterable, Sequence
from pathlib import Path

from nnlearn.watch import messages as m
from nnlearn.watch.meeting import LARGEST, PATIENCE_S, READY, STREAMS, address_of, other_side


class Visit:
    """A command that waits for its exit code.

    Args:
        connection: To it.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    @property
    def watched(self) -> int:
        """What tells that it is gone."""
        return self._connection.fileno()

    def take(self) -> tuple[m.Errand, list[int]] | None:
        """The errand, which is taken on by that, and its streams; None if there is none."""
        streams: list[int] = []
        try:
            self._connection.settimeout(PATIENCE_S)
            self._connection.send(READY)
            data, streams, _, _ = socket.recv_fds(self._connection, LARGEST, STREAMS)
            for request in m.Lines(m.Request).feed(data):
                is_fit = isinstance(request, m.Errand) and len(streams) == STREAMS
                if is_fit and other_side(self._connection)[1] == os.getuid():
                    return request, streams
        except OSError:  # it has not waited
            pass
        close(streams)
        self._connection.close()
        return None

    def end(self, code: int) -> None:
        """Tell the exit code."""
        with contextlib.suppress(OSError):
            self._connection.send(b"%d" % code)
        self._connection.close()


class Visitors:
    """Takes visits in.

    Args:
        root: The workspace.
    """

    def __init__(self, root: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket.setblocking(False)
        try:
            self._socket.bind(address_of(root, os.environ))
            self._socket.listen()
        except OSError:  # another watch of this workspace has them
            self._socket.close()

    @property
    def watched(self) -> list[int]:
        """What tells that somebody comes."""
        return [] if self._socket.fileno() < 0 else [self._socket.fileno()]

    def come(self, ready: Sequence[int]) -> Visit | None:
        """Who has come, if it is told that somebody has."""
        if self._socket.fileno() not in ready:
            return None
        try:
            return Visit(self._socket.accept()[0])
        except OSError:
            return None

    def close(self) -> None:
        """Take in nobody any more."""
        self._socket.close()


def close(descriptors: Iterable[int]) -> None:
    """Close some descriptors."""
    for descriptor in descriptors:
        os.close(descriptor)
