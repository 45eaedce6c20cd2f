"""A wrong topic.toml is refused with file, key, what was expected, what was received, next step."""

from __future__ import annotations

from pathlib import Path

import pytest

from nnlearn.catalogue.topic_toml import read_topic_toml
from nnlearn.errors import ContentError

GOOD = """\
title = "Softmax"
order = 1
summary = "About softmax."
questions = [6, 1048]
requires = []

[limits]
call_seconds = 5

[[part]]
name = "softmax"
points = 3
forbid = ["keras.ops.softmax", "tensorflow.nn.*", "kernel:Softmax"]
hints = ["a", "b", "c"]

[[part]]
name = "predictions"
points = 1
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
            "questions, requires, forbid, limits, prediction, response",
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


@pytest.mark.parametrize(
    ("old", "new", "key", "expected"),
    [
        (
            'answer = "same"',
            'answer = "equal"',
            ".answer",
            'expected "sharper", "flatter" or "same", got "equal"\n  write, for example: answer = "same"',
        ),
        (
            'answer = "same"',
            "",
            "",
            'the key `answer` is missing\n  add it, for example: answer = "same"',
        ),
        (
            'answer = "same"',
            "answer = true",
            ".answer",
            'expected a number, text in quotes ("...") or a list ([...]), got true\n'
            '  write, for example: answer = "same"',
        ),
        (
            'answer = "same"',
            "answer = 3",
            ".answer",
            'expected "sharper", "flatter" or "same", got 3\n  write, for example: answer = "same"',
        ),
        (
            'answer = "sharper"',
            'answer = "same"',
            ".wrong[0].answer",
            'expected an answer other than the right one, got "same"\n  write, for example: answer = "same"',
        ),
        (
            'answer = "sharper"',
            'answer = "sharpest"',
            ".wrong[0].answer",
            'expected "sharper", "flatter" or "same", got "sharpest"\n  write, for example: answer = "same"',
        ),
        (
            'answer = "sharper"',
            'answer = "flatter"',
            ".wrong[1].answer",
            'expected an answer that has no explanation yet, got "flatter"\n'
            '  write, for example: answer = "same"',
        ),
        (
            '[[prediction.wrong]]\nanswer = "sharper"\nwhy = "Only differences count."\n',
            "",
            ".wrong",
            'expected an explanation of "sharper" as well, got ["flatter"]\n'
            '  write, for example: [[prediction.wrong]] with answer = "sharper" and why = "..."',
        ),
        (
            'why = "Only differences count."',
            'why = " "',
            ".wrong[0].why",
            'expected some text, got " "\n  write, for example: '
            'why = "What a teacher would say to somebody who gave that answer."',
        ),
        (
            'why = "Only differences count."',
            'reason = "Only differences count."',
            ".wrong[0]",
            "unknown key `reason`\n  the keys there are answer, why",
        ),
        (
            'allowed = ["sharper", "flatter", "same"]',
            'allowed = ["sharper", "flatter", "same", "flatter"]',
            ".allowed[3]",
            'expected a choice that no other is like, got "flatter"\n'
            '  write, for example: allowed = ["sharper", "flatter", "same"] or allowed = "number"',
        ),
        (
            'allowed = ["sharper", "flatter", "same"]',
            'allowed = ["same"]',
            ".allowed",
            'expected at least two choices, got ["same"]\n'
            '  write, for example: allowed = ["sharper", "flatter", "same"] or allowed = "number"',
        ),
        (
            'allowed = ["sharper", "flatter", "same"]',
            "allowed = 3",
            ".allowed",
            'expected text in quotes ("...") or a list ([...]), got 3\n'
            '  write, for example: allowed = ["sharper", "flatter", "same"] or allowed = "number"',
        ),
        (
            "gloss = { sharper =",
            "gloss = { sharp =",
            ".gloss",
            'expected one of the choices "sharper", "flatter" or "same", got "sharp"\n'
            '  write, for example: gloss = { sharper = "closer to one winner" }',
        ),
        (
            'answer = "same"',
            'answer = "same"\ntolerance = 0.1',
            ".tolerance",
            "expected none, since only a number can be nearly right, got 0.1\n"
            "  write, for example: tolerance = 0.01",
        ),
        (
            'about = "a shifted softmax"',
            'about = ""',
            ".about",
            'expected some text, got ""\n  write, for example: about = "a shifted softmax"',
        ),
        (
            'about = "a shifted softmax"',
            "",
            "",
            'the key `about` is missing\n  add it, for example: about = "a shifted softmax"',
        ),
    ],
)
def test_a_choice_that_is_refused(tmp_path: Path, old: str, new: str, key: str, expected: str) -> None:
    assert old in GOOD
    found = message(tmp_path, GOOD.replace(old, new, 1))
    assert found == f"topic.toml: prediction[0]{key} (prediction `shift`): {expected}"


@pytest.mark.parametrize(
    ("old", "new", "key", "expected"),
    [
        ('allowed = "number"', 'allowed = "numbr"', ".allowed", '"integer", "number" or "shape", or a list'),
        ('allowed = "number"', 'allowed = "integer"', ".tolerance", "none, since only a number can"),
        ('allowed = "number"', 'allowed = "number"\ngloss = { a = "b" }', ".gloss", "nothing, since there"),
        ("answer = 1\n", 'answer = "1"\n', ".answer", 'a number, got "1"'),
        ("answer = 1\n", "answer = nan\n", ".answer", "a number, got NaN"),
        ("answer = 1\n", "answer = [1, 2]\n", ".answer", "a number, got [1, 2]"),
        (
            "answer = 0.5",
            "answer = 1.04",
            ".wrong[0].answer",
            "an answer other than the right one, which is 1 give or take 0.05, got 1.04",
        ),
        ("answer = 0.5", 'answer = "half"', ".wrong[0].answer", 'a number, got "half"'),
        ("tolerance = 0.05", "tolerance = -0.05", ".tolerance", "a number that is 0 or above, got -0.05"),
        ('key = "total"', 'key = "a-b"', ".key", 'a Python name (letters, digits, _), got "a-b"'),
        ('key = "total"', 'key = "shift"', ".key", 'a key that no other prediction has, got "shift"'),
    ],
)
def test_a_number_that_is_refused(tmp_path: Path, old: str, new: str, key: str, expected: str) -> None:
    assert old in GOOD
    found = message(tmp_path, GOOD.replace(old, new, 1))
    assert found.startswith(f"topic.toml: prediction[1]{key} (prediction `")
    assert f"expected {expected}" in found


def test_predictions_make_up_a_part(tmp_path: Path) -> None:
    """Neither is there without the other."""
    text = GOOD.replace('name = "predictions"', 'name = "scale"')
    assert message(tmp_path, text) == (
        'topic.toml: part: expected a part `predictions` for the predictions, got ["softmax", "scale"]\n'
        '  write, for example: [[part]] with name = "softmax"'
    )
    text = GOOD[: GOOD.index("[[prediction]]")] + GOOD[GOOD.index("[[response]]") :]
    assert message(tmp_path, text) == (
        "topic.toml: prediction: expected at least one prediction for the part `predictions`, got []\n"
        '  write, for example: [[prediction]] with key = "softmax_shift"'
    )


@pytest.mark.parametrize("kept", ["answer = 1\n", "tolerance = 0.05\n", "[[prediction.wrong]]\n"])
def test_answers_in_what_learners_get(tmp_path: Path, kept: str) -> None:
    """The built topic.toml must hold neither an answer nor anything that follows from it."""
    begin, end = GOOD.index('[[prediction]]\nkey = "total"'), GOOD.index("[[response]]")
    asked = GOOD[begin : GOOD.index("answer = 1\n")]
    more = f'{kept}answer = 0.5\nwhy = "That is half of it."\n' if kept.startswith("[[") else kept
    text = GOOD[: GOOD.index("[[prediction]]")] + asked + more + GOOD[end : GOOD.index("rubric = ")]
    key = kept.partition(" =")[0].strip("[]\n").removeprefix("prediction.")
    assert message(tmp_path, text, built=True) == (
        f"topic.toml: prediction[0].{key} (prediction `total`): learners get this file, so no answer may be "
        "in it\n  leave that key out"
    )
    (tmp_path / "topic.toml").write_text(text.replace(more, ""))
    assert read_topic_toml(tmp_path / "topic.toml", built=True).prediction[0].key == "total"


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
