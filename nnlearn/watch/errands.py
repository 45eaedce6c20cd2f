"""An errand: a command of another terminal, as if it had been started there, in a process that has Keras."""

from __future__ import annotations

import atexit
import os
import runpy
import signal
import sys
import threading
from collections.abc import Sequence

from nnlearn.runtime.streams import open_standard_streams
from nnlearn.watch import messages as m
from nnlearn.watch.visitors import close


def run_errand(errand: m.Errand, streams: Sequence[int]) -> int:
    """Run a command in this process, which is good for nothing else afterwards.

    Args:
        errand: The command.
        streams: Its standard input, output and error.

    Returns:
        Its exit code.
    """
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    close(streams)
    open_standard_streams()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTTIN, signal.SIG_IGN)  # reading where the keyboard is not ours: an error, no stop
    os.chdir(errand.folder)
    os.environ.clear()
    os.environ.update(errand.environment)
    sys.argv, sys.orig_argv = list(errand.arguments), list(errand.original)
    atexit._clear()  # the process that this one is a fork of ends later
    try:
        runpy.run_module("nnlearn", run_name="__main__")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    finally:
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
    return 0
