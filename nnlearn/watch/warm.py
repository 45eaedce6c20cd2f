"""The warm process: imports Keras and collects the checks once, then checks the learner's file on request.

Where it can, each run is a fork of it: nothing the learner's code does outlives the run. The fork is made
before it is needed and has TensorFlow started by then. The process itself never executes an operation: a
TensorFlow that has run once hangs in its forks.
Where there are no forks, the process runs the file itself, in a fresh module each time; whoever started it
ends it when that takes too long, and starts another.

Started by `nnlearn.watch.process`. Requests come on its input, reports go to its output; what the learner's
code prints goes to descriptor 2, with the end of each run marked.
"""

from __future__ import annotations

import gc
import os
import queue
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from nnlearn.catalogue import Topic
from nnlearn.errors import NnlearnError
from nnlearn.watch import messages as m
from nnlearn.watch.collected import CollectedChecks
from nnlearn.watch.lines import Lines
from nnlearn.workspace.workspace import Workspace

if TYPE_CHECKING:
    from nnlearn.diagnosis.matching import KnownReplies


def main(root: Path, topic: str, *, by_fork: bool) -> None:
    """Serve requests until the other side is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # where it has no process group of its own
    if sys.platform == "linux":
        _end_with_the_watch()
    lines = Lines()
    try:
        _get_ready()
        catalogue = Workspace(root).catalogue
        asked: str | None = topic
        while asked is not None:
            serving = _Serving(root, catalogue.topic(asked), lines, by_fork=by_fork)
            asked = serving.until_another_topic()
    except NnlearnError as error:
        lines.send(m.Problem(error.problem, error.next_step))
    except ImportError as error:
        lines.send(m.Problem(f"Keras cannot be imported: {error}", "`nnlearn doctor` says what is missing"))


def _end_with_the_watch() -> None:
    """End as soon as the watch does: the end of its input the process would notice only when it is ready."""
    import select

    from nnlearn.runtime.linux import die_with_parent

    die_with_parent(signal.SIGKILL)
    poll = select.poll()
    poll.register(0, select.POLLHUP)
    if poll.poll(0):  # it has ended already
        sys.exit(1)


def _get_ready() -> None:
    """Import all that a run needs; execute nothing."""
    from nnlearn.runtime.notebooks import import_nbformat
    from nnlearn.runtime.quiet import import_keras

    import_keras()
    import_nbformat()
    import rich.progress  # noqa: F401
    import tensorflow as tf

    import nnlearn.checking.runner  # as Rich's progress, for errands
    import nnlearn.host.host
    import nnlearn.watch.work  # noqa: F401
    from nnlearn.runtime import before_fork

    tf.config.threading.set_intra_op_parallelism_threads(1)  # checks are small: threads cost more than
    tf.config.threading.set_inter_op_parallelism_threads(1)  # they bring, and grading has one as well
    before_fork.look_up()
    before_fork.run_kernels_directly()
    before_fork.run_graphs_as_traced()


class _Serving:
    """Serves runs of the checks of one topic."""

    def __init__(self, root: Path, topic: Topic, lines: Lines, *, by_fork: bool) -> None:
        self._root = root
        self._topic = topic
        self._lines = lines
        self._by_fork = by_fork
        self._next: str | None = None

    def until_another_topic(self) -> str | None:
        """Serve; returns the topic that was asked for then, or None when the other side is gone."""
        self._topic.require_visible_checks()
        CollectedChecks(self._topic, self._serve).collect()
        return self._next

    def _serve(self, checks: CollectedChecks) -> None:
        from nnlearn.diagnosis.store import read_diagnoses
        from nnlearn.host.guard import Guard

        known = read_diagnoses(self._topic)
        for part in self._topic.parts:
            Guard.prepare(part.rules)
        Guard.stand_watch()
        self._lines.end_of_output(0)  # what libraries had to say is nobody's output
        self._lines.send(m.Ready(self._topic.name, checks.titles))
        gc.collect()
        # What forks share stays shared, since the collector does not write to it; without forks, it does not
        # go through all of Keras at each save.
        gc.freeze()
        # Checks that run an operation while they are collected rule forks out from then on.
        if self._by_fork and not has_run_an_operation():
            from nnlearn.watch.forks import serve_by_fork

            self._next = serve_by_fork(checks, known, self._lines, self._root)
        else:
            self._next = self._serve_here(checks, known)

    def _serve_here(self, checks: CollectedChecks, known: Sequence[KnownReplies]) -> str | None:
        import keras

        from nnlearn.watch.work import work_to_the_end

        for request in _requests(self._lines):
            match request:
                case m.Open(topic):
                    return topic
                case m.Check(run):
                    keras.utils.clear_session()
                    code = work_to_the_end(checks, known, request, self._lines)
                    if code:
                        os._exit(code)  # pytest was torn out of a check: this session is of no more use
                    self._lines.end_of_output(run)
                    self._lines.send(m.Ended(run, code))
        return None


def _requests(lines: Lines) -> Iterator[m.Request]:
    """Requests as they come. When the other side is gone the process ends, whatever it is doing."""
    waiting: queue.SimpleQueue[m.Request] = queue.SimpleQueue()

    def read() -> None:
        while (found := lines.receive()) is not None:
            for request in found:
                waiting.put(request)
        os._exit(0)

    threading.Thread(target=read, name="requests", daemon=True).start()
    while True:
        yield waiting.get()


def has_run_an_operation() -> bool:
    """Whether TensorFlow has set itself up for running operations."""
    from tensorflow.python.eager import context

    return context.context()._context_handle is not None


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], by_fork=sys.argv[3] == "fork")
