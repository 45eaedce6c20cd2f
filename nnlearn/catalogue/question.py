"""Question: what people ask, and where a topic answers it, shows it and asks for it."""

from __future__ import annotations

import msgspec


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The row of one question, which is written before the lesson.

    Attributes:
        number: Its number in `solutions/questions.toml`.
        answered: The heading of the lesson below which it is answered, as it stands there without its `#`s.
        shown: The figure that shows the answer on real numbers, by its name, or the heading below which a
            cell does.
        graded: The parts and the keys of predictions that go wrong where it was not understood. What is
            answered in words does not count.
    """

    number: int
    answered: str
    shown: str
    graded: tuple[str, ...]
