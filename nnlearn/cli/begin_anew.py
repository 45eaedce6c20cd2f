"""Ends a cell that never ends, where the learner's code runs in the command's own process.

No exception is sure to reach it, and nothing else can end it but the end of the process: so the process is
replaced by another one, which does the same again without that cell.
"""

from __future__ import annotations

import json
import os
import sys

from nnlearn.learner.local import Impatience

_CELLS = "NNLEARN_ENDED_CELLS"
_STREAMS = (1, 2)


def able_to_begin_anew() -> Impatience | None:
    """Take down what this process would begin anew with: its streams, and the cells that were ended before.

    Returns:
        What is done about a cell that never ends; None where a process cannot be replaced.
    """
    if os.name != "posix":
        return None
    ended = tuple(json.loads(os.environ.pop(_CELLS, "[]")))
    streams = [os.dup(stream) for stream in _STREAMS]

    def begin_anew(cell: str) -> None:
        sys.stdout.flush()
        for stream, kept in zip(_STREAMS, streams, strict=True):
            os.dup2(kept, stream)
        os.environ[_CELLS] = json.dumps([*ended, cell])
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - this very command

    return Impatience(ended, begin_anew)
