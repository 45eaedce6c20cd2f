"""Imports and starts Keras and TensorFlow without their log lines.

TensorFlow's native code writes to descriptor 2 while it is imported and when it runs its first operation,
whatever Python's `sys.stderr` is.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import tempfile
from collections.abc import Iterator

from nnlearn.runtime.before_fork import run_kernels_directly
from nnlearn.runtime.interruptions import held_back


def import_keras() -> None:
    """Import Keras with TensorFlow as its backend, and execute nothing.

    Raises:
        ImportError: They cannot be imported; what they wrote is shown then.
    """
    if "keras" in sys.modules:
        return
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with held_back(), without_native_logs():
        import keras  # noqa: F401


def start_keras() -> None:
    """Import Keras and execute a first operation, which starts TensorFlow's devices and threads.

    Never call this in a process that is to be forked.
    """
    import_keras()
    # Checks trace many small functions on purpose; nobody has to be warned that this is slow.
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    from tensorflow.python.eager import context

    if context.context()._context_handle is None:
        run_kernels_directly()
        with held_back(), without_native_logs():
            import tensorflow

            tensorflow.zeros(())


def run_a_first_graph() -> None:
    """Trace and run a small graph: the first one of a process takes several times as long as those after it.

    For a process that has time now and none later, once Keras is started. It draws from no random state that
    anybody else has.
    """
    import tensorflow as tf

    state = tf.Variable([0, 0])

    def step(x: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        state.assign_add([1, 1])
        coins = tf.random.stateless_uniform(tf.shape(x), seed=state)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.reduce_mean(tf.where(coins >= 0.5, x / 0.5, 0.0) ** 2)
        return y, tape.gradient(y, x)

    with without_native_logs():
        tf.function(step, autograph=False)(tf.ones((2, 2)))


@contextlib.contextmanager
def without_native_logs() -> Iterator[None]:
    """Drop what is written to descriptor 2, unless the block raises."""
    sys.stderr.flush()
    terminal = os.dup(2)
    with tempfile.TemporaryFile() as log:
        os.dup2(log.fileno(), 2)
        try:
            yield
        except BaseException:
            log.seek(0)
            os.write(terminal, log.read())
            raise
        finally:
            os.dup2(terminal, 2)
            os.close(terminal)
