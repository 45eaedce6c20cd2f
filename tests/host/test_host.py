"""What the host makes of the learner's code, seen through its requests and replies."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nnlearn.host.host import Host
from nnlearn.protocol.requests import MODULE, Program, Rules
from nnlearn.protocol.values import PART, Handle
from nnlearn.submission.network import ADVICE

X = np.ones((2, 3), "float32")
RULES = {"part": Rules(("keras.ops.softmax", "kernel:Softmax"))}


def reply(*cells: str) -> tuple[Any, ...]:
    """The reply to `part(X)`."""
    host = Host(Program("topic", tuple((f"cell {n}", c) for n, c in enumerate(cells)), RULES))
    assert host.handle(("load",)) == ("value", [])
    host.handle(("begin", "part", 1))
    return host.handle(("call", Handle(MODULE, PART, "part"), (X,), {}))


@pytest.mark.parametrize("position", [0, 1])
def test_a_traced_function_may_decide_by_its_tensors(position: int) -> None:
    """AutoGraph finds the source of every cell, though none is a file."""
    cells = ["y = 1\n", "z = 2\n"]
    cells[position] = (
        "import tensorflow as tf\n\n@tf.function\ndef part(x):\n"
        "    if tf.reduce_sum(x) > 0:\n        x = 2 * x\n    return x\n"
    )
    verb, value = reply(*cells)
    assert verb == "value"
    np.testing.assert_array_equal(value, 2 * X)


def test_only_what_raises_it_itself_is_not_written() -> None:
    """TensorFlow raises NotImplementedError too, where a tensor that has no value yet is made an array."""
    verb, *_ = reply("def part(x):\n    raise NotImplementedError('not yet')\n")
    assert verb == "not_written"
    code = "import numpy as np, tensorflow as tf\n\n@tf.function(autograph=False)\ndef part(x):\n"
    verb, name, *_ = reply(code + "    return np.asarray(x)\n")
    assert (verb, name) == ("raised", "NotImplementedError")


def test_a_part_that_is_a_forbidden_function() -> None:
    """An alias that the text does not show is refused when the check calls the part."""
    code = "import keras\npart = getattr(keras.ops, 'xamtfos'[::-1])\n"
    assert reply(code) == ("forbidden", ["keras.ops.softmax", "the TensorFlow kernel Softmax"])


def test_a_part_that_calls_a_forbidden_function() -> None:
    """The reply to the call names what was used, and where."""
    code = "import keras\n\ndef part(x):\n    return getattr(keras.ops, 'xamtfos'[::-1])(x)\n"
    assert reply(code) == (
        "forbidden",
        ["keras.ops.softmax (cell 0, line 4)", "the TensorFlow kernel Softmax (cell 0, line 4)"],
    )


def test_each_part_is_watched_for_what_it_must_not_use_itself() -> None:
    """What a part may use does not count, though others may not."""
    road = "import keras\n\ndef {part}(x):\n    return getattr(keras.ops, {name!r}[::-1])(x)\n"
    code = road.format(part="first", name="xamtfos") + road.format(part="second", name="uler")
    free = ("keras.*", "kernel:*")
    forbid = {"first": "keras.ops.softmax", "second": "keras.ops.relu", "third": "keras.ops.relu"}
    host = Host(
        Program("topic", (("cell 0", code),), {part: Rules((name,), free) for part, name in forbid.items()})
    )
    host.handle(("load",))
    uses = []
    for seed, (part, called) in enumerate(
        [("first", "first"), ("first", "second"), ("second", "second"), ("third", "first")]
    ):
        host.handle(("begin", part, seed))
        tag, value = host.handle(("call", Handle(MODULE, PART, called), (X,), {}))
        uses.append(value if tag == "forbidden" else [])
    places = [["keras.ops.softmax (cell 0, line 4)"], [], ["keras.ops.relu (cell 0, line 8)"], []]
    assert uses == places


def test_a_call_that_breaks_off_leaves_no_mode_behind() -> None:
    """The next check begins outside of every layer, in inference mode, as if it were the first."""
    code = (
        "import keras\n\nclass Inside(keras.layers.Layer):\n"
        "    def build(self, shape):\n        self.inner = self\n\n"
        "    def call(self, x, training=None):\n        return x\n\n"
        "class Mode(keras.layers.Layer):\n"
        "    def call(self, x, training=None):\n        return x * (2.0 if training else 1.0)\n"
    )
    host = Host(Program("topic", (("cell 0", code),), {}))
    assert host.handle(("load",)) == ("value", [])

    def call(name: str, **training: bool) -> tuple[Any, ...]:
        _, layer = host.handle(("get", MODULE, name))
        _, made = host.handle(("call", layer.id, (), {}))
        return host.handle(("call", made.id, (X,), training))

    host.handle(("begin", "part", 1))
    assert call("Inside", training=True)[0] == "raised"
    host.handle(("begin", "part", 2))
    np.testing.assert_array_equal(call("Mode", training=True)[1], 2 * X)
    np.testing.assert_array_equal(call("Mode")[1], X)


def test_an_operation_that_fails_is_named_as_the_learner_has_written_it() -> None:
    """And in the same words wherever the code runs: replies are compared by them."""
    code = "import tensorflow as tf\n\ndef part(x):\n    return tf.add(x, tf.ones(2))\n"
    _, kind, said, *_ = reply(code)
    assert kind == "InvalidArgumentError"
    assert said.startswith("Incompatible shapes: [2,3] vs. [2]")


def test_cells_may_await() -> None:
    """Outside of functions, too, as in Jupyter: one loop for all cells, in which tasks go on."""
    names = "import asyncio\n\nasync def later(x):\n    await asyncio.sleep(0)\n    return x\n"
    task = "task = asyncio.ensure_future(later(2))\nawait asyncio.sleep(0)\n"
    more = (
        "class Open:\n    async def __aenter__(self):\n        return await task\n"
        "    async def __aexit__(self, *error):\n        pass\n"
        "async def count():\n    yield 1\n"
        "async with Open() as two:\n    async for one in count():\n"
        "        three = [one + two async for one in count()]\n"
    )
    part = "def part(x):\n    return x * three[0]\nasyncio.run(later(1))\n"
    verb, value = reply(names, task, more, part)
    assert verb == "value"
    np.testing.assert_array_equal(value, 3 * X)


def test_a_cell_that_awaits_and_raises_costs_itself() -> None:
    """What it raised is noted with its line; what runs beside the cells ends with them."""
    cells = [
        "import asyncio\nended = []\nasync def beside():\n    try:\n        await asyncio.sleep(3600)\n"
        "    finally:\n        ended.append(1)\n",
        "task = asyncio.ensure_future(beside())\nawait asyncio.sleep(0)\nraise ValueError('no')",
        "await asyncio.sleep(0)\nimport sys\nsys.exit(3)",
        "await asyncio.sleep(0)\ndef part(x):\n    return x + len(ended)\n",
    ]
    host = Host(Program("topic", tuple((f"cell {n}", c) for n, c in enumerate(cells)), {}))
    notes = host.load()
    assert notes == ["cell 1 raised ValueError at line 3: no", "cell 2 raised SystemExit at line 3: 3"]
    host.handle(("begin", "part", 1))
    value = host.handle(("call", Handle(MODULE, PART, "part"), (X,), {}))[1]
    np.testing.assert_array_equal(value, X + 1)


def test_code_has_no_futures_but_its_own() -> None:
    """Annotations are values, unless the learner's own code says otherwise; then in all cells after it."""
    kinds = "def part(x: float):\n    return str(part.__annotations__['x'])\n"
    assert reply(kinds) == ("value", "<class 'float'>")
    assert reply("from __future__ import annotations\n", kinds) == ("value", "float")
    assert reply(kinds, "from __future__ import annotations\n") == ("value", "<class 'float'>")


