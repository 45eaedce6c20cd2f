"""The checks of a topic's predictions, made from topic.toml: nobody writes them by hand.

Each prediction has a visible check, that it is filled in, and a hidden one, that it is right. They are
collected with the topic's file of checks, as if they stood at its end.
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


def checks_of(predictions: Iterable[Prediction], *, hidden: bool) -> list[Check]:
    """The checks of these predictions; the hidden ones, if they are asked for, behind all others."""
    asked = list(predictions)
    visible = [_filled_in(item) for item in asked]
    return visible + ([_right(*pair) for pair in zip(asked, visible, strict=True)] if hidden else [])


def _filled_in(prediction: Prediction) -> Check:
    wanted = prediction.allowed_in_words

    def test(learner: Learner) -> None:
        given = learner.prediction(prediction.key)
        claim = f'PREDICTIONS["{prediction.key}"] should be {wanted}'
        expect.true(prediction.is_allowed(given), claim, f"it is {shown(given)}")

    kind = "one of the allowed answers" if prediction.is_choice else wanted
    test.__doc__ = f"The prediction about {prediction.about} is {kind}."
    return check(PREDICTIONS, points=FILLED_IN_POINTS)(_named(test, prediction.visible_check))


def _right(prediction: Prediction, visible: Check) -> Check:
    def test(learner: Learner) -> None:
        given = learner.prediction(prediction.key)
        if not prediction.is_right(given):
            claim = f'PREDICTIONS["{prediction.key}"] should be the right answer'
            raise CheckFailed(Failure(claim, "value", f"it is {shown(given)}"))

    test.__doc__ = f"The prediction about {prediction.about} is right."
    return check(PREDICTIONS, hidden=True, after=visible)(_named(test, prediction.hidden_check))


def _named(test: Check, name: str) -> Check:
    test.__name__ = test.__qualname__ = name
    return test
