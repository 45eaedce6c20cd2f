"""Seeds every generator that the learner's code may draw from."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator


def set_seeds(seed: int, *, keep_kernels: bool) -> None:
    """Seed Python, NumPy, Keras and TensorFlow.

    TensorFlow also throws its prepared kernels away, because a random one remembers how far it has come.
    Preparing them again takes most of the time of a small check. A kernel belongs to one seed, so they can
    stay as long as no seed comes twice.

    Args:
        seed: For all of them.
        keep_kernels: Whether TensorFlow may keep its kernels: this seed has not been used before.
    """
    import keras

    with _kernels_kept() if keep_kernels else contextlib.nullcontext():
        keras.utils.set_random_seed(seed)


@contextlib.contextmanager
def _kernels_kept() -> Iterator[None]:
    """Let TensorFlow keep its kernels when it is seeded."""
    from tensorflow.python.eager import context

    library = context.pywrap_tfe
    clear = library.TFE_ContextClearCaches
    library.TFE_ContextClearCaches = _keep
    try:
        yield
    finally:
        library.TFE_ContextClearCaches = clear


def _keep(handle: object) -> None:
    """Stands in for the call that would throw the kernels away."""
