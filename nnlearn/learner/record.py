"""What a check has asked of the learner's code and what came back: to compare, and to tell the learner of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnlearn.protocol.values import Handle

_OBSERVED = "observed"
_PLAIN = (bool, int, float, str, bytes, type(None))


@dataclass(frozen=True)
class Exchange:
    """One request of a check, and what came back."""

    request: tuple[Any, ...]
    reply: tuple[Any, ...]


@dataclass(frozen=True)
class Moment:
    """A place in a check: after so many requests."""

    requests: int


class Record:
    """The requests of one check and their replies.

    Attributes:
        exchanges: What diagnosis compares: every request with its reply, or the facts that stand for them.
        answered: Every request with its reply.
    """

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []
        self.answered: list[Exchange] = []
        self._asked: tuple[Any, ...] | None = None

    def clear(self) -> None:
        """Forget everything: another check begins."""
        self.exchanges.clear()
        self.answered.clear()
        self._asked = None

    def begin(self, request: tuple[Any, ...]) -> None:
        """Note that something is asked, before it is known what comes of it."""
        self._asked = request

    def end(self, exchange: Exchange) -> None:
        """Note what came back."""
        self._asked = None
        self.exchanges.append(exchange)
        self.answered.append(exchange)

    def repeat(self, exchange: Exchange) -> None:
        """Note what was known already: diagnosis compares what a check got, asked for or known."""
        self.exchanges.append(exchange)

    @property
    def asked(self) -> list[Exchange]:
        """Every request with its reply, and last the one that nothing came of, if there is one."""
        return self.answered if self._asked is None else [*self.answered, Exchange(self._asked, ("nothing",))]

    def place_of(self, answers: Iterable[Any]) -> int | None:
        """Which exchange gave the first of these answers that any gave; the last one, if several did.

        Arrays and objects are told apart by which they are, everything else by its value: what was asked for
        last may be anything, what was asked for before it is what a call gave back. A `Moment` stands for the
        answer that came before it.
        """
        for answer in answers:
            if isinstance(answer, Moment):
                return answer.requests - 1
            mine = _identities(answer)
            for place in range(len(self.answered) - 1, -1, -1):
                exchange = self.answered[place]
                if exchange.reply[0] != "value":
                    continue
                value = exchange.reply[1]
                if mine and not mine.isdisjoint(_identities(value)):
                    return place
                is_result = exchange.request[0] == "call" or place == len(self.answered) - 1
                if not mine and is_result and _is_same_plain(answer, value):
                    return place
        return None

    @property
    def is_observed(self) -> bool:
        """Whether facts stand for replies; see `Learner.observed`."""
        return any(exchange.request == (_OBSERVED,) for exchange in self.exchanges)

    def observe(self, facts: Any) -> None:
        """Let `facts` stand for the replies so far; see `Learner.observed`."""
        seen = [exchange for exchange in self.exchanges if exchange.request == (_OBSERVED,)]
        self.exchanges[:] = [*seen, Exchange((_OBSERVED,), ("value", facts))]


def _is_same_plain(answer: Any, value: Any) -> bool:
    if type(answer) is not type(value) or type(value) not in _PLAIN:
        return False
    return bool(answer == value or (answer != answer and value != value))


def _identities(value: Any) -> set[Any]:
    return set(_identified(value))


def _identified(value: Any) -> Iterator[Any]:
    """What tells arrays and objects in plain data apart."""
    if isinstance(value, np.ndarray):
        yield id(value)
    elif isinstance(value, Handle):
        yield value
    elif isinstance(value, (list, tuple, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _identified(item)
    elif (handle := getattr(value, "_handle", None)) is not None:
        yield handle
