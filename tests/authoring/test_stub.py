"""Solutions and answers are taken out of code."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from autograder.authoring.stub import blank_predictions, stub_of, without_unused_imports
from nnlearn.errors import ContentError

FILE = Path("softmax.py")


def test_each_method_has_its_own_region() -> None:
    """The message names the part, not the method; given code stays."""
    stub = stub_of(
        '''class Dropout(Layer):
    """Drops."""

    def __init__(self, rate):
        super().__init__()
        # BEGIN SOLUTION
        self.rate = rate
        # END SOLUTION

    def call(self, inputs):
        if inputs is None:
            # BEGIN SOLUTION
            return 1
            # END SOLUTION
        return inputs''',
        "Dropout",
        FILE,
        1,
    )
    assert (
        stub
        == '''class Dropout(Layer):
    """Drops."""

    def __init__(self, rate):
        super().__init__()
        raise NotImplementedError("Dropout: not written yet")

    def call(self, inputs):
        if inputs is None:
            raise NotImplementedError("Dropout: not written yet")
        return inputs'''
    )


def test_a_region_in_a_class_body_is_refused() -> None:
    """Its raise would run on import."""
    source = 'class A:\n    """A."""\n    # BEGIN SOLUTION\n    x = 1\n    # END SOLUTION'
    with pytest.raises(ContentError) as caught:
        stub_of(source, "A", FILE, 7)
    assert str(caught.value) == (
        "softmax.py:7: the part `A` has a solution region outside of a function\n"
        "  put a region inside each function or method: its place is taken by a raise"
    )


def test_predictions_of_every_shape_become_none() -> None:
    """Values over several lines, in brackets, on one line, after letters of more than one byte."""
    source = """PREDICTIONS = {
    # How much?
    "a": [
        1,  # first
        2,
    ],
    # Größe?
    "größe": "Ä", "c": (3),  # two on a line
}"""
    blank = blank_predictions(source, FILE, 1)
    assert (
        blank
        == """PREDICTIONS = {
    # How much?
    "a": None,
    # Größe?
    "größe": None, "c": (None),  # two on a line
}"""
    )
    ast.parse(blank)


def test_predictions_have_to_be_a_dictionary() -> None:
    """Anything else is refused."""
    with pytest.raises(ContentError, match=r"softmax.py:3: PREDICTIONS has to be a dictionary"):
        blank_predictions("PREDICTIONS = dict(a=1)", FILE, 3)


def test_imports_that_nothing_uses_are_left_out() -> None:
    """What the solution needs stays, even where the stub does not name it."""
    imports = "from __future__ import annotations\n\nimport os\nimport numpy as np\n"
    imports += "from keras import layers, ops"
    part = "def f(x):\n    raise NotImplementedError"
    solution = "def f(x):\n    return ops.exp(np.ones(3))"
    found = without_unused_imports([(imports, imports), (part, solution)])
    expected = "from __future__ import annotations\n\nimport numpy as np\nfrom keras import ops"
    assert found == [expected, part]
