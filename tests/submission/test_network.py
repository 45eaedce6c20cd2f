"""Code that fetches something is noted before it fails: where work is graded there is no network."""

from __future__ import annotations

from pathlib import Path

import pytest
from submission.handed_in import code_cell, notebook, python

from nnlearn.submission.network import ADVICE


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("x = keras.datasets.mnist.load_data()", "mnist.load_data"),
        ("from keras.datasets import cifar10\n(a, b), _ = cifar10.load_data()", "cifar10.load_data"),
        ("tf.keras.utils.get_file('a', 'https://example.org/a')", "get_file"),
        ("from urllib.request import urlopen\nurlopen('https://example.org')", "urlopen"),
        ("def data():\n    return sklearn.datasets.fetch_openml('mnist_784')", "fetch_openml"),
    ],
)
def test_what_is_fetched_is_said_to_be_out_of_reach(tmp_path: Path, code: str, name: str) -> None:
    """Once for a cell, with the line, and with what to use."""
    line = code.count("\n") + 1
    source = notebook(tmp_path, code_cell(f"{code}\n{code}"))
    assert source.notes == (f"cell 1, line {line}: `{name}` fetches something, and {ADVICE}",)


@pytest.mark.parametrize(
    "code",
    [
        "x = nnlearn.data.digits()",
        "x = load_digits()",
        "x = mine.load_data()",
        "x = store.get('mnist')",
        "def get_file(name):\n    return name",
    ],
)
def test_what_is_there_already_is_not_noted(tmp_path: Path, code: str) -> None:
    """Names alone mean nothing."""
    assert python(tmp_path, code).notes == ()
