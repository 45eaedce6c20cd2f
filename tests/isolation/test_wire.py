"""What the wire carries, and what it refuses."""

from __future__ import annotations

import math
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import ml_dtypes
import msgpack
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from nnlearn.isolation import wire
from nnlearn.isolation.decoding import decode
from nnlearn.isolation.encoding import encode
from nnlearn.isolation.wire import WireError
from nnlearn.protocol.values import Handle

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**4000), 2**4000)
    | st.floats()
    | st.text(st.characters(), max_size=40)
    | st.binary(max_size=40)
)
KEYS = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.text(max_size=8)
ARRAYS = hnp.arrays(
    st.sampled_from(sorted(set(wire.DTYPES) - {"bfloat16"})),
    hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=5),
)
HANDLES = st.builds(Handle, st.integers(0, 2**63), st.text(max_size=8), st.text(max_size=8))
VALUES = st.recursive(
    SCALARS | ARRAYS | HANDLES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(KEYS, inner, max_size=4)
    ),
    max_leaves=12,
)


def same(a: Any, b: Any) -> bool:
    """Equal in type and value, NaN included."""
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        pairs = zip(a.items(), b.items(), strict=False)
        return len(a) == len(b) and all(same(x, y) for x, y in pairs)
    return a == b or (isinstance(a, float) and math.isnan(a) and math.isnan(b))


@given(VALUES)
@settings(deadline=None)
def test_every_plain_value_comes_back_as_it_was(value):
    assert same(decode(encode(value)), value)


@given(st.binary(max_size=300))
@settings(deadline=None, max_examples=500)
def test_arbitrary_bytes_raise_only_a_wire_error(data):
    try:
        decode(data)
    except WireError:
        pass


@given(st.binary(max_size=200), st.binary(max_size=60))
@settings(deadline=None, max_examples=500)
def test_arbitrary_structures_raise_only_a_wire_error(structure, buffers):
    try:
        decode(wire.HEADER.pack(len(structure), len(buffers)) + structure + buffers)
    except WireError:
        pass


TAGGED = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-4, 12)
    | st.floats()
    | st.binary(max_size=9)
    | st.sampled_from(["float32", "bool", "object", "int64", "bfloat16", "V8"]),
    lambda inner: st.lists(inner, max_size=6) | st.lists(inner, max_size=5).map(lambda x: [3, *x]),
    max_leaves=20,
)


@given(TAGGED, st.binary(max_size=40))
@settings(deadline=None, max_examples=1000)
def test_well_formed_msgpack_that_is_no_message_raises_only_a_wire_error(tagged, buffers):
    structure = msgpack.packb(tagged)
    try:
        value = decode(wire.HEADER.pack(len(structure), len(buffers)) + structure + buffers)
    except WireError:
        return
    assert same(decode(encode(value)), value)


