"""The pool of worker processes, and the zygote that all their zygotes are forks of."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import tempfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import forkserver
from typing import Any

from autograder.engine.worker import start_worker
from nnlearn.errors import NnlearnError
from nnlearn.isolation.zygote_start import ZygoteProcess
from nnlearn.runtime.interruptions import left_to_this_process

# A socket's path holds 107 bytes, and multiprocessing adds "/pymp-" and "/listener-" with 8 characters each.
_LONGEST = 107 - 14 - 18


class Processes(ProcessPoolExecutor):
    """A pool of processes, each forked from one that has imported everything and run nothing.

    Starting takes two imports of Keras, whatever the number of processes, and they go on side by side: one in
    the process that the workers are forked from, one in the zygote that lends each worker a fork. The zygote
    ends with the pool.

    Args:
        jobs: How many processes.
        preload: Modules to import before the first fork, besides what every worker needs.

    Raises:
        NnlearnError: The path of the folder for temporary files is too long for a socket in it.
        OSError: No process is to be had.
    """

    def __init__(self, jobs: int, *preload: str) -> None:
        _require_short(tempfile.gettempdir())
        self._zygote = ZygoteProcess()
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["autograder.engine.preload", *preload])
        with left_to_this_process():
            forkserver.ensure_running()
        super().__init__(jobs, mp_context=context, initializer=start_worker, initargs=(self._zygote.control,))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the workers, then their zygotes; at once if nobody waits."""
        if not wait:
            _end_fork_server()
        super().shutdown(wait, cancel_futures=cancel_futures)
        self._zygote.close()


def _end_fork_server() -> None:
    """End the process that workers are forked from, and them with it; it may be in the middle of imports.

    Otherwise it would go on for seconds, and fork workers for nobody. The next pool starts another one.
    """
    server: Any = forkserver._forkserver
    with server._lock:
        if server._forkserver_pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(server._forkserver_pid, signal.SIGKILL)
            server._stop_unlocked()  # waits for its end, so that nobody takes it for alive


def _require_short(folder: str) -> None:
    if (length := len(os.fsencode(folder))) > _LONGEST:
        raise NnlearnError(
            f"the folder for temporary files, {folder}, has a path of {length} bytes; "
            f"the sockets in it allow {_LONGEST}",
            "set TMPDIR to a folder with a shorter path: TMPDIR=/tmp",
        )
