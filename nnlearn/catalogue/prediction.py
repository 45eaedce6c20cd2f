"""Prediction: a question that learners answer before they read on, and everything known about its answers."""

from __future__ import annotations

import math
import textwrap

import msgspec

from nnlearn.catalogue.nearest import one_of

KINDS = {"integer": "an integer", "number": "a number", "shape": "a shape such as (2, 3)"}
"""What an answer may be where it is no choice."""
Answer = int | float | str | tuple[int, ...]
_WIDTH = 96


class WrongAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A wrong answer that somebody may well give, and what a teacher would say to that."""

    answer: Answer
    why: str


class Prediction(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One prediction. What makes it right or wrong is sealed in the topic.toml that learners have.

    Attributes:
        key: Its key in `PREDICTIONS`, a Python name.
        about: Goes into the titles of its checks: `The prediction about {about} is right.`
        question: What is asked; lines are kept, they become the lines of a comment.
        allowed: The choices, or the kind of answer, a key of `KINDS`.
        note: More about what is allowed: `two decimals are enough`.
        gloss: What some of the choices mean.
        answer: The right one.
        tolerance: How far a number may be from it.
        wrong: Wrong answers and their explanations; of choices, all.
        sealed: The last three in a learner's topic.toml, and there alone; see `nnlearn.catalogue.sealed`.
    """

    key: str
    about: str
    question: str
    allowed: tuple[str, ...] | str
    note: str = ""
    gloss: dict[str, str] = {}
    answer: Answer | None = None
    tolerance: float = 0.0
    wrong: tuple[WrongAnswer, ...] = ()
    sealed: str = ""

    @property
    def filled_in_check(self) -> str:
        """The name of the check that an answer is filled in."""
        return f"test_{self.key}_is_filled_in"

    @property
    def right_check(self) -> str:
        """The name of the check that the answer is right."""
        return f"test_{self.key}"

    @property
    def is_choice(self) -> bool:
        """Whether the answer is one of a few words."""
        return isinstance(self.allowed, tuple)

    @property
    def allowed_in_words(self) -> str:
        """What an answer has to be: `"sharper", "flatter" or "same"`, or `an integer`."""
        return self._allowed(dict.fromkeys(self.allowed, "")) if self.is_choice else KINDS[str(self.allowed)]

    @property
    def comment(self) -> str:
        """The lines above the key in `PREDICTIONS`: the question, and what is allowed."""
        allowed = self._allowed(self.gloss) if self.is_choice else self.allowed_in_words
        note = f"; {self.note.strip().rstrip('.')}" if self.note.strip() else ""
        question = [line.rstrip() for line in self.question.strip("\n").split("\n")]
        return "\n".join([*question, *textwrap.wrap(f"Allowed: {allowed}{note}.", _WIDTH)])

    def _allowed(self, gloss: dict[str, str]) -> str:
        words = [f'"{word}"' + (f" ({gloss[word]})" if gloss.get(word) else "") for word in self.allowed]
        return one_of(words)

    def is_allowed(self, given: object) -> bool:
        """Whether plain data is an answer of the kind that is asked for."""
        if isinstance(self.allowed, tuple):
            return type(given) is str and given in self.allowed
        if self.allowed == "shape":
            return isinstance(given, (list, tuple)) and all(type(length) is int for length in given)
        if type(given) is float:
            return self.allowed == "number" and not math.isnan(given)
        return type(given) is int

    def is_right(self, given: object) -> bool:
        """Whether plain data is the right answer."""
        if not self.is_allowed(given) or self.answer is None:
            return False
        if isinstance(given, (int, float)) and isinstance(self.answer, (int, float)):
            # An integer may be too large for the difference, not for the comparison.
            return self.answer - self.tolerance <= given <= self.answer + self.tolerance
        return (tuple(given) if isinstance(given, (list, tuple)) else given) == self.answer
