"""What one part sets for the whole process reaches neither another part's checks nor the notebook."""

import sys
import types

import numpy as np
import pytest

from nnlearn.host.host import Host
from nnlearn.host.settings import settings_kept
from nnlearn.protocol.requests import MODULE, Program
from nnlearn.runtime.quiet import start_keras

CHANGES = {
    "floatx": "keras.backend.set_floatx('float64')",
    "config.floatx": "keras.config.set_floatx('float16')",
    "policy": "keras.mixed_precision.set_global_policy('mixed_float16')",
    "dtype_policy": "keras.config.set_dtype_policy('float64')",
    "tf.keras": "tf.keras.mixed_precision.set_global_policy('mixed_bfloat16')",
    "epsilon": "keras.config.set_epsilon(0.5)",
    "channels": "keras.config.set_image_data_format('channels_first')",
    "eagerly": "tf.config.run_functions_eagerly(True)",
    "errors": "np.seterr(all='raise')",
    "printing": "np.set_printoptions(precision=1, suppress=True)",
    "recursion": "sys.setrecursionlimit(2345)",
    "epochs": "keras.config.set_max_epochs(1)",
    "collecting": "gc.disable()",
    "session": "keras.backend.clear_session()",
    "scope": "keras.src.backend.AutocastScope('float16').__enter__()",
}
CODE = """
import gc, sys
import keras, numpy as np, tensorflow as tf

def change():
    CHANGE

def state():
    layer = keras.layers.Dense(2)
    layer.build((None, 3))
    answer = [layer.compute_dtype, layer.variable_dtype, str(layer.kernel.value.dtype)]
    answer += [keras.config.epsilon()]
    answer += [keras.config.image_data_format(), tf.config.functions_run_eagerly(), np.geterr()["divide"]]
    answer += [sys.getrecursionlimit(), str(np.array([1 / 3])), gc.isenabled(), keras.config.max_epochs()]
    return answer
"""
STANDARD = ["float32", "float32", "<dtype: 'float32'>", 1e-7, "channels_last", False, "warn"]
STANDARD += [1000, "[0.33333333]", True, None]


@pytest.fixture(autouse=True)
def _kept():
    start_keras()
    with settings_kept():
        yield


def call(host, name):
    verb, function = host.handle(("get", MODULE, name))
    assert verb == "value"
    reply = host.handle(("call", function.id, (), {}))
    assert reply[0] == "value", reply
    return reply[1]


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_check_begins_with_what_libraries_begin_with(change):
    host = Host(Program("toy", (("toy.py", f"{CODE.replace('CHANGE', change)}\nchange()\n"),), {}))
    assert host.load() == []
    host.handle(("begin", "part", 1))
    assert call(host, "state") == STANDARD
    call(host, "change")
    host.handle(("begin", "other", 2))
    assert call(host, "state") == STANDARD


def test_a_part_may_set_what_it_likes_while_it_is_checked():
    code = CODE.replace("CHANGE", "keras.config.set_floatx('float64')")
    host = Host(Program("toy", (("toy.py", code),), {}))
    assert host.load() == []
    host.handle(("begin", "part", 1))
    call(host, "change")
    assert call(host, "state")[0] == "float64"


def test_a_notebook_keeps_its_own_settings():
    import keras

    keras.utils.clear_session()  # the first layer of a process fixes the policy that follows floatx
    keras.config.set_floatx("float64")
    np.seterr(over="ignore")
    with settings_kept():
        host = Host.around(types.ModuleType("toy"), Program("toy", (), {}))
        host.handle(("begin", "part", 1))
        assert keras.config.floatx() == "float32"
        assert np.geterr()["over"] == "warn"
        keras.config.dtype_policy()
    assert keras.config.floatx() == "float64"
    assert keras.config.dtype_policy().name == "float64"
    assert np.geterr()["over"] == "ignore"
    assert sys.getrecursionlimit() == 1000
