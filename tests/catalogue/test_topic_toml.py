"""A wrong topic.toml is refused with file, key, what was expected, what was received, next step."""

from __future__ import annotations

from pathlib import Path

import pytest
from catalogue.good_toml import GOOD, message

from nnlearn.catalogue.topic_toml import read_topic_toml


def test_a_good_file(tmp_path: Path) -> None:
    """Everything arrives, defaults filled in."""
    (tmp_path / "topic.toml").write_text(GOOD)
    contents = read_topic_toml(tmp_path / "topic.toml", built=False)
    assert contents.questions == (6, 1048)
    assert contents.limits.call_seconds == 5
    assert contents.limits.memory_mb == 2048
    assert [part.name for part in contents.part] == ["softmax", "predictions"]
    assert [item.answer for item in contents.prediction] == ["same", 1]
    assert contents.prediction[0].wrong[1].answer == "flatter"
    assert contents.prediction[1].tolerance == 0.05
    assert contents.response[0].rubric == ("4 points: anything",)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "points = 1",
            'points = "one"',
            'topic.toml: part[1].points (part `predictions`): expected a number, got "one"\n'
            "  write, for example: points = 3",
        ),
        (
            "points = 1",
            "points = 0",
            "topic.toml: part[1].points (part `predictions`): expected a number above 0, got 0\n"
            "  write, for example: points = 3",
        ),
        (
            "points = 1",
            "points = nan",
            "topic.toml: part[1].points (part `predictions`): expected a number above 0, got NaN\n"
            "  write, for example: points = 3",
        ),
        (
            "points = 3",
            "ponts = 3",
            "topic.toml: part[0] (part `softmax`): unknown key `ponts`\n  did you mean `points`?",
        ),
        (
            "points = 3",
            "",
            "topic.toml: part[0] (part `softmax`): the key `points` is missing\n"
            "  add it, for example: points = 3",
        ),
        (
            'name = "softmax"',
            "",
            "topic.toml: part[0] (part number 1): the key `name` is missing\n"
            '  add it, for example: name = "softmax"',
        ),
        (
            "order = 1",
            "",
            "topic.toml: the key `order` is missing\n  add it, for example: order = 1",
        ),
        (
            "order = 1",
            "order = 1\ncolour = 2",
            "topic.toml: unknown key `colour`\n  the keys there are title, order, summary, part, "
            "questions, requires, forbid, allow, limits, prediction, response",
        ),
        (
            "order = 1",
            "order = 1.5",
            "topic.toml: order: expected a whole number, got 1.5\n  write, for example: order = 1",
        ),
        (
            "questions = [6, 1048]",
            "questions = [6, 0]",
            "topic.toml: questions[1]: expected a question's number, from 1, got 0\n"
            "  write, for example: questions = [6, 13]",
        ),
        (
            "questions = [6, 1048]",
            "questions = [6, 49, 6]",
            "topic.toml: questions[2]: expected each number once, got 6\n"
            "  write, for example: questions = [6, 13]",
        ),
        (
            "questions = [6, 1048]",
            "questions = 6",
            "topic.toml: questions: expected a list ([...]), got 6\n"
            "  write, for example: questions = [6, 13]",
        ),
        (
            'hints = ["a", "b", "c"]\n\n[[part]]',
            'hints = ["a", "b"]\n\n[[part]]',
            "topic.toml: part[0].hints (part `softmax`): expected exactly 3 hints, "
            'got ["a", "b"]\n'
            '  write, for example: hints = ["a nudge", "more", "nearly the answer"]',
        ),
        (
            'hints = ["a", "b", "c"]\n\n[[part]]',
            'hints = ["a", " ", "c"]\n\n[[part]]',
            'topic.toml: part[0].hints[1] (part `softmax`): expected some text, got " "\n'
            '  write, for example: hints = ["a nudge", "more", "nearly the answer"]',
        ),
        (
            'name = "predictions"',
            'name = "softmax"',
            "topic.toml: part[1].name (part `softmax`): expected a name that no other part or "
            'response has, got "softmax"\n  write, for example: name = "softmax"',
        ),
        (
            'name = "predictions"',
            'name = "soft-max"',
            "topic.toml: part[1].name (part `soft-max`): expected a Python name (letters, digits, "
            '_), got "soft-max"\n  write, for example: name = "softmax"',
        ),
        (
            '"tensorflow.nn.*"',
            '"tensorflow.*.nn"',
            "topic.toml: part[0].forbid[1] (part `softmax`): expected a dotted name, NAME.*, "
            'kernel:NAME or group:NAME, got "tensorflow.*.nn"\n  write, for example: forbid = '
            '["group:softmax", "keras.layers.*", "kernel:Relu"]',
        ),
        (
            "call_seconds = 5",
            "call_seconds = -5",
            "topic.toml: limits.call_seconds: expected a number above 0, got -5\n"
            "  write, for example: call_seconds = 10",
        ),
        (
            "call_seconds = 5",
            "call_second = 5",
            "topic.toml: limits: unknown key `call_second`\n  did you mean `call_seconds`?",
        ),
        (
            'rubric = ["4 points: anything"]',
            "",
            "topic.toml: response[0].rubric (response `why`): expected at least one line that says "
            'how to mark it, got []\n  write, for example: rubric = ["2 points: ...", '
            '"1 point: ..."]',
        ),
        (
            'name = "softmax"',
            'name = "softmax"\nhidden_checks = 2',
            "topic.toml: part[0].hidden_checks (part `softmax`): the builder counts the "
            "hidden checks\n  leave that key out",
        ),
        (
            'name = "softmax"',
            'name = "softmax"\nparameters = ["logits"]',
            "topic.toml: part[0].parameters (part `softmax`): the builder takes them from the master\n"
            "  leave that key out",
        ),
        (
            'title = "Softmax"',
            'title = ""',
            'topic.toml: title: expected some text, got ""\n'
            '  write, for example: title = "Activation functions"',
        ),
    ],
)
def test_what_is_refused(tmp_path: Path, old: str, new: str, expected: str) -> None:
    """Each fault of a key gets its own message."""
    assert old in GOOD
    assert message(tmp_path, GOOD.replace(old, new, 1)) == expected


def test_no_part_at_all(tmp_path: Path) -> None:
    """A topic without a part has nothing to grade."""
    text = GOOD[: GOOD.index("[[part]]")]
    assert "the key `part` is missing\n  add it, for example: [[part]]" in message(tmp_path, text)


def test_a_rubric_in_what_learners_get(tmp_path: Path) -> None:
    """The built topic.toml must not hold one."""
    assert "so no rubric may be in it\n  leave that key out" in message(tmp_path, GOOD, built=True)


def test_toml_that_does_not_parse(tmp_path: Path) -> None:
    """The line is named."""
    text = message(tmp_path, GOOD.replace('title = "Softmax"', "title = Softmax"))
    assert text.startswith("topic.toml is not valid TOML: ")
    assert "line 1" in text


def test_a_file_that_is_not_utf_8(tmp_path: Path) -> None:
    """The byte is named."""
    text = message(tmp_path, GOOD.replace("Softmax", "Softm\udce4x"))
    assert text == "topic.toml is not UTF-8 text: byte 14 is 0xe4\n  save it as UTF-8"
