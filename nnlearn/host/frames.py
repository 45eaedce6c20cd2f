"""Whose code a frame runs: the learner's, a library's, or ours."""

from __future__ import annotations

import os
import sys
import sysconfig
import types
from collections.abc import Callable, Container, Iterator
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

import nnlearn
from nnlearn.host.public import AT_WORK
from nnlearn.submission.source import file_name, place

_OURS = os.path.normcase(f"{Path(nnlearn.__file__).parent}{os.sep}")
# Stand between a library's function and its caller, whoever that is.
_BETWEEN = tuple(f"{_OURS}host{os.sep}{name}.py" for name in ("frames", "guard", "kernels", "tripwires"))
_AUTOGRAPH = "__autograph_generated_file"


class Whose(Enum):
    """Who has written the code of a frame."""

    LEARNER = "learner"
    LIBRARY = "library"
    OURS = "ours"


class Frames:
    """Tells whose a frame is, in a process that runs one learner's code.

    Args:
        learner_files: The file names of the learner's code, as its frames have them.
    """

    def __init__(self, learner_files: Container[str]) -> None:
        self._files = learner_files

    def whose(self, frame: types.FrameType) -> Whose:
        """Whose code a frame runs. What comes from no file, but was made of text, is the learner's."""
        file = frame.f_code.co_filename
        if file in self._files:
            return Whose.LEARNER
        if _AUTOGRAPH in file:  # made of somebody's function, of whose module it has the names
            made_of = str(frame.f_globals.get("__file__"))
            return Whose.LEARNER if made_of in self._files else _by_folder(made_of)
        return _by_folder(file)

    def asked_for_by(self, frame: types.FrameType | None, given: Callable[[Any], bool]) -> Whose | None:
        """Who asked for what `frame` does: whose the nearest frame is that is no library's, going outwards.

        Args:
            frame: Where to begin.
            given: Whether an object of Keras is not of the learner's making: what it does is its own affair.

        Returns:
            None if nobody is there, as in a thread that a library has started.
        """
        for outer in _outwards(frame):
            whose = self.whose(outer)
            if whose is not Whose.LIBRARY:
                return whose
            if outer.f_code.co_name in AT_WORK and given(outer.f_locals.get("self")):
                return Whose.LIBRARY
        return None

    def place(self, frame: types.FrameType | None) -> str:
        """Where the learner's code is in `frame`, or in the nearest outside of it: `softmax.py:7`."""
        for outer in _outwards(frame):
            file: Any = outer.f_code.co_filename
            if file not in self._files:  # made by eval or AutoGraph: it has the names of the learner's module
                file = outer.f_globals.get("__file__")
            if isinstance(file, str) and file in self._files:
                return place(file_name(file), outer.f_lineno)
        return ""


def _outwards(frame: types.FrameType | None) -> Iterator[types.FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back


@cache
def _by_folder(file: str) -> Whose:
    file = os.path.normcase(file)
    if file.startswith(_BETWEEN) or file.startswith("<frozen "):
        return Whose.LIBRARY
    if file.startswith(_OURS):
        return Whose.OURS
    return Whose.LIBRARY if file.startswith(_libraries()) else Whose.LEARNER


@cache
def _libraries() -> tuple[str, ...]:
    """The folders of Python and of what is installed."""
    folders = {sysconfig.get_path(kind) for kind in ("stdlib", "platstdlib", "purelib", "platlib")}
    modules = [sys.modules[name] for name in ("numpy", "keras", "tensorflow")]
    folders |= {str(Path(str(module.__file__)).parents[1]) for module in modules}
    return tuple(os.path.normcase(f"{folder}{os.sep}") for folder in folders)
