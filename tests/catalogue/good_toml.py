"""A topic.toml with nothing wrong in it, and how one is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from nnlearn.catalogue.topic_toml import read_topic_toml
from nnlearn.errors import ContentError

GOOD = """\
title = "Softmax"
order = 1
summary = "About softmax."
requires = []
pitfalls = ["divides_by_the_column_sum"]

[[question]]
number = 6
answered = "Softmax"
shown = "shares"
graded = ["softmax", "shift"]

[limits]
call_seconds = 5

[[part]]
name = "softmax"
points = 3
minutes = 20
difficulty = "medium"
forbid = ["keras.ops.softmax", "tensorflow.nn.*", "kernel:Softmax"]
hints = ["a", "b", "c"]

[[part]]
name = "predictions"
points = 1
minutes = 5
difficulty = "easy"
hints = ["a", "b", "c"]

[[prediction]]
key = "shift"
about = "a shifted softmax"
question = '''
You add 100 to every logit.
The output of softmax becomes ...
'''
allowed = ["sharper", "flatter", "same"]
gloss = { sharper = "closer to one winner" }
answer = "same"

[[prediction.wrong]]
answer = "sharper"
why = "Only differences count."

[[prediction.wrong]]
answer = "flatter"
why = "Only differences count."

[[prediction]]
key = "total"
about = "the total"
question = "What do the shares add up to?"
allowed = "number"
note = "one decimal is enough"
answer = 1
tolerance = 0.05

[[prediction.wrong]]
answer = 0.5
why = "That is half of it."

[[response]]
name = "why"
points = 4
rubric = ["4 points: anything"]
"""


def message(tmp_path: Path, text: str, built: bool = False) -> str:
    """How a topic.toml with `text` is refused."""
    file = tmp_path / "topic.toml"
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(ContentError) as caught:
        read_topic_toml(file, built=built)
    return str(caught.value).replace(f"{tmp_path}/", "")
