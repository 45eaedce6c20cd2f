"""A class of sixty who handed in what real classes hand in, and what a hostile one would.

    python tests/course/mangled_class.py RELEASED.ipynb FOLDER ASSIGNMENT

writes it to FOLDER as nbgrader collects it: FOLDER/LEARNER/ASSIGNMENT/.
"""

import io
import json
import os
import sys
import textwrap
import zipfile
from pathlib import Path

from course.trap_class import ANSWERS, WRONG, Book, grade_id

FULL = (3, 2, 1)
NOTHING = (0, 0, 0)
UNREADABLE = None
CODE = {name: textwrap.dedent(text).strip() for name, text in ANSWERS.items()}
READY_MADE = """
def _of(library):
    return library.softmax

def softmax(logits, axis=-1):
    return {call}
"""
CONSTANT = "def softmax(logits, axis=-1):\n    return {}"

# An own cell above the exercise, as harmless as it is, and what the learner deserves with it.
OWN_CELLS = {
    "gc": "import gc\ngc.collect()",
    "timeit": "from timeit import default_timer\nbegun = default_timer()",
    "pickle": "import pickle\npickle.loads(pickle.dumps([1, 2]))",
    "inspect": "import inspect\nprint(inspect.signature(print))",
    "dict": "print(sorted(keras.Model.__dict__)[:3])",
    "subprocess": "import subprocess\nsubprocess.run(['true'])",
    "reload": "import importlib\nimport json\nimportlib.reload(json)",
    "globals": "print(len(globals()))",
    "threads": "import threading\nthread = threading.Thread(target=print)\nthread.start()\nthread.join()",
    "eval": "print(eval('1 + 1'))",
    "getattrs": "for name in ('pi', 'e'):\n    import math\n    print(getattr(math, name))",
    "magics": "%matplotlib inline\nimport os\n%time n = len(os.listdir('.'))\n!ls",
    "bash": "%%bash\nls",
    "floatx": "keras.config.set_floatx('float64')",
    "policy": "keras.mixed_precision.set_global_policy('mixed_float16')",
    "newer": "type Number = int | float",
    "datasets": "keras.datasets.mnist.load_data()",
    "leaves": "import sys\nsys.exit(1)",
    "loops_alone": "while True:\n    pass",
    "annotations": "def double(x: 'a number that is ' 'not there') -> 'NoSuchName':\n    return 2 * x",
}
# The cell of softmax, as somebody writes it.
WAYS = {
    "timed": ("%%time\n" + CODE["softmax"], FULL),
    "captured": ("%%capture\n" + CODE["softmax"], FULL),
    "awaits": ("import asyncio\nawait asyncio.sleep(0)\n" + CODE["softmax"], FULL),
    "indented": (textwrap.indent(CODE["softmax"], "    "), FULL),
    "pasted_prompts": ("In [5]: " + CODE["softmax"].replace("\n", "\n   ...: "), FULL),
    "pasted_arrows": (">>> " + CODE["softmax"].replace("\n", "\n... "), FULL),
    "nothing": (CONSTANT.format("None"), (0, 2, 1)),
    "ragged": (CONSTANT.format("[[1.0], [2.0, 3.0]]"), (0, 2, 1)),
    "huge": (CONSTANT.format("10**1100"), (0, 2, 1)),
    "not_numbers": (CONSTANT.format("[float('nan')] * 3"), (0, 2, 1)),
    "texts": (CONSTANT.format("['x' * 1_000_000] + [''] * 500"), (0, 2, 1)),
    "deep": (CONSTANT.format("ops.zeros([1] * 32)"), (0, 2, 1)),
    "loops": ("def softmax(logits, axis=-1):\n    while True:\n        pass", (0, 2, 1)),
    "dies": ("import os\nos._exit(0)", NOTHING),
    "ready_made": (READY_MADE.format(call="_of(keras.ops)(logits, axis)"), (0, 2, 1)),
    "mapped": (READY_MADE.format(call="keras.tree.map_structure(keras.ops.softmax, logits)"), (0, 2, 1)),
    "sparse": (
        "import tensorflow as tf\ndef softmax(logits, axis=-1):\n"
        "    return tf.sparse.softmax(tf.sparse.from_dense(logits[None])).values",
        (0, 2, 1),
    ),
}


