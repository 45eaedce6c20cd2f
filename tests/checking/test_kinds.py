"""The first answer that is of another kind than the reference's, in words."""

import itertools

import numpy as np
import pytest

from nnlearn.checking.kinds import answers_in, first_unlike
from nnlearn.learner.record import Exchange
from nnlearn.protocol.values import Handle

ONES = np.ones((3, 4), "float32")
LAYER, CLASS, SYMBOL = (
    Handle(10, "layer", "Dense"),
    Handle(11, "class", "Dense"),
    Handle(12, "object", "KerasTensor"),
)
CONFIG = {"rate": 0.5, "name": "mine"}


def call(value):
    return Exchange(("call", 10, (), {}), ("value", value))


def words(got, want):
    unlike = first_unlike(answers_in([call(got)], {}), answers_in([call(want)], {}))
    return unlike and (unlike.kind, unlike.detail)


@pytest.mark.parametrize(
    ("got", "want", "kind", "detail"),
    [
        (None, ONES, "type", "it returns None, where an array of shape (3, 4) was expected"),
        (None, SYMBOL, "type", "it returns None, where a symbolic tensor was expected"),
        ("abc", ONES, "type", "it returns a string, where an array of shape (3, 4) was expected"),
        (True, 0.5, "type", "it returns a truth value, where a number was expected"),
        (ONES, LAYER, "type", "it returns an array of shape (3, 4), where a layer was expected"),
        (LAYER, CLASS, "type", "it returns a layer, where a class was expected"),
        (LAYER, ONES, "type", "it returns a layer, where an array of shape (3, 4) was expected"),
        (
            ONES[0],
            ONES,
            "shape",
            "it returns an array of shape (4,), where an array of shape (3, 4) was expected",
        ),
        (
            ONES[:, :0],
            ONES,
            "shape",
            "it returns an array of shape (3, 0), where an array of shape (3, 4) was expected",
        ),
        (ONES.sum(), ONES, "shape", "it returns a number, where an array of shape (3, 4) was expected"),
        (
            np.ones((1,) * 32),
            ONES,
            "shape",
            "it returns an array of rank 32, where an array of shape (3, 4) was expected",
        ),
        (
            [[1, 2], [3]],
            ONES,
            "type",
            "it returns a list of 2 whose rows are not of one length, "
            "where an array of shape (3, 4) was expected",
        ),
        (
            np.full((3, 4), np.nan),
            ONES,
            "finite",
            "it returns NaN or infinity, where an array of finite numbers was expected",
        ),
        ((ONES,), (ONES, ONES), "shape", "it returns a tuple of 1, where a tuple of 2 was expected"),
        ((ONES, None), (ONES, 1), "type", "entry [1] is None, where a number was expected"),
        (
            {"rate": 0.5},
            CONFIG,
            "property",
            "it returns a dictionary without 'name', where one that has it was expected",
        ),
        (CONFIG | {"rate": "x"}, CONFIG, "type", "entry ['rate'] is a string, where a number was expected"),
        ([1.0, 2.0], np.ones(2), "type", "it returns a list of 2, where an array of shape (2,) was expected"),
    ],
)
def test_what_is_another_kind(got, want, kind, detail):
    assert words(got, want) == (kind, detail)


@pytest.mark.parametrize(
    ("got", "want"),
    [
        (ONES + 1, ONES),
        (ONES.astype("int32"), ONES),
        (1, np.float32(2)),
        ([ONES], (ONES,)),
        (CONFIG | {"more": None}, CONFIG),
        (Handle(3, "object", "mine"), Handle(10, "function", "f")),
        (Handle(3, "variable", "Variable"), ONES),
        (np.full(2, np.nan), np.array([np.nan, 1])),
    ],
    ids=itertools.count(),
)
def test_what_is_of_one_kind(got, want):
    assert words(got, want) is None


def following(*replies):
    return answers_in([Exchange(("next", 10), reply) for reply in replies], {})


def test_an_iterator_that_stops_early_or_goes_on():
    value, end = ("value", ONES), ("end",)
    assert first_unlike(following(value, end), following(value, value)).detail == "it stops too early"
    assert (
        first_unlike(following(value, value), following(value, end)).detail
        == "it goes on where it should have stopped"
    )
    assert first_unlike(following(value, end), following(value, end)) is None


def test_what_was_asked_for_otherwise_is_not_compared():
    asked = [Exchange(("len", 10), ("value", 3))]
    assert first_unlike(answers_in(asked, {}), answers_in([call(None)], {})) is None


def test_an_attribute_is_named():
    got, want = (answers_in([Exchange(("get", 10, "rate"), ("value", rate))], {}) for rate in ("x", 0.5))
    assert first_unlike(got, want).detail == "'rate' is a string, where a number was expected"