def test_a_part_is_what_its_cell_made() -> None:
    """A later cell that needs the name for a number has it while cells run, and does not take the part."""
    cells = [
        "def part(x):\n    return 2 * x\n",
        "part = part(3)\nassert part + 1 == 7\n",
        "part: list = [part]\n",
        "def other(x):\n    return part(x)\n",
    ]
    program = Program(
        "topic", tuple((f"cell {n}", c) for n, c in enumerate(cells)), {"part": Rules(), "gone": Rules()}
    )
    host = Host(program)
    assert host.load() == [
        "cell 1 overwrites `part` with int: what was defined before counts; take another name there"
    ]
    for name in ("part", "other"):
        host.handle(("begin", "part", 1))
        _, value = host.handle(("call", Handle(MODULE, PART, name), (X,), {}))
        np.testing.assert_array_equal(value, 2 * X)


@pytest.mark.parametrize(
    ("cells", "factor"),
    [
        (["def part(x):\n    return x\n", "part = 3", "def part(x):\n    return 5 * x\n"], 5),
        (["def part(x):\n    return x\n", "part = lambda x: 5 * x"], 5),
        (["part = 3", "import operator\ndef part(x):\n    return 5 * x\n"], 5),
    ],
)
def test_the_last_definition_counts(cells: list[str], factor: int) -> None:
    """Whatever the name was in between."""
    verb, value = reply(*cells)
    assert verb == "value"
    np.testing.assert_array_equal(value, factor * X)


@pytest.mark.parametrize(
    "cells", [["def part(x):\n    return x\npart = 3"], ["def part(x): pass", "del part"]]
)
def test_what_a_cell_itself_takes_away_is_gone(cells: list[str]) -> None:
    """A cell makes what it has made at its end; a name that is deleted is meant to be."""
    verb, *_ = reply(*cells)
    assert verb in ("raised", "not_written")


@pytest.mark.parametrize(
    ("code", "is_about_it"),
    [
        ("import socket\nraise socket.gaierror(-3, 'Temporary failure in name resolution')", True),
        (
            "import socket\ntry:\n    raise socket.gaierror(-3, 'no')\nexcept OSError:\n"
            "    raise RuntimeError('URL fetch failure')",
            True,
        ),
        ("import socket, errno\nsocket.socket = None\nraise OSError(errno.ENETUNREACH, 'no')", False),
        ("import urllib.request\nurllib.request.urlopen('file:///nothing/there')", False),
        ("raise ConnectionRefusedError('no')", False),
        ("class gaierror(Exception):\n    pass\nraise gaierror", False),
    ],
)
def test_without_a_network_the_note_says_so(code: str, is_about_it: bool, monkeypatch: Any) -> None:
    """Whatever the libraries between make of it; other errors are left as they are."""
    monkeypatch.setattr("socket.socket", __import__("socket").socket)
    [note] = Host(Program("topic", (("cell 0", code),), {})).load()
    assert note.endswith(f"; {ADVICE}") is is_about_it
