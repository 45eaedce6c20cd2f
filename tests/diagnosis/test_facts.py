"""What the calls that go wrong have in common is told, and nothing that a right call contradicts."""

import numpy as np
import pytest

from nnlearn.diagnosis.asked import asked_in
from nnlearn.diagnosis.facts import fact_behind
from nnlearn.diagnosis.matching import Evidence
from nnlearn.protocol.values import HELPER, PART, Handle
from nnlearn.results import FoundBy

PART_CALLED = Handle(0, PART, "double")
FLOATS, MORE, UNSIGNED = np.float32([1.5, 2, 3]), np.float32([4, 5, 7]), np.uint8([1, 2, 3])
HUGE = np.float32([1e4, 1, 2])
SOME = [("a", (FLOATS,), 2 * FLOATS, 2 * FLOATS), ("b", (MORE,), 2 * MORE, 2 * MORE)]


def asked(calls, replies):
    """The requests of one check, each answered."""
    requests = [
        ("call", target, args, kwargs)
        for target, args, kwargs in (call if len(call) == 3 else (PART_CALLED, *call) for call in calls)
    ]
    return asked_in(list(zip(requests, replies, strict=True)), "double", ("x", "factor"))


def fact(*checks, random=()):
    """What is said of checks: name, arguments, what came back, what should have."""
    evidence, expected = {}, {}
    for name, args, got, want in checks:
        kwargs = {}
        if isinstance(args, dict):
            args, kwargs = (), args
        call = (
            [(args, kwargs)] if not (args and isinstance(args[0], Handle)) else [(args[0], args[1:], kwargs)]
        )
        right = _reply(want)
        evidence[name] = Evidence(got is want, [], asked=asked(call, [_reply(got)]))
        expected[name] = None if name in random else asked(call, [right])
    return fact_behind(evidence, expected.get)


def _reply(value):
    return value if isinstance(value, tuple) and value and value[0] == "raised" else ("value", value)


def raised(name="ValueError"):
    return ("raised", name, "a message", (f"builtins.{name}",), ())


RIGHT = [(name, args, want, want) for name, args, _, want in SOME]


@pytest.mark.parametrize(
    ("check", "said"),
    [
        (
            ("c", (UNSIGNED,), np.float32([254, 252, 250]), np.float32([2, 4, 6])),
            "For unsigned integers, the values are not right; all other calls are right.",
        ),
        (
            ("c", (np.int64([1, 2, 3]),), raised(), np.float32([2, 4, 6])),
            "For integers, it raises an error; all other calls are right.",
        ),
        (
            ("c", (np.float16([1, 2, 3]),), np.float32([2, 4, 6]), np.float16([2, 4, 6])),
            "In float16, the dtype is not right; all other calls are right.",
        ),
        (
            ("c", (HUGE,), np.float32([np.inf, 2, 4]), 2 * HUGE),
            "Where the numbers are large, NaN or infinity comes out; all other calls are right.",
        ),
        (
            ("c", {"x": FLOATS, "factor": 3.0}, 2 * FLOATS, 3 * FLOATS),
            "Where `factor` is given, the values are not right; all other calls are right.",
        ),
        (
            ("c", (np.float32([[1, 2]]),), np.float32([2, 4]), np.float32([[2, 4]])),
            "Where an array has one row alone, the shape is not right; all other calls are right.",
        ),
        (
            ("c", (FLOATS, -1.0), FLOATS, raised()),
            "Something that makes no sense is accepted: a result comes back where an error should be raised. "
            "All other calls are right.",
        ),
        (
            ("c", (Handle(2, HELPER, "gradient"), PART_CALLED, FLOATS), None, np.float32([2, 2, 2])),
            "The values are right, but no gradient arrives.",
        ),
        (
            ("c", (Handle(2, HELPER, "traced"), PART_CALLED, FLOATS), raised(), 2 * FLOATS),
            "Inside a tf.function, it raises an error; all other calls are right.",
        ),
    ],
)
def test_what_all_failures_share_is_told(check, said):
    noticed = fact(*RIGHT, check)
    assert noticed is not None
    assert (noticed.message, noticed.found_by) == (said, FoundBy.FACT)


def test_nothing_is_said_that_a_right_call_contradicts():
    wrong = ("c", (UNSIGNED,), np.float32([254, 252, 250]), np.float32([2, 4, 6]))
    right = np.float32([2, 4, 6])
    assert fact(*RIGHT, wrong, ("d", (UNSIGNED,), right, right)) is None


def test_where_an_argument_goes_wrong_now_and_then_no_more_is_said():
    """A call that went right with it contradicts that it always goes wrong."""
    right = [
        ("e", {"x": FLOATS, "flag": True}, SOME[0][3], SOME[0][3]),
        ("f", {"x": MORE, "flag": False}, SOME[1][3], SOME[1][3]),
    ]
    wrong = ("c", {"x": MORE + 1, "flag": True}, FLOATS, 2 * (MORE + 1))
    noticed = fact(*RIGHT, *right, wrong)
    assert noticed is not None
    said = "With flag=True, the values are not right in some calls; without it, all are right."
    assert noticed.message == said


@pytest.mark.parametrize(("got", "is_told"), [(raised(), True), (np.float32([[7, 7], [7, 7]]), False)])
def test_ranks_are_told_where_they_may_be_the_reason(got, is_told):
    """Wrong values of the one call with a matrix may have any reason."""
    matrix = np.float32([[1, 2], [3, 4]])
    noticed = fact(*RIGHT, ("c", (matrix,), got, 2 * matrix))
    assert (noticed is not None) is is_told


