"""A namespace under a check that is run once more, which can be stopped at one of its requests."""

from __future__ import annotations

from typing import Any

from nnlearn.catalogue import Topic
from nnlearn.host.kit import tensors
from nnlearn.learner.calls import CallText
from nnlearn.learner.errors import LearnerDied
from nnlearn.learner.record import Exchange
from nnlearn.notebook.seat import NamespaceSeat
from nnlearn.protocol.transport import Transport
from nnlearn.results import Verdict


class RerunSeat(NamespaceSeat):
    """What is defined, and what one check asks of it.

    Args:
        topic: The topic.
        namespace: What is defined.
        until: The request before which the check is stopped; none if left out.
    """

    def __init__(self, topic: Topic, namespace: dict[str, Any], until: int | None = None) -> None:
        super().__init__(topic, namespace)
        self._until = until
        self._way: Transport | None = None
        self._exchanges: list[Exchange] = []
        self._next: tuple[Any, ...] = ()

    def transport(self, part: str) -> Transport:
        """The way to the namespace, by way of this."""
        self._way = super().transport(part)
        return self

    @property
    def output(self) -> str:
        """Nothing: it is printed where the person sees it already."""
        return ""

    def close(self) -> None:
        """Nothing to let go of."""

    def request(self, request: tuple[Any, ...]) -> tuple[Any, ...]:
        """The reply, which is kept.

        Raises:
            LearnerDied: The check was to be stopped here.
        """
        assert self._way is not None  # noqa: S101 - for the type checker
        if request[0] == "begin":
            self._exchanges.clear()
        elif len(self._exchanges) == self._until:
            self._next = request
            raise LearnerDied(Verdict.CRASHED, "stopped")  # which no check catches
        reply = self._way.request(request)
        if request[0] != "begin":
            self._exchanges.append(Exchange(request, reply))
        return reply

    def has_answered(self, told: CallText) -> bool:
        """Whether anything came back that the message may be about; an iterator may have given nothing."""
        replies = [self._exchanges[place].reply for place in told.answers if place < len(self._exchanges)]
        return any(reply[0] == "value" or (told.is_walked and reply[0] == "end") for reply in replies)

    def answer(self, told: CallText) -> Any:
        """What came back: of the call, of what was looked at afterwards, or all that an iterator gave."""
        replies = [self._exchanges[place].reply for place in told.answers]
        values = [self.host.resolved(reply[1]) for reply in replies if reply[0] == "value"]
        if told.is_walked:
            return values
        return values[0][0] if told.is_kept else values[0]

    def arguments(self, told: CallText) -> dict[str, Any]:
        """What the names in the message stand for."""
        found = {name: self.host.resolved(value) for name, value in told.given}
        return {name: tensors(value) for name, value in found.items()} if told.as_tensors else found

    def call(self) -> Any:
        """Make the call before which the check was stopped; what it raises, it raises."""
        return self.host.perform(*self._next)
