"""Starts a zygote as a fresh process: with a clean environment, nothing inherited and a folder of its own."""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from nnlearn.isolation.processes import Ending
from nnlearn.runtime import linux
from nnlearn.runtime.environment import TENSORFLOW_ENVIRONMENT

_MODULE = "nnlearn.isolation.inside.zygote"
_END_SECONDS = 10.0
_ROUGHLY_KB = 32 * 1024
"""By so much Linux may be out about what a process holds: each processor counts some pages for itself."""


class ZygoteProcess:
    """A process that becomes a zygote, in the time that it takes to import Keras; nobody waits for that here.

    It ends when it is closed, or all copies of `control` are, so at the latest with those who hold one.

    Args:
        cores: How many threads TensorFlow may use in each of its forks.

    Attributes:
        control: The socket to it. Processes that share it may ask it to lend them forks, and nothing else:
            they could not tell their answers apart.
        process: The process; it holds the zygote proper and ends as that does.

    Raises:
        OSError: No process is to be had.
    """

    def __init__(self, cores: int = 1) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="nnlearn-"))
        self._folder.chmod(0o711)  # on the way to the folders of learners' processes, which are other users
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed in close
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            with theirs:
                self.process = subprocess.Popen(  # noqa: S603
                    [sys.executable, "-P", "-s", "-B", "-m", _MODULE, str(theirs.fileno()), str(cores)],
                    pass_fds=(theirs.fileno(),),
                    stdin=subprocess.DEVNULL,
                    stdout=self._errors,
                    stderr=self._errors,
                    cwd=self._folder,
                    env=_environment(self._folder),
                    start_new_session=True,
                )
        except OSError:
            self._let_go()
            raise
        # What this process holds, Linux counts as held by its child until that runs its program: until now.
        self._inherited_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss + _ROUGHLY_KB

    def wait(self, grace: float) -> Ending | None:
        """How it ended, or None if it still runs after `grace` seconds. It can be asked once."""
        if not linux.ends_within(self.process.pid, grace):
            return None
        _, status, usage = os.wait4(self.process.pid, 0)
        self.process.returncode = code = os.waitstatus_to_exitcode(status)
        max_rss_kb = usage.ru_maxrss if usage.ru_maxrss > self._inherited_kb else 0
        return Ending(code, max_rss_kb / 1024, usage.ru_utime + usage.ru_stime)

    def close(self) -> None:
        """End the process, and with it all that it has forked.

        It clears up behind itself, as it does when we are killed: so nothing is left if that happens here.
        """
        with contextlib.suppress(OSError):  # closed, or nobody at the other end
            self.control.shutdown(socket.SHUT_RDWR)  # of all copies
        if self.process.returncode is None and self.wait(_END_SECONDS) is None:
            self.process.kill()
            self.process.wait()
        self._let_go()

    def last_words(self) -> str:
        """The end of what it has said on its errors, once it has ended or is ended here."""
        self.process.kill()
        self.process.wait()
        self._errors.seek(0)
        return self._errors.read()[-2000:].decode(errors="replace").strip()

    def _let_go(self) -> None:
        self.control.close()
        self._errors.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> ZygoteProcess:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def _environment(home: Path) -> dict[str, str]:
    """All that the zygote and its forks get to see of the environment."""
    return TENSORFLOW_ENVIRONMENT | {
        "HOME": str(home),
        "KERAS_HOME": str(home / "keras"),
        "LANG": "C.UTF-8",
        "MPLBACKEND": "Agg",
        "PYTHONHASHSEED": "0",  # the same submission gives the same report
        "OPENBLAS_NUM_THREADS": "1",  # a zygote with threads could not fork safely
        "OMP_NUM_THREADS": "1",
    }
