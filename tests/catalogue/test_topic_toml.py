"""A wrong topic.toml is refused with file, key, what was expected, what was received, next step."""

from __future__ import annotations

from pathlib import Path

import pytest
from catalogue.good_toml import GOOD, message

from nnlearn.catalogue import Question
from nnlearn.catalogue.topic_toml import read_topic_toml


def test_a_good_file(tmp_path: Path) -> None:
    """Everything arrives, defaults filled in."""
    (tmp_path / "topic.toml").write_text(GOOD)
    contents = read_topic_toml(tmp_path / "topic.toml", built=False)
    assert contents.pitfalls == ("divides_by_the_column_sum",)
    assert contents.question == (Question(6, "Softmax", "shares", ("softmax", "shift")),)
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
            "minutes = 20",
            "",
            "topic.toml: part[0] (part `softmax`): the key `minutes` is missing\n"
            "  add it, for example: minutes = 20",
        ),
        (
            "minutes = 20",
            "minutes = 0",
            "topic.toml: part[0].minutes (part `softmax`): expected a whole number above 0, got 0\n"
            "  write, for example: minutes = 20",
        ),
        (
            "minutes = 20",
            'minutes = "long"',
            'topic.toml: part[0].minutes (part `softmax`): expected a whole number, got "long"\n'
            "  write, for example: minutes = 20",
        ),
        (
            'difficulty = "medium"',
            "",
            "topic.toml: part[0] (part `softmax`): the key `difficulty` is missing\n"
            '  add it, for example: difficulty = "medium"',
        ),
        (
            'difficulty = "medium"',
            'difficulty = "tricky"',
            'topic.toml: part[0].difficulty (part `softmax`): expected "easy", "medium" or "hard", '
            'got "tricky"\n'
            '  write, for example: difficulty = "medium"',
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
            "requires, pitfalls, forbid, allow, limits, question, glossary, prediction, response",
        ),
        (
            "order = 1",
            "order = 1.5",
            "topic.toml: order: expected a whole number, got 1.5\n  write, for example: order = 1",
        ),
        (
            'pitfalls = ["divides_by_the_column_sum"]',
            'pitfalls = ["divides by the sum"]',
            'topic.toml: pitfalls[0]: expected the name of a known mistake, got "divides by the sum"\n'
            '  write, for example: pitfalls = ["divides_by_the_column_sum"]',
        ),
        (
            'pitfalls = ["divides_by_the_column_sum"]',
            'pitfalls = ["doubles", "doubles"]',
            'topic.toml: pitfalls[1]: expected each mistake once, got "doubles"\n'
            '  write, for example: pitfalls = ["divides_by_the_column_sum"]',
        ),
        (
            'pitfalls = ["divides_by_the_column_sum"]',
            'pitfall = ["divides_by_the_column_sum"]',
            "topic.toml: unknown key `pitfall`\n  did you mean `pitfalls`?",
        ),
        (
            "number = 6",
            "number = 0",
            "topic.toml: question[0].number (question 0): expected a question's number, from 1, got 0\n"
            "  write, for example: number = 6",
        ),
        (
            "number = 6",
            "",
            "topic.toml: question[0] (question number 1): the key `number` is missing\n"
            "  add it, for example: number = 6",
        ),
        (
            'shown = "shares"',
            'show = "shares"',
            "topic.toml: question[0] (question 6): unknown key `show`\n  did you mean `shown`?",
        ),
        (
            'answered = "Softmax"',
            'answered = ""',
            'topic.toml: question[0].answered (question 6): expected some text, got ""\n'
            "  write, for example: answered = 'Part 1: `relu`'",
        ),
        (
            'graded = ["softmax", "shift"]',
            "",
            "topic.toml: question[0] (question 6): the key `graded` is missing\n"
            '  add it, for example: graded = ["relu", "ten_sigmoids"]',
        ),
        (
            'graded = ["softmax", "shift"]',
            'graded = ["softmax", "shifts"]',
            "topic.toml: question[0].graded[1] (question 6): expected a part or the key of a prediction "
            '(did you mean `shift`?), got "shifts"\n'
            '  write, for example: graded = ["relu", "ten_sigmoids"]',
        ),
        (
            'graded = ["softmax", "shift"]',
            'graded = ["predictions"]',
            "topic.toml: question[0].graded[0] (question 6): expected a part or the key of a prediction "
            '(there are softmax, shift, total), got "predictions"\n'
            '  write, for example: graded = ["relu", "ten_sigmoids"]',
        ),
        (
            "[limits]",
            '[[question]]\nnumber = 6\nanswered = "a"\nshown = "b"\ngraded = ["softmax"]\n\n[limits]',
            "topic.toml: question[1].number (question 6): expected each number once, got 6\n"
            "  write, for example: number = 6",
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


def test_older_copies_of_learners_do_not_say_how_long_a_part_takes(tmp_path: Path) -> None:
    """They are read all the same; what they do say has to be right."""
    file = tmp_path / "topic.toml"
    whole = (
        "title = 'T'\norder = 1\nsummary = 'S'\n[[part]]\nname = 'softmax'\npoints = 3\n"
        "minutes = 80\ndifficulty = 'hard'\nhints = ['a', 'b', 'c']\n"
    )
    old = whole.replace("minutes = 80\ndifficulty = 'hard'\n", "")
    for text, effort in ((whole, "80 min, hard"), (old, "")):
        file.write_text(text)
        assert read_topic_toml(file, built=True).part[0].effort == effort
    refused = message(tmp_path, whole.replace("'hard'", "''"), built=True)
    assert 'expected "easy", "medium" or "hard", got ""' in refused


def test_no_part_at_all(tmp_path: Path) -> None:
    """A topic without a part has nothing to grade."""
    text = GOOD[: GOOD.index("[[part]]")]
    assert "the key `part` is missing\n  add it, for example: [[part]]" in message(tmp_path, text)


def test_a_rubric_in_what_learners_get(tmp_path: Path) -> None:
    """The built topic.toml must not hold one."""
    text = GOOD.replace('pitfalls = ["divides_by_the_column_sum"]', "")
    assert "so no rubric may be in it\n  leave that key out" in message(tmp_path, text, built=True)


def test_the_old_list_of_questions(tmp_path: Path) -> None:
    """It says too little; the key that has all of it is near."""
    text = message(tmp_path, GOOD.replace("order = 1", "order = 1\nquestions = [6]"))
    assert text == "topic.toml: unknown key `questions`\n  did you mean `question`?"


def test_a_question_that_is_no_table(tmp_path: Path) -> None:
    """The example is a row, not the text of a prediction."""
    begin, end = GOOD.index("[[question]]"), GOOD.index("[limits]")
    text = message(tmp_path, GOOD[:begin] + "question = 6\n\n" + GOOD[end:])
    assert text == (
        "topic.toml: question: expected a list ([...]), got 6\n"
        "  write, for example: [[question]] with number = 6"
    )


def test_pitfalls_in_what_learners_get(tmp_path: Path) -> None:
    """The built topic.toml names no mistake."""
    text = message(tmp_path, GOOD, built=True)
    assert text == (
        "topic.toml: pitfalls: learners get this file, so no known mistake may be named in it\n"
        "  leave that key out"
    )


def test_toml_that_does_not_parse(tmp_path: Path) -> None:
    """The line is named."""
    text = message(tmp_path, GOOD.replace('title = "Softmax"', "title = Softmax"))
    assert text.startswith("topic.toml is not valid TOML: ")
    assert "line 1" in text


def test_a_file_that_is_not_utf_8(tmp_path: Path) -> None:
    """The byte is named."""
    text = message(tmp_path, GOOD.replace("Softmax", "Softm\udce4x"))
    assert text == "topic.toml is not UTF-8 text: byte 14 is 0xe4\n  save it as UTF-8"
