"""One verdict for a part: a mistake is named where every check speaks for it, none where it is unclear."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from toy_course import REFERENCE

from autograder.engine.mistake_runs import Gallery
from nnlearn.catalogue import PREDICTIONS, Topic, load_catalogue
from nnlearn.checking.bench import Bench
from nnlearn.checking.runner import CheckRunner
from nnlearn.diagnosis.explaining import explain
from nnlearn.diagnosis.matching import Evidence, KnownReplies
from nnlearn.learner.local import LocalSeat
from nnlearn.results import Noticed, PartResult
from nnlearn.submission.source import load_source

PASSES = None


def mistake(name: str, part: str = "f", message: str = "", **checks: Any) -> KnownReplies:
    return KnownReplies(part, Noticed(name, message or f"It {name}."), checks)


def went(**checks: Any) -> dict[str, Evidence]:
    """How checks went: the replies of those that failed, `PASSES` for the others."""
    return {name: Evidence(got is PASSES, got if got is not PASSES else []) for name, got in checks.items()}


def named(
    evidence: Mapping[str, Evidence], *known: KnownReplies, part: str = "f"
) -> dict[str, tuple[str, ...]]:
    """The mistakes that are named, and the checks that they explain."""
    return {each.noticed.mistake: each.checks for each in explain(part, evidence, known)}


def test_a_mistake_that_agrees_with_every_check_is_named() -> None:
    known = mistake("halves", a=["0.5"], b=PASSES, c=["2"])
    assert named(went(a=["0.5"], b=PASSES, c=["2"]), known) == {"halves": ("a", "c")}


@pytest.mark.parametrize(
    "evidence",
    [
        went(a=["0.5"], b=PASSES, c=["3"]),  # a failure that it does not explain
        went(a=["0.5"], b=["9"], c=["2"]),  # a failure where it passes
        went(a=["0.5"], b=PASSES, c=PASSES),  # it fails where the learner passes
        went(a=PASSES, b=PASSES, c=PASSES),
        {},
    ],
)
def test_one_check_that_says_otherwise_is_enough(evidence: dict[str, Evidence]) -> None:
    assert named(evidence, mistake("halves", a=["0.5"], b=PASSES, c=["2"])) == {}


def test_what_is_not_recorded_speaks_neither_for_nor_against() -> None:
    """Learners have the visible checks; and a check that was not run is no evidence."""
    known = mistake("halves", a=["0.5"], b=["0"])
    assert named(went(a=["0.5"], hidden=["7"]), known) == {"halves": ("a",)}
    assert named(went(hidden=["7"]), known) == {}


def test_mistakes_that_cannot_be_told_apart_are_not_guessed_at() -> None:
    """Unless learners would read the same of both."""
    evidence = went(a=["0.5"], b=PASSES)
    one, other = mistake("halves", a=["0.5"], b=PASSES), mistake("shifts", a=["0.5"], b=PASSES)
    assert named(evidence, one, other) == {}
    assert named(evidence, one, mistake("divides", message="It halves.", a=["0.5"], b=PASSES)) == {
        "halves": ("a",)
    }
    assert named(evidence, one, mistake("shifts", part="g", a=["0.5"], b=PASSES)) == {"halves": ("a",)}


def test_two_mistakes_that_it_takes_both_of_are_named_in_the_order_of_the_checks() -> None:
    known = mistake("forgets", a=PASSES, b=["0"], c=PASSES), mistake("halves", a=["0.5"], b=PASSES, c=PASSES)
    assert named(went(a=["0.5"], b=["0"], c=PASSES), *known) == {"halves": ("a",), "forgets": ("b",)}
    assert [*named(went(a=["0.5"], b=["0"], c=PASSES), *known)] == ["halves", "forgets"]
    assert named(went(a=["0.5"], b=["0"], c=["1"]), *known) == {}  # it takes a third
    assert named(went(a=["0.5"], b=PASSES, c=PASSES), *known) == {"halves": ("a",)}  # not both


def test_two_mistakes_that_disagree_about_a_check_are_not_named() -> None:
    """Together they would give a third reply, or the one hides the other: nobody knows."""
    known = mistake("halves", a=["0.5"], b=["2"]), mistake("forgets", a=["0"], b=PASSES)
    assert named(went(a=["0"], b=["2"]), *known) == {}


@pytest.mark.parametrize("hidden", [[["value", "1"], ["value", "2"], ["value", "0.5"]], [["value", "9"]]])
def test_a_mistake_that_another_hides_in_a_check_does_not_get_in_the_way(hidden: list[Any]) -> None:
    """The check ended before it, or raised where it would have given something."""
    raised = [["value", "1"], ["raised", "TypeError"]]
    known = mistake("halves", a=hidden, b=["0.5"]), mistake("raises", a=raised[-len(hidden) :], b=PASSES)
    evidence = went(a=raised[-len(hidden) :], b=["0.5"])
    assert named(evidence, *known) == {"raises": ("a",), "halves": ("b",)}
    assert named(went(a=hidden, b=["0.5"]), *known) == {"halves": ("a", "b")}


def test_of_several_pairs_only_what_all_have_in_common_is_named() -> None:
    halves = mistake("halves", a=["0.5"], b=PASSES)
    known = halves, mistake("forgets", a=PASSES, b=["0"]), mistake("drops", a=PASSES, b=["0"])
    assert named(went(a=["0.5"], b=["0"]), *known) == {"halves": ("a",)}


def test_numbers_in_half_precision_decide_only_between_mistakes_that_are_alike_otherwise() -> None:
    """They depend on the order of operations, and on whether more digits are used on the way."""
    overflows = mistake("overflows", a=["inf"], b=half(16.0))
    floors = mistake("floors", a=["inf"], b=half(15.0))
    found = {"overflows": ("a",)}
    assert named(went(a=["inf"], b=PASSES), overflows) == found
    assert named({**went(a=["inf"]), "b": Evidence(False, half(16.1), by_values=True)}, overflows) == found
    assert named(went(a=["inf"], b=half(16.0)), overflows, floors) == {"overflows": ("a", "b")}
    assert named(went(a=["inf"], b=PASSES), overflows, floors) == {}
    assert named(went(a=["inf"], b=half(16.1)), overflows) == {}  # it fails by something else, as its dtype
    assert named(went(a=PASSES, b=half(16.0)), overflows) == {}


def test_what_stands_where_numbers_overflow_decides_only_between_mistakes_that_are_alike_otherwise() -> None:
    """NaN, infinity, or a number: it depends on which operation comes first."""
    overflows = mistake("overflows", a=["1"], b=numbers("nan", 2.0), c=PASSES)
    assert named(went(a=["1"], b=numbers("inf", 2.0), c=PASSES), overflows) == {"overflows": ("a", "b")}
    assert named(went(a=["1"], b=numbers("inf", 3.0), c=PASSES), overflows) == {}
    assert named(went(a=["1"], b=numbers(1.0, 2.0), c=PASSES), overflows) == {}  # nothing overflows
    assert (
        named(went(a=PASSES, b=numbers("inf", 2.0)), mistake("other", a=PASSES, b=numbers("nan", 2.0))) == {}
    )
    floors = mistake("floors", a=["1"], b=numbers("inf", 2.0), c=PASSES)
    assert [*named(went(a=["1"], b=numbers("inf", 2.0), c=PASSES), overflows, floors)] == ["floors"]


def numbers(*values: float | str) -> list[Any]:
    """The replies of a check that ends with these numbers."""
    return [["value", {"dtype": "float32", "shape": [len(values)], "values": list(values)}]]


def half(number: float) -> list[Any]:
    """The replies of a check that ends with a number in half precision."""
    return [["value", {"dtype": "float16", "shape": [1], "values": [number]}]]


def test_each_prediction_is_a_matter_of_its_own() -> None:
    known = (
        mistake("sum=2", PREDICTIONS, sum=["2"], mean=PASSES, spread=PASSES),
        mistake("mean=0", PREDICTIONS, sum=PASSES, mean=["0"], spread=PASSES),
    )
    evidence = went(sum=["2"], mean=["0"], spread=["5"])
    assert named(evidence, *known, part=PREDICTIONS) == {"sum=2": ("sum",), "mean=0": ("mean",)}


@pytest.fixture(scope="module")
def toy(miniature: Path) -> Topic:
    return load_catalogue(miniature).topic("toy")


@pytest.fixture(scope="module")
def runner(toy: Topic) -> Iterator[CheckRunner]:
    assert toy.checks is not None
    with CheckRunner(toy, toy.checks) as runner:
        yield runner


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("axis=axis", "axis=0", ["divides_by_the_column_sum"]),
        ("return e", "return 2 * e", []),
    ],
)
def test_what_is_noticed_is_told_once(
    toy: Topic, runner: CheckRunner, tmp_path: Path, old: str, new: str, expected: list[str]
) -> None:
    """In the message of the first check that failed, whether or not others wait for it."""
    assert old in REFERENCE
    result = checked(toy, runner, tmp_path, REFERENCE.replace(old, new))
    assert [noticed.mistake for noticed in result.noticed] == expected
    told = [outcome.check for outcome in result.outcomes if "Noticed" in outcome.message]
    failed = [outcome.check for outcome in result.outcomes if outcome.message]
    assert len(failed) > 1
    assert told == failed[: len(expected)]


def test_a_process_that_ends_is_no_known_mistake(toy: Topic, runner: CheckRunner, tmp_path: Path) -> None:
    """Up to there it gave the replies of one."""
    overflows = REFERENCE.replace("e = ops.exp(z - ops.max(z, axis=axis, keepdims=True))", "e = ops.exp(z)")
    ends = overflows.replace("    z = ", "    if len(logits) == 5:\n        raise SystemExit\n    z = ")
    assert [n.mistake for n in checked(toy, runner, tmp_path, overflows).noticed] == ["without_the_maximum"]
    assert not checked(toy, runner, tmp_path, ends).noticed


def checked(toy: Topic, runner: CheckRunner, folder: Path, code: str) -> PartResult:
    """How softmax goes in a file with this code."""
    file = folder / "toy.py"
    file.write_text(code)
    bench = Bench(toy, LocalSeat(toy, load_source(file)), known=Gallery(runner).known_replies())
    runner.run(bench, ["softmax"])
    [result] = bench.parts()
    return result
