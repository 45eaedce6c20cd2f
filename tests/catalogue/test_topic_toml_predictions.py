"""A wrong prediction in topic.toml is refused in the words of every other fault there."""

from __future__ import annotations

from pathlib import Path

import pytest
from catalogue.good_toml import GOOD, message

from nnlearn.catalogue.topic_toml import read_topic_toml


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
    before = GOOD[: GOOD.index("[[prediction]]")].replace('"shift"]', '"total"]')
    before = before.replace('pitfalls = ["divides_by_the_column_sum"]\n', "")
    text = before + asked + more + GOOD[end : GOOD.index("rubric = ")]
    key = kept.partition(" =")[0].strip("[]\n").removeprefix("prediction.")
    assert message(tmp_path, text, built=True) == (
        f"topic.toml: prediction[0].{key} (prediction `total`): learners get this file, so no answer may be "
        "in it\n  leave that key out"
    )
    (tmp_path / "topic.toml").write_text(text.replace(more, ""))
    assert read_topic_toml(tmp_path / "topic.toml", built=True).prediction[0].key == "total"
