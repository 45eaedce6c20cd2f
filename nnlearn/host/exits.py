"""Keeps `os._exit` of the learner's code from ending a process that is not the learner's alone.

A process that ends so says nothing, and may well say with its exit status that all is right. While checks run
at home, such a call is taken down and ends what called it; what the checks find is told as ever. Whoever else
calls it, a debugger, a kernel whose notebook is gone, a fork of this process, ends its process as before.
"""

from __future__ import annotations

import os
import sys
import types
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager
from typing import NamedTuple, NoReturn

from nnlearn.host.frames import Frames
from nnlearn.host.overlapping import Overlapping

_end_process = os._exit
_MODULES = (os, sys.modules[_end_process.__module__])  # `posix`, or `nt`
_NAME = _end_process.__name__


class Exit(NamedTuple):
    """That the learner's code has called `os._exit`.

    Attributes:
        status: With which exit status.
        place: Where: `losses.py:7`.
    """

    status: int
    place: str


class Exits:
    """Takes down what the code of one learner asks for.

    Args:
        learner_files: The file names of the learner's code, as its frames have them.
    """

    def __init__(self, learner_files: Container[str]) -> None:
        self._frames = Frames(learner_files)
        self._asked: Exit | None = None
        self._process = os.getpid()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep the process from ending until the block ends."""
        self._process = os.getpid()
        _holding.append(self)
        try:
            with _stand_in.block():
                yield
        finally:
            _holding.remove(self)

    def take(self) -> Exit | None:
        """What was asked for since this was called last."""
        asked, self._asked = self._asked, None
        return asked

    def take_down(self, status: int, frame: types.FrameType | None) -> bool:
        """Keep what is asked for in `frame`, if the learner's code is what asks, in this very process."""
        place = self._frames.place(frame)
        if not place or os.getpid() != self._process:
            return False
        self._asked = self._asked or Exit(status, place)
        return True


_holding: list[Exits] = []


def _exit(status: int) -> NoReturn:
    """Exit to the system with specified status, without normal exit processing."""
    caller = sys._getframe().f_back
    if isinstance(status, int) and any(exits.take_down(status, caller) for exits in tuple(_holding)):
        raise SystemExit(status)  # which a thread ends with in silence
    _end_process(status)


def _put(function: Callable[[int], NoReturn]) -> None:
    for module in _MODULES:
        setattr(module, _NAME, function)


_stand_in = Overlapping(lambda: _put(_exit), lambda: _put(_end_process))