@given(VALUES, st.data())
@settings(deadline=None, max_examples=300)
def test_a_damaged_message_raises_only_a_wire_error(value, data):
    message = bytearray(encode(value))
    for _ in range(data.draw(st.integers(1, 4))):
        message[data.draw(st.integers(0, len(message) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(message)))
    for damaged in (message, message[:cut], message + b"\0"):
        try:
            decode(damaged)
        except WireError:
            pass


@pytest.mark.parametrize("order", ["C", "F"])
def test_bfloat16_non_contiguous_and_big_endian_arrays_keep_their_values(order):
    half = np.arange(6, dtype=ml_dtypes.bfloat16).reshape(2, 3, order=order)
    assert decode(encode(half)).dtype == half.dtype
    big = np.arange(12, dtype=">i4").reshape(3, 4)[:, ::2]
    np.testing.assert_array_equal(decode(encode(big)), big)
    np.testing.assert_array_equal(decode(encode(half)), half)


def test_a_numpy_scalar_arrives_as_an_array_of_rank_0():
    assert same(decode(encode(np.float32(1.5))), np.array(1.5, "float32"))


def test_arrays_that_arrive_can_be_written_to():
    array = decode(encode(np.zeros((2, 3), "float32")))
    array += 1
    assert array.flags.owndata


@pytest.mark.parametrize(
    "value",
    [
        object(),
        {1, 2},
        1j,
        np.array([object()]),
        np.array(["text"]),
        np.array([("a", 1)], dtype=[("x", "U1"), ("y", int)]),
        np.zeros(2, "datetime64[s]"),
        np.ma.array([1, 2]),
        {(1, 2): 3},
        {2**70: 1},
        type("Int", (int,), {})(3),
        type("Text", (str,), {})("x"),
        2**5000,
        [None] * (wire.MAX_ITEMS + 1),
        np.zeros(wire.MAX_MESSAGE + 1, "int8"),
        "x" * (wire.MAX_MESSAGE + 1),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_not_plain_or_too_large_is_refused(value):
    with pytest.raises(WireError):
        encode(value)


def test_a_list_that_contains_itself_is_refused():
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(WireError, match="32 levels"):
        encode(endless)


def message(tagged: Any, buffers: bytes = b"") -> bytes:
    """A message with any structure at all."""
    structure = msgpack.packb(tagged, strict_types=False)
    return wire.HEADER.pack(len(structure), len(buffers)) + structure + buffers


@pytest.mark.parametrize(
    "data",
    [
        b"",
        struct.pack("!II", 2**32 - 1, 2**32 - 1),
        message([3, "float32", 4, 10**11]),  # 400 GB in twenty bytes
        message([3, "float64", 0, 0, 2**40, 2**40]),
        message([3, "object", 8, 1], b"\0" * 8),
        message([3, "V8", 8, 1], b"\0" * 8),
        message([3, "float32", 8, -1, -2], b"\0" * 8),
        message([3, "float32", 8, True, 2], b"\0" * 8),
        message([3, "float32", 8, 3], b"\0" * 8),
        message([3, "int8", 1, *[1] * 40], b"\0"),
        message([6, 4], b"\xff\xff\xff\xff"),
        message([7, 10], b"short"),
        message(None, b"left over"),
        message([4, -1, "layer", "Dense"]),
        message([4, True, "layer", "Dense"]),
        message([2, "a", 1, "a", 2]),
        message([2, [1, 1, 2], 1]),
        message([2, "odd"]),
        message([8, 1]),
        message([]),
        message({"a": 1}),
        message(msgpack.ExtType(1, b"x")),
        message(msgpack.Timestamp(1, 1)),
        b"\0\0\x07\xd0\0\0\0\0" + b"\x91" * 2000,  # nested deeper than any stack
        message([5, b"\1" * 10_000]),
    ],
)
def test_each_known_trick_is_refused(data):
    with pytest.raises(WireError):
        decode(data)


SAMPLES = (
    ("value", np.arange(6, dtype=np.float32).reshape(2, 3)),
    ("value", {"a": [1, 2.5, None, True], "b": (b"bytes", "x" * 2000, 2**70)}),
    ("value", Handle(7, "layer", "Dense")),
    ("raised", "ValueError", "no", ["Exception"], [("a.py", 3, "f", "raise")]),
    ("forbidden", ["keras.ops.softmax (a.py:3)"]),
)


def test_a_search_led_by_coverage_finds_only_wire_errors(tmp_path):
    """`fuzz_wire.py` starts from honest replies and looks for what nobody thought of."""
    pytest.importorskip("atheris", reason="there is no build of atheris for every Python")
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for number, sample in enumerate(SAMPLES):
        message = encode(sample)
        length, _ = wire.HEADER.unpack(message[: wire.HEADER.size])
        (corpus / str(number)).write_bytes(bytes([length]) + message[wire.HEADER.size :])
    search = [sys.executable, str(Path(__file__).with_name("fuzz_wire.py")), str(corpus)]
    run = subprocess.run(
        # Linux counts what this process holds as held by what it starts, so there is no limit for that.
        [*search, "-runs=100000", "-seed=1", "-max_len=4096", "-rss_limit_mb=0"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=300,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    assert "Done 100000 runs" in run.stderr
