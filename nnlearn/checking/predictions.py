"""The checks of a topic's predictions, made from topic.toml: nobody writes them by hand.

Each prediction has a check that it is filled in, and one that it is right. Both are visible: a guess gets an
answer, at home too. They are collected with the topic's file of checks, as if they stood at its end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from nnlearn.catalogue import PREDICTIONS, Prediction
from nnlearn.checking import expect
from nnlearn.checking.failure import CheckFailed, Failure
from nnlearn.checking.marks import check
from nnlearn.learner.session import Learner
from nnlearn.text import shown

FILLED_IN_POINTS = 0.25
Check = Callable[[Learner], None]


def checks_of(predictions: Iterable[Prediction]) -> list[Check]:
    """The checks of these predictions: all are filled in, then each is right, where it is known what is."""
    asked = [(item, _filled_in(item)) for item in predictions]
    answered = [(item, filled_in) for item, filled_in in asked if item.answer is not None]
    return [filled_in for _, filled_in in asked] + [_right(*pair) for pair in answered]


def _filled_in(prediction: Prediction) -> Check:
    wanted = prediction.allowed_in_words

    def test(learner: Learner) -> None:
        given = learner.prediction(prediction.key)
        claim = f'PREDICTIONS["{prediction.key}"] should be {wanted}'
        expect.true(prediction.is_allowed(given), claim, f"it is {shown(given)}")

    kind = "one of the allowed answers" if prediction.is_choice else wanted
    test.__doc__ = f"The prediction about {prediction.about} is {kind}."
    return check(PREDICTIONS, points=FILLED_IN_POINTS)(_named(test, prediction.filled_in_check))


def _right(prediction: Prediction, filled_in: Check) -> Check:
    def test(learner: Learner) -> None:
        given = learner.prediction(prediction.key)
        if not prediction.is_right(given):
            claim = f'PREDICTIONS["{prediction.key}"] should be the right answer'
            raise CheckFailed(Failure(claim, "value", f"it is {shown(given)}"))

    test.__doc__ = f"The prediction about {prediction.about} is right."
    return check(PREDICTIONS, after=filled_in)(_named(test, prediction.right_check))


def _named(test: Check, name: str) -> Check:
    test.__name__ = test.__qualname__ = name
    return test
