"""The process that imports Keras and TensorFlow once and forks a learner's process for each submission.

It never executes a TensorFlow operation: a TensorFlow that has run once hangs in its forks.
Started by `isolation.zygote_start.ZygoteProcess`; speaks over a packet socket with `zygote_link.Link`.

Where many grade at the same time, none of them has it to itself: each asks it to be lent a fork, which is a
zygote like it, shares its memory, and serves that client alone, over a socket of their own.

Where forks are not to be had, it becomes the one learner's process itself.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import math
import os
import shutil
import signal
import socket
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NoReturn

from nnlearn.isolation.confinement import Bounds, Enclosure, enclose, enclose_again
from nnlearn.isolation.processes import PACKET
from nnlearn.protocol.requests import Rules
from nnlearn.runtime import before_fork, linux


def main(control: socket.socket, cores: int) -> None:
    """Enclose this process, import what learners need, then serve requests until the other end closes."""
    folder = Path.cwd()
    enclosure = enclose(folder, control.fileno())
    _import_everything(cores)
    before_fork.look_up()
    before_fork.run_kernels_directly()
    before_fork.run_graphs_as_traced()
    before_fork.settle_memory(enclosure.read_own("maps"))
    Server(control, enclosure, folder).serve()


def _import_everything(cores: int) -> None:
    """Import all that a confined process may need from outside its readable folders; run nothing."""
    import keras  # noqa: F401
    import tensorflow as tf

    import nnlearn.host.host  # noqa: F401
    from nnlearn.host.guard import Guard
    from nnlearn.isolation.inside.process import FOR_LESSONS, own_modules

    for name in FOR_LESSONS:
        importlib.import_module(name)
    with contextlib.suppress(ImportError, OSError):  # a kernel or a container may refuse it
        import landlock

        landlock.landlock_abi_version()
    tf.config.threading.set_intra_op_parallelism_threads(cores)
    tf.config.threading.set_inter_op_parallelism_threads(cores)
    Guard.prepare(Rules())
    Guard.stand_watch()
    own_modules()


class Server:
    """Answers requests.

    Args:
        control: Packet socket to whoever asks.
        enclosure: The layers around this process.
        folder: Where learners' processes get a folder each, if they have no private file system.
    """

    def __init__(self, control: socket.socket, enclosure: Enclosure, folder: Path) -> None:
        from nnlearn.isolation.decoding import decode
        from nnlearn.isolation.encoding import encode

        self._encode, self._decode = encode, decode
        self._control = control
        self._enclosure = enclosure
        self._folder = folder
        self._children: dict[int, str] = {}  # with the folder of each
        self._lent: set[int] = set()

    def serve(self) -> None:
        """Answer until the other end is closed: nobody who may ask is left."""
        process = os.pidfd_open(os.getpid())
        self._reply("hello", self._enclosure.held, _has_run_an_operation(), pass_on=(process,))
        os.close(process)
        while True:
            packet, descriptors, _, _ = socket.recv_fds(self._control, PACKET, 2)
            if not packet:
                break
            verb, *operands = self._decode(packet)
            match verb:
                case "fork":
                    self._fork(*operands, *descriptors)
                case "become":
                    self._become(*operands, *descriptors)
                case "lend":
                    self._lend(*descriptors)
                case "prepare":
                    self._prepare(*operands)
                case "reap":
                    self._reap(*operands)
            for descriptor in descriptors:
                os.close(descriptor)
        for child in (*self._children, *self._lent):
            os.kill(child, signal.SIGKILL)

    def _reply(self, *answer: Any, pass_on: tuple[int, ...] = ()) -> None:
        socket.send_fds(self._control, [self._encode(answer)], pass_on)

    def _lend(self, connection: int) -> None:
        """Fork a zygote for whoever holds the other end of `connection`.

        It speaks over that alone. If there is none to be had, the other end is closed, without a word.
        """
        self._lent = {child for child in self._lent if os.waitpid(child, os.WNOHANG) == (0, 0)}
        self._end_orphans()
        with contextlib.suppress(OSError):
            child = os.fork()
            if child == 0:
                self._be_lent(connection)
            self._lent.add(child)

    def _be_lent(self, connection: int) -> NoReturn:
        status = 1
        try:
            self._control.close()  # where zygotes are asked for: not for us, and not for our forks
            enclosure = enclose_again(self._enclosure, connection)
            Server(socket.socket(fileno=connection), enclosure, self._folder).serve()
            status = 0
        except BaseException:
            sys.excepthook(*sys.exc_info())
        finally:
            os._exit(status)

    def _fork(self, memory_mb: int, cpu: int, uid: int, connection: int, output: int) -> None:
        bounds = Bounds(memory_mb, cpu, uid, self._scratch(uid))
        data_bytes = self._enclosure.data_bytes
        in_new_namespace = self._enclosure.own_pids >= 0
        try:
            if in_new_namespace:
                linux.unshare(linux.CLONE_NEWPID)
            child = os.fork()
        except OSError as error:
            child = -1
            if bounds.scratch:
                shutil.rmtree(bounds.scratch, ignore_errors=True)
            self._reply("failed", str(error))
        if child == 0:
            from nnlearn.isolation.inside.process import run_learner

            run_learner(connection, output, self._enclosure, bounds, data_bytes)
        if in_new_namespace:
            linux.setns(self._enclosure.own_pids, linux.CLONE_NEWPID)
        if child > 0:
            self._children[child] = bounds.scratch
            process = os.pidfd_open(child)
            self._reply("forked", child, pass_on=(process,))
            os.close(process)

    def _become(self, memory_mb: int, cpu: int, uid: int, connection: int, output: int) -> NoReturn:
        """Be the learner's process; its folder goes with this process' own."""
        from nnlearn.isolation.inside.process import run_learner

        spent = time.process_time()
        self._reply("became", spent)
        bounds = Bounds(memory_mb, cpu + math.ceil(spent), uid, self._scratch(uid))
        run_learner(connection, output, self._enclosure, bounds, self._enclosure.data_bytes)

    def _scratch(self, uid: int) -> str:
        """A folder for the process of user `uid`; none where it gets a private file system."""
        if "mountns" in self._enclosure.held:
            return ""
        folder = tempfile.mkdtemp(prefix="scratch-", dir=self._folder)
        if self._enclosure.becomes_others:
            os.chown(folder, uid, uid)
        return folder

    def _prepare(self, rules: list[list[str]]) -> None:
        """Look up what a part must not use, which every fork would otherwise do for itself."""
        from nnlearn.host.guard import Guard

        Guard.prepare(Rules(*map(tuple, rules)))
        gc.collect()
        gc.freeze()
        self._reply("prepared")

    def _reap(self, child: int, grace: float) -> None:
        """Report how `child` ended, waiting for it at most `grace` seconds."""
        if child not in self._children:
            self._reply("gone")
            return
        if not linux.ends_within(child, grace):
            self._reply("running")
            return
        _, status, usage = os.wait4(child, 0)
        scratch = self._children.pop(child)
        self._end_orphans()
        if scratch:
            shutil.rmtree(scratch, ignore_errors=True)
        code = os.waitstatus_to_exitcode(status)
        self._reply("ended", code, usage.ru_maxrss, usage.ru_utime + usage.ru_stime)

    def _end_orphans(self) -> None:
        """Kill what a learner's process has left behind, where no PID namespace does it."""
        if self._enclosure.own_pids >= 0:
            return
        self._enclosure.end_children(but={*self._children, *self._lent})


def _has_run_an_operation() -> bool:
    """Whether TensorFlow has set itself up for running operations; must be False."""
    from tensorflow.python.eager import context

    return context.context()._context_handle is not None


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])), int(sys.argv[2]))
