"""The learner's code in this very process: plain Python, so breakpoints and `print` work."""

from __future__ import annotations

from typing import Any

from nnlearn.learner.host import Host


class LocalTransport:
    """Hands requests to a host in this process."""

    output = ""  # printed where the person sees it already

    def __init__(self, host: Host) -> None:
        self._host = host

    def request(self, request: tuple[Any, ...]) -> tuple[Any, ...]:
        """The host's reply."""
        return self._host.handle(request)

    def close(self) -> None:
        """Nothing to let go of: the host goes with its last reference."""
