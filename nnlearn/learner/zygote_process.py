"""The process that imports Keras and TensorFlow once and forks a learner's process for each submission.

It never executes a TensorFlow operation: a TensorFlow that has run once hangs in its forks.
Started by `nnlearn.learner.zygote.Zygote`; speaks with it over a packet socket.
"""

from __future__ import annotations

import contextlib
import gc
import os
import select
import signal
import socket
import sys
from pathlib import Path
from typing import Any

from nnlearn.learner.confinement import Bounds, Enclosure, enclose

PACKET = 2**16


def main(control: socket.socket, cores: int) -> None:
    """Enclose this process, import what learners need, then serve requests until the other end closes."""
    enclosure = enclose(Path.cwd())
    _import_everything(cores)
    Zygote(control, enclosure).serve()


def _import_everything(cores: int) -> None:
    """Import all that a confined process may need from outside its readable folders; run nothing."""
    import keras  # noqa: F401
    import tensorflow as tf
    from tensorflow.python.framework import kernels

    import nnlearn.learner.host
    import nnlearn.learner.worker  # noqa: F401

    with contextlib.suppress(ImportError, OSError):  # a kernel or a container may refuse it
        import landlock

        landlock.landlock_abi_version()
    tf.config.threading.set_intra_op_parallelism_threads(cores)
    tf.config.threading.set_inter_op_parallelism_threads(cores)
    # A look into TensorFlow's table of kernels, which every fork would otherwise sort for itself.
    kernels.get_registered_kernels_for_op("AddV2")
    gc.collect()
    gc.freeze()


class Zygote:
    """Answers the requests of its one client.

    Args:
        control: Packet socket to the grader.
        enclosure: The layers around this process.
    """

    def __init__(self, control: socket.socket, enclosure: Enclosure) -> None:
        from nnlearn.learner.wire import decode, encode

        self._encode, self._decode = encode, decode
        self._control = control
        self._enclosure = enclosure
        self._children: set[int] = set()

    def serve(self) -> None:
        """Answer until the grader closes its end or is gone."""
        self._reply("hello", self._enclosure.held, self._enclosure.refused, _has_run_an_operation())
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
                case "prepare":
                    self._prepare(*operands)
                case "reap":
                    self._reap(*operands)
            for descriptor in descriptors:
                os.close(descriptor)
        for child in self._children:
            os.kill(child, signal.SIGKILL)

    def _reply(self, *answer: Any, pass_on: tuple[int, ...] = ()) -> None:
        socket.send_fds(self._control, [self._encode(answer)], pass_on)

    def _fork(self, memory_mb: int, cpu: int, uid: int, scratch: str, connection: int, output: int) -> None:
        data_bytes = self._enclosure.data_bytes
        in_new_namespace = self._enclosure.own_pids >= 0
        if in_new_namespace:
            from nnlearn.learner.confinement import linux

            linux.unshare(linux.CLONE_NEWPID)
        try:
            child = os.fork()
        except OSError as error:
            child = -1
            self._reply("failed", str(error))
        if child == 0:
            bounds = Bounds(memory_mb, cpu, uid, scratch)
            self._work(connection, output, bounds, data_bytes)
        if in_new_namespace:
            linux.setns(self._enclosure.own_pids, linux.CLONE_NEWPID)
        if child > 0:
            self._children.add(child)
            process = os.pidfd_open(child)
            self._reply("forked", child, pass_on=(process,))
            os.close(process)

    def _prepare(self, forbid: list[str]) -> None:
        """Look up what a part must not use, which every fork would otherwise do for itself."""
        from nnlearn.learner.guard import Guard

        Guard.prepare(forbid)
        gc.collect()
        gc.freeze()
        self._reply("prepared")

    def _become(self, memory_mb: int, cpu: int, uid: int, scratch: str, connection: int, output: int) -> None:
        """Be the one learner's process, where forks are not to be had."""
        self._reply("forked", os.getpid())
        bounds = Bounds(memory_mb, cpu, uid, scratch)
        self._work(connection, output, bounds, self._enclosure.data_bytes)

    def _work(self, connection: int, output: int, bounds: Bounds, data_bytes: int) -> None:
        from nnlearn.learner.worker import run_worker

        run_worker(connection, output, self._enclosure, bounds, data_bytes)

    def _reap(self, child: int, grace: float) -> None:
        """Report how `child` ended, waiting for it at most `grace` seconds."""
        if child not in self._children:
            self._reply("gone")
            return
        process = os.pidfd_open(child)
        poll = select.poll()
        poll.register(process, select.POLLIN)
        ended = poll.poll(grace * 1000)
        os.close(process)
        if not ended:
            self._reply("running")
            return
        _, status, usage = os.wait4(child, 0)
        self._children.discard(child)
        if self._enclosure.own_pids < 0:
            self._end_orphans()
        code = os.waitstatus_to_exitcode(status)
        self._reply("ended", code, usage.ru_maxrss, usage.ru_utime + usage.ru_stime)

    def _end_orphans(self) -> None:
        """Kill what a learner's process has left behind, where no PID namespace does it."""
        listing = Path(f"/proc/self/task/{os.getpid()}/children")
        with contextlib.suppress(OSError):
            while orphans := {int(pid) for pid in listing.read_text().split()} - self._children:
                for orphan in orphans:
                    os.kill(orphan, signal.SIGKILL)
                    os.waitpid(orphan, 0)


def _has_run_an_operation() -> bool:
    """Whether TensorFlow has set itself up for running operations; must be False."""
    from tensorflow.python.eager import context

    return context.context()._context_handle is not None


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])), int(sys.argv[2]))
