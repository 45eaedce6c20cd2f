"""What is right and wrong about a prediction as learners have it: at hand for the checks, not for the eye.

A guess is answered at home, so the answer has to be there. It is written so that nobody reads it by looking
for something else. It is no secret: who takes the trouble spares themselves the guess, and the learning.
"""

from __future__ import annotations

import base64

import msgspec

from nnlearn.catalogue.prediction import Answer, Prediction, WrongAnswer


class _Sealed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    answer: Answer
    tolerance: float
    wrong: tuple[WrongAnswer, ...]


def seal(prediction: Prediction) -> str:
    """The answers to `prediction` as one word."""
    assert prediction.answer is not None  # noqa: S101 - for the type checker: an author's topic.toml has it
    sealed = _Sealed(prediction.answer, prediction.tolerance, prediction.wrong)
    return base64.b64encode(msgspec.json.encode(sealed)).decode()


def opened(prediction: Prediction) -> Prediction:
    """`prediction` with the answers that are sealed in it, if there are any: older copies have none.

    Raises:
        ValueError: What is sealed cannot be read.
    """
    if not prediction.sealed:
        return prediction
    found = msgspec.json.decode(base64.b64decode(prediction.sealed, validate=True), type=_Sealed)
    return msgspec.structs.replace(
        prediction, answer=found.answer, tolerance=found.tolerance, wrong=found.wrong, sealed=""
    )
