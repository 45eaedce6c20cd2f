"""Whether a check gets from one implementation the replies that it got from another, as far as it takes."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

from nnlearn.diagnosis.matching import fingerprint, fingerprints_match
from nnlearn.learner.errors import LearnerDied
from nnlearn.learner.parameters import Names
from nnlearn.learner.seats import Seat
from nnlearn.protocol.transport import Transport
from nnlearn.results import Verdict


class ComparingSeat:
    """A seat whose replies are compared with those that a check got elsewhere; the first other one ends it.

    Args:
        seat: Where the replies come from.
        expected: The fingerprints of the replies to compare with, in the order of the requests.

    Attributes:
        differs: Whether a reply was another.
    """

    def __init__(self, seat: Seat, expected: Sequence[Any]) -> None:
        self._seat = seat
        self._expected = iter(expected)
        self._transport: Transport | None = None
        self.differs = False

    def transport(self, part: str) -> Transport:
        """The way to the code, by way of this."""
        self._transport = self._seat.transport(part)
        return self

    def while_checked(self) -> AbstractContextManager[None]:
        """As the seat says."""
        return self._seat.while_checked()

    def place(self, part: str) -> str:
        """As the seat says."""
        return self._seat.place(part)

    def trouble(self, part: str) -> tuple[str, ...]:
        """As the seat says."""
        return self._seat.trouble(part)

    @property
    def names(self) -> Names:
        """As the seat says."""
        return self._seat.names

    @property
    def output(self) -> str:
        """As the transport says."""
        assert self._transport is not None  # noqa: S101 - for the type checker
        return self._transport.output

    def close(self) -> None:
        """Nothing to let go of: the transport is the seat's."""

    def request(self, request: tuple[Any, ...]) -> tuple[Any, ...]:
        """The reply, if it is the expected one.

        Raises:
            LearnerDied: It is not.
        """
        assert self._transport is not None  # noqa: S101 - for the type checker
        reply = self._transport.request(request)
        if request[0] != "begin":
            expected = next(self._expected, None)
            if expected is not None and not fingerprints_match(fingerprint([reply])[0], expected):
                self.differs = True
                raise LearnerDied(Verdict.CRASHED, "another reply")  # which no check catches
        return reply
