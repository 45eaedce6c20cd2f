"""Keeps the beginning of what a learner's code prints, and lets the rest go."""

from __future__ import annotations

import os

from nnlearn.text import without_controls

KEPT = 64 * 2**10
_CHUNK = 2**16
_CHUNKS_AT_ONCE = 16


class Capture:
    """Reads a pipe that a learner's process writes to.

    Args:
        descriptor: The reading end, not blocking; owned by whoever opened it.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._open = True
        self._kept = bytearray()
        self._dropped = 0

    def fileno(self) -> int:
        """The descriptor to watch, or -1 once all writers are gone."""
        return self._descriptor if self._open else -1

    def drain(self) -> None:
        """Take what is there, without waiting and without staying for ever."""
        for _ in range(_CHUNKS_AT_ONCE if self._open else 0):
            try:
                data = os.read(self._descriptor, _CHUNK)
            except BlockingIOError:
                return
            if not data:
                self._open = False
                return
            room = KEPT - len(self._kept)
            self._kept += data[:room]
            self._dropped += max(0, len(data) - room)

    @property
    def length(self) -> int:
        """How many bytes were kept so far."""
        return len(self._kept)

    def text_from(self, start: int) -> str:
        """What was kept since `length` was `start`, without control characters."""
        return without_controls(self._kept[start:].decode("utf-8", "replace"))

    @property
    def text(self) -> str:
        """What was kept, without control characters, and how much was not."""
        text = self.text_from(0)
        return f"{text}\n({self._dropped:,} more bytes)" if self._dropped else text