def write_class(released, folder, assignment):
    """Write everybody's files below `folder`.

    Args:
        released: The notebook of the toy topic as it was given out.
        folder: Where `LEARNER/ASSIGNMENT/` go.
        assignment: What nbgrader calls the assignment.

    Returns:
        The scores of softmax, Scale and the predictions that each learner deserves, by the learner's name;
        `UNREADABLE` for what is nobody's notebook.
    """
    expected = {}

    def place(learner, deserves):
        expected[learner] = deserves
        made = folder / learner / assignment
        made.mkdir(parents=True)
        return made

    def hand_in(learner, deserves, document, name="toy.ipynb"):
        made = place(learner, deserves)
        data = document if isinstance(document, bytes) else text_of(document).encode()
        (made / name).write_bytes(data)
        return made

    right = Book(released, ANSWERS)
    hand_in("ada", FULL, right)
    hand_in("stub", NOTHING, Book(released, {}))
    for learner, code in OWN_CELLS.items():
        book = Book(released, ANSWERS)
        book.add(code, place_of(book, "softmax"))
        hand_in(learner, FULL, book)
    for learner, (code, deserves) in WAYS.items():
        hand_in(learner, deserves, Book(released, {**ANSWERS, "softmax": code}))

    reused = Book(released, ANSWERS)
    reused.add("softmax = 3")
    hand_in("reuses", FULL, reused)
    elsewhere = Book(released, {**ANSWERS, "softmax": ""})
    elsewhere["softmax_checks"]["source"] = CODE["softmax"]
    elsewhere["softmax"]["source"] = Book(released, {})["softmax"]["source"]
    hand_in("in_the_checks", (0, 2, 1), elsewhere)

    widgets = Book(released, ANSWERS)
    widgets.document["metadata"]["widgets"] = {"application/vnd.jupyter.widget-state+json": {"version": 2}}
    hand_in("widgets", FULL, widgets)
    large = Book(released, ANSWERS)
    large["softmax"]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x" * 9_900_000}]
    hand_in("large", FULL, large)
    for learner, stamp in (
        ("yesterday", b"yesterday"),
        ("marked", "﻿2026-01-01 00:00:00 UTC".encode()),
        ("wide", "2026-01-01 00:00:00 UTC".encode("utf-16")),
    ):
        (hand_in(learner, FULL, right) / "timestamp.txt").write_bytes(stamp)

    hand_in("cut_off", UNREADABLE, b'{"cells": [')
    hand_in("empty", UNREADABLE, b"")
    hand_in("picture", UNREADABLE, b"\x89PNG\r\n\x1a\n" + bytes(200))
    (place("a_folder", UNREADABLE) / "toy.ipynb").mkdir()
    os.mkfifo(place("a_pipe", UNREADABLE) / "toy.ipynb")
    (place("a_link", UNREADABLE) / "toy.ipynb").symlink_to(folder / "ada" / assignment / "toy.ipynb")
    (place("a_loose_end", UNREADABLE) / "toy.ipynb").symlink_to("nowhere.ipynb")
    hand_in("printed", UNREADABLE, b"<!doctype html><p>Softmax</p>", "toy.html")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("toy.ipynb", text_of(right))
    hand_in("packed", UNREADABLE, packed.getvalue(), "toy.zip")

    hand_in("copied", FULL, right, "toy (1).ipynb")
    hand_in("shouted", FULL, right, "TOY.IPYNB")
    hand_in("as_text", FULL, right, "toy.ipynb.txt")
    twice = hand_in("tried_twice", FULL, Book(released, {**ANSWERS, "softmax": WRONG}), "toy.ipynb")
    (twice / "toy (1).ipynb").write_text(text_of(right))
    os.utime(twice / "toy.ipynb", (1_700_000_000, 1_700_000_000))
    with_script = hand_in("whole_folder", FULL, right)
    (with_script / "toy.py").write_text("def softmax(logits, axis=-1):\n    raise NotImplementedError\n")
    (with_script / "test_toy.py").write_text("def test_nothing():\n    pass\n")
    return expected


def text_of(document):
    return json.dumps(document.document if isinstance(document, Book) else document)


def place_of(book, name):
    """Where the cell with a name stands."""
    return next(number for number, cell in enumerate(book.cells) if grade_id(cell) == name)


if __name__ == "__main__":
    notebook, where, name = sys.argv[1:]
    write_class(json.loads(Path(notebook).read_text()), Path(where), name)
