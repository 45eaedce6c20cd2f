"""What Keras, TensorFlow, NumPy and Python hold for the whole process, as it is before anybody changes it.

A learner may set the float type for a file, and one part must not set it for another: each check begins with
what the libraries begin with.
"""

from __future__ import annotations

import contextlib
import gc
import sys
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple

_ERRORS = {"divide": "warn", "over": "warn", "under": "ignore", "invalid": "warn"}
_PRINT_OPTIONS = {
    "edgeitems": 3,
    "threshold": 1000,
    "floatmode": "maxprec",
    "precision": 8,
    "suppress": False,
    "linewidth": 75,
    "nanstr": "nan",
    "infstr": "inf",
    "sign": "-",
    "formatter": None,
    "legacy": False,
}
_RECURSION = 1000
# What Keras keeps for a thread, None as long as nobody sets it: a policy, and scopes, which what breaks off
# on its way into a layer never leaves.
_OF_KERAS = (
    *("dtype_policy", "flash_attention"),
    *("current_call_ctx", "autocast_scope", "symbolic_scope", "stateless_scope"),
)


class _Setting(NamedTuple):
    """One setting: how it is read and written, and what it is when nobody has changed it."""

    read: Callable[[], Any]
    write: Callable[[Any], object]
    standard: Any


def reset_settings() -> None:
    """Bring back what is there when nobody has changed anything; takes microseconds if nobody has."""
    for setting in _settings():
        if setting.read() != setting.standard:
            setting.write(setting.standard)


@contextlib.contextmanager
def settings_kept() -> Iterator[None]:
    """Let the settings be after the block what they were before it."""
    before = [(setting, setting.read()) for setting in _settings()]
    try:
        yield
    finally:
        for setting, value in before:
            if setting.read() != value:
                setting.write(value)


@cache
def _settings() -> tuple[_Setting, ...]:
    import keras
    import numpy as np
    import tensorflow as tf
    from keras.src.backend.common import global_state

    def of_keras(name: str) -> _Setting:
        return _Setting(
            lambda: global_state.get_global_attribute(name),
            lambda value: global_state.set_global_attribute(name, value),
            None,
        )

    def set_errors(errors: dict[str, Any]) -> None:
        np.seterr(**errors)

    def set_print_options(options: dict[str, Any]) -> None:
        np.set_printoptions(**options)

    def set_collecting(enabled: bool) -> None:
        (gc.enable if enabled else gc.disable)()

    # Options of a later NumPy than we know of are None when nobody has set them.
    print_options = {name: _PRINT_OPTIONS.get(name) for name in np.get_printoptions()}
    config = keras.config
    return (
        _Setting(config.floatx, config.set_floatx, "float32"),
        _Setting(config.epsilon, config.set_epsilon, 1e-7),
        _Setting(config.image_data_format, config.set_image_data_format, "channels_last"),
        _Setting(config.max_epochs, config.set_max_epochs, None),
        _Setting(config.max_steps_per_epoch, config.set_max_steps_per_epoch, None),
        *map(of_keras, _OF_KERAS),
        _Setting(tf.config.functions_run_eagerly, tf.config.run_functions_eagerly, False),
        _Setting(np.geterr, set_errors, _ERRORS),
        _Setting(np.geterrcall, np.seterrcall, None),
        _Setting(np.get_printoptions, set_print_options, print_options),
        _Setting(sys.getrecursionlimit, sys.setrecursionlimit, _RECURSION),
        _Setting(gc.isenabled, set_collecting, True),
    )
