"""A small class for the tests of what surrounds grading: no Keras, no checks, hostile names."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from nnlearn.errors import ContentError
from nnlearn.results import Noticed, Outcome, PartResult, Report, Run, TopicReports, Verdict

COLUMN_SUM = Noticed(
    "divides_by_the_column_sum",
    "Every column adds up to 1 instead of every row: the division runs over axis 0.",
)
MESSAGE = """softmax: each row should add up to 1, but row 0 adds up to 0.2833

  Call       softmax(z)        z: shape (4, 3), float32
  Got        [0.2833 1.1291 0.4851 1.1025]  4 of 4 differ"""


class FakeCatalogue:
    """The three members of a catalogue that grading uses."""

    root = Path("/content")

    def __init__(self, *names: str) -> None:
        self.topics = tuple(
            SimpleNamespace(
                name=name,
                checks=Path(f"test_{name}.py"),
                stub=Path(f"{name}.py"),
                notebook=Path(f"{name}.ipynb"),
                has_mistakes=False,
                content_digest="d" * 64,
            )
            for name in names
        )

    def topic(self, name: str) -> Any:
        """The topic, or the error a catalogue raises."""
        for topic in self.topics:
            if topic.name == name:
                return topic
        raise ContentError(f"{name}: no such topic.", "Did you mean activations?")


@pytest.fixture
def catalogue() -> FakeCatalogue:
    """A catalogue of two topics."""
    return FakeCatalogue("activations", "losses")


@pytest.fixture
def make_report() -> Callable[..., Report]:
    """A report with a part that passes, softmax as told, and a part that is not written."""

    def make(learner: str = "ada", softmax: Verdict = Verdict.PASSED, **fields: Any) -> Report:
        failed = softmax is not Verdict.PASSED
        noticed = (COLUMN_SUM,) if softmax is Verdict.FAILED else ()
        message = fields.pop("message", MESSAGE)
        rows = Outcome("test_rows", "Each row adds up to 1.", False, 1.0, Verdict.PASSED)
        if failed:
            rows = Outcome("test_rows", rows.title, False, 1.0, softmax, message, 0.01)
        huge = Outcome("test_huge", "Huge logits.", True, 2.0, Verdict.PASSED)
        new = Outcome("test_new", "Odd.", False, 1.0, Verdict.NOT_WRITTEN, "gelu: not written yet")
        relu = Outcome("test_zero", "Zero stays.", False, 1.0, Verdict.PASSED)
        parts = (
            PartResult("relu", 2.0, (relu,)),
            PartResult("softmax", 3.0, (rows, huge), noticed),
            PartResult("gelu", 2.0, (new,)),
        )
        defaults = {"submission": f"{learner}.py", "sha256": "0" * 64, "parts": parts}
        return Report(learner, **(defaults | fields))

    return make


@pytest.fixture
def make_run() -> Callable[..., Run]:
    """A run of the given reports."""

    def make(*reports: Report) -> Run:
        return Run((TopicReports("activations", "d" * 64, reports),), ("landlock",))

    return make


@pytest.fixture
def printed() -> Callable[..., str]:
    """What a function prints on a console of a given width, without colour."""

    def capture(function: Callable[..., None], *arguments: Any, width: int = 80) -> str:
        file = io.StringIO()
        function(*arguments, Console(file=file, width=width, color_system=None))
        return file.getvalue()

    return capture
