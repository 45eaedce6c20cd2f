"""The way from checks to a host, whichever process it is in."""

from __future__ import annotations

from typing import Any, Protocol


class Transport(Protocol):
    """Carries requests to a host."""

    @property
    def output(self) -> str:
        """What the learner's code has printed, capped."""

    def request(self, request: tuple[Any, ...]) -> tuple[Any, ...]:
        """The host's reply.

        Raises:
            LearnerDied: The process ended, or was ended, before it answered.
        """

    def close(self) -> None:
        """Let go of the host and everything it holds."""
