"""Watches, while a part runs, for the forbidden functions, classes and TensorFlow kernels.

It runs in the learner's process and catches what reading the code cannot: `getattr(keras.ops, name)`.
Keras' own internals, the checks and whoever else shares the process may use what is forbidden: a function
counts only if a line of the learner's code called it. Someone set on disabling the guard can do so, and wins
nothing: all that is lost is that a shortcut goes unseen, the score is made elsewhere.
"""

from __future__ import annotations

import contextlib
import sys
import types
from collections.abc import Container, Iterator, Sequence
from typing import Any

from nnlearn.host.kernels import watching_kernels
from nnlearn.host.tripwires import Tripwires, tripwires
from nnlearn.submission.forbidden import kernel_names
from nnlearn.submission.source import file_name, place

_AUTOGRAPH = "tensorflow.python.autograph."


class Guard:
    """Records what the learner's code uses of `forbid`.

    Args:
        forbid: Dotted names, `*` at the end for everything below, and `kernel:NAME`.
        learner_files: The file names of the learner's code, as its frames have them.
        standing: Wires for what `forbid` names, and more, that are set already; without them this guard
            sets its own.
    """

    def __init__(
        self, forbid: Sequence[str], learner_files: Container[str], standing: Tripwires | None = None
    ) -> None:
        self._forbid = tuple(forbid)
        self._kernels = kernel_names(forbid)
        self._files = learner_files
        self._standing = standing
        self._hits: dict[str, str] = {}

    @staticmethod
    def prepare(forbid: Sequence[str]) -> None:
        """Look up now what `forbid` names: takes a while the first time, executes no operation."""
        tripwires(tuple(forbid))

    @property
    def hits(self) -> tuple[str, ...]:
        """What was used so far, sorted: `keras.ops.softmax (softmax.py:7)`."""
        return tuple(sorted(f"{n} ({w})" if w else n for n, w in self._hits.items()))

    def look_at(self, value: Any) -> None:
        """Record a hit if `value`, which stands for a part, is forbidden or derives from it."""
        if name := tripwires(self._forbid).name_of(value):
            self._hits.setdefault(name, "")

    @contextlib.contextmanager
    def watching(self, *, kernels: bool = True) -> Iterator[None]:
        """Watch until the block ends, however it ends.

        Args:
            kernels: Whether to watch kernels too. They run for reasons of Keras' own as well, so only a
                direct call of the learner's code should be watched for them.
        """
        wires = tripwires(self._forbid)

        def report(function: types.FunctionType, caller: types.FrameType, args: tuple[Any, ...]) -> None:
            targets = wires.targets.get(function, ())
            where = self._place(_without_autograph(caller)) if targets else ""
            for target in targets if where else ():
                if target.owner is None or (args and isinstance(args[0], target.owner)):
                    self._hits.setdefault(target.name, where)

        with contextlib.ExitStack() as stack:
            stack.enter_context((self._standing or wires).reporting_to(report))
            if kernels and self._kernels:
                stack.enter_context(watching_kernels(self._kernels, self._report_kernel))
            yield

    def _report_kernel(self, kernel: str) -> None:
        name = f"the TensorFlow kernel {kernel}"
        if name not in self._hits:
            frame: types.FrameType | None = sys._getframe(1)
            while frame is not None and not self._place(frame):
                frame = frame.f_back
            self._hits[name] = self._place(frame)

    def _place(self, frame: types.FrameType | None) -> str:
        """Where a frame of the learner's code stands; empty for any other frame."""
        if frame is None:
            return ""
        file: Any = frame.f_code.co_filename
        if file in self._files:
            return place(file_name(file), frame.f_lineno)
        # Code that was made from the learner's, by eval or AutoGraph, still has its globals.
        file = frame.f_globals.get("__file__")
        return file_name(file) if isinstance(file, str) and file in self._files else ""


def _without_autograph(frame: types.FrameType | None) -> types.FrameType | None:
    """The nearest frame that is not AutoGraph's, which makes the calls of the code it converts."""
    while frame is not None and str(frame.f_globals.get("__name__")).startswith(_AUTOGRAPH):
        frame = frame.f_back
    return frame