def test_a_call_that_passed_with_another_answer_is_not_called_right():
    """The check may not have looked at it, so nobody knows whether the values are right."""
    gradient = ("c", (Handle(2, HELPER, "gradient"), PART_CALLED, FLOATS), None, np.float32([2, 2, 2]))
    evidence = {
        "a": Evidence(True, [], asked=asked([((FLOATS,), {})], [("value", 9 * FLOATS)])),
        "b": Evidence(True, [], asked=asked([((MORE,), {})], [("value", 9 * MORE)])),
        "c": Evidence(False, [], asked=asked([(gradient[1][0], gradient[1][1:], {})], [("value", None)])),
    }
    expected = {
        "a": asked([((FLOATS,), {})], [("value", 2 * FLOATS)]),
        "b": asked([((MORE,), {})], [("value", 2 * MORE)]),
        "c": asked([(gradient[1][0], gradient[1][1:], {})], [("value", np.float32([2, 2, 2]))]),
    }
    assert fact_behind(evidence, expected.get) is None


def test_what_is_left_behind_is_told_apart_from_what_comes_back():
    """A model of the check's own, whose weights the part changes."""
    requests = [("call", PART_CALLED, (FLOATS,), {}), ("array", 12)]
    kernel = np.float32([1, 2, 3])
    got, want = (
        asked_in(
            list(zip(requests, [("value", 2 * FLOATS), ("value", weights)], strict=True)), "double", ("x",)
        )
        for weights in (kernel, 3 * kernel)
    )
    evidence = {
        name: Evidence(True, [], asked=asked([(args, {})], [("value", right)]))
        for name, args, right, _ in RIGHT
    }
    expected = {name: seen.asked for name, seen in evidence.items()}
    noticed = fact_behind({**evidence, "c": Evidence(False, [], asked=got)}, {**expected, "c": want}.get)
    assert noticed is not None
    assert (
        noticed.message
        == "What comes back is right, but weights or other objects are not left as they should be."
    )


@pytest.mark.parametrize("random", ["c", "d"])
def test_one_failure_that_cannot_be_compared_keeps_everything_unsaid(random):
    wrong = [(name, (UNSIGNED,), np.float32([254, 252, 250]), np.float32([2, 4, 6])) for name in ("c", "d")]
    assert fact(*RIGHT, *wrong) is not None
    assert fact(*RIGHT, *wrong, random=(random,)) is None


def test_failures_of_two_kinds_are_told_as_neither():
    wrong = ("c", (UNSIGNED,), np.float32([254, 252, 250]), np.float32([2, 4, 6]))
    other = ("d", (np.float32([[1, 2], [3, 4]]),), raised(), np.float32([[2, 4], [6, 8]]))
    assert fact(*RIGHT, wrong, other) is None


def test_without_right_calls_there_is_nothing_to_tell_apart():
    wrong = ("c", (UNSIGNED,), np.float32([254, 252, 250]), np.float32([2, 4, 6]))
    assert fact(RIGHT[0], wrong) is None


@pytest.mark.parametrize(
    "answer",
    [
        {"dtype": "float32", "shape": 3, "values": None},
        {"dtype": [], "shape": {}, "values": [None, "a", {}, []]},
        [[[[1.0]]]],
        (1, 2, 3),
        {1: {2: {3: float("nan")}}},
        {10**5000: 1.0},
        "nan",
        b"nan",
        10**400,
        None,
        True,
        np.array(1 + 2j),
        np.zeros((0, 5)),
        Handle(7, "function", "open"),
    ],
)
def test_whatever_comes_back_is_no_error_of_ours(answer):
    for want in (2 * FLOATS, {"loss": 1.0}, [1.0, None], (1.0, FLOATS), "text"):
        fact(*RIGHT, ("c", (UNSIGNED,), answer, want))
        fact(*RIGHT, ("c", (Handle(2, HELPER, "value_and_gradient"), PART_CALLED, FLOATS), answer, want))
        fact(*RIGHT, ("c", (Handle(2, HELPER, "weight_gradients"), PART_CALLED, FLOATS), answer, want))


@pytest.mark.parametrize("then", ["each", "compiled", "steps"])
def test_what_a_helper_makes_of_an_object_is_no_weight_that_was_left(then):
    """A helper that runs the learner's object, or makes another one of it, is no look at its state."""
    made, again = Handle(7, "object", "double"), Handle(8, "object", "double")
    method = Handle(9, "object", "apply")
    requests = [
        ("call", PART_CALLED, (), {}),
        ("call", made, (FLOATS,), {}),
        ("call", made, (MORE,), {}),
        ("get", 7, "apply"),
        ("call", Handle(2, HELPER, then), (method if then == "steps" else made, [1, 2]), {}),
    ]
    replies = [("value", made), ("value", 2 * FLOATS), ("value", 2 * MORE), ("value", method)]
    wrong, right = ([1.0, 2.0], [2.0, 4.0])
    if then == "compiled":
        requests.append(("call", again, (FLOATS,), {}))
        replies.append(("value", again))
        wrong, right = FLOATS, 2 * FLOATS
    got, want = (
        asked_in(list(zip(requests, [*replies, ("value", last)], strict=True)), "double", ("x", "factor"))
        for last in (wrong, right)
    )
    noticed = fact_behind({"c": Evidence(False, [], asked=got)}, {"c": want}.get)
    assert noticed is None or "left" not in noticed.message
