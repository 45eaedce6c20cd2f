"""Question: what people ask, where a topic answers it, shows it and asks for it, and the answer in short."""

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
        answer: The answer in two to five sentences; in the topic that is the home of the question, and no
            other.
        sources: What the answer rests on, as the lesson cites it: links in Markdown.
        original: What the document said that the questions come from, where that was wrong.
        correction: Why it was wrong.
    """

    number: int
    answered: str
    shown: str
    graded: tuple[str, ...]
    answer: str = ""
    sources: tuple[str, ...] = ()
    original: str = ""
    correction: str = ""

    @property
    def is_home(self) -> bool:
        """Whether this topic gives the answer, and others only more about it."""
        return bool(self.answer)
