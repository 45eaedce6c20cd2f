"""Imports Keras and TensorFlow without their log lines.

TensorFlow's native code writes to descriptor 2 while it is imported, whatever Python's `sys.stderr` is.
"""

from __future__ import annotations

import os
import sys
import tempfile


def import_keras() -> None:
    """Import Keras with TensorFlow as its backend; what they write while doing so is dropped.

    Raises:
        ImportError: They cannot be imported; what was written is shown then.
    """
    if "keras" in sys.modules:
        return
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.stderr.flush()
    terminal = os.dup(2)
    with tempfile.TemporaryFile() as log:
        os.dup2(log.fileno(), 2)
        try:
            import keras  # noqa: F401
        except BaseException:
            log.seek(0)
            os.write(terminal, log.read())
            raise
        finally:
            os.dup2(terminal, 2)
            os.close(terminal)
