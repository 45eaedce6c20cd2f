"""What is so while somebody needs it: blocks lie within each other, and those of threads overlap."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator


class Overlapping:
    """A state of the process that holds as long as at least one block is open.

    Args:
        begin: Brings it about.
        end: Undoes that, as far as it was done.
    """

    def __init__(self, begin: Callable[[], None], end: Callable[[], None]) -> None:
        self._begin = begin
        self._end = end
        self._lock = threading.Lock()
        self._blocks = 0

    @contextlib.contextmanager
    def block(self) -> Iterator[None]:
        """Have it so until the block ends."""
        self.open()
        try:
            yield
        finally:
            with self._lock:
                self._blocks -= 1
                if not self._blocks:
                    self._end()

    def open(self) -> None:
        """Have it so for good."""
        with self._lock:
            if not self._blocks:
                try:
                    self._begin()
                except BaseException:
                    self._end()
                    raise
            self._blocks += 1
