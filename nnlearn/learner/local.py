"""The learner's code in this very process: plain Python, so breakpoints and `print` work."""

from __future__ import annotations

from typing import Any

from nnlearn.catalogue import Topic
from nnlearn.host.host import Host
from nnlearn.learner.seats import SourceSeat
from nnlearn.protocol.transport import Transport
from nnlearn.runtime.quiet import start_keras
from nnlearn.submission.source import Source


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


class LocalSeat(SourceSeat):
    """The learner's code in this process, loaded when the first check asks for it."""

    def __init__(self, topic: Topic, source: Source) -> None:
        super().__init__(topic, source)
        self._transport: LocalTransport | None = None

    def transport(self, part: str) -> Transport:
        """The way to the code, which is loaded on first use."""
        self.refuse_shortcuts(part)
        if self._transport is None:
            start_keras()
            # The real path, so that debuggers and editors find the lines.
            files = {self.source.path.name: str(self.source.path)}
            host = Host(self.program(files))
            self.notes += tuple(host.load())
            self._transport = LocalTransport(host)
        return self._transport

    def trouble(self, part: str) -> tuple[str, ...]:
        """What went wrong with `part` while the file was loaded."""
        return self.trouble_from(part, self.notes)


class HostSeat:
    """A host that is there already: a mistake, the reference, or a notebook's own namespace."""

    def __init__(self, host: Host) -> None:
        self._transport = LocalTransport(host)

    def transport(self, part: str) -> Transport:  # noqa: ARG002 - the same for every part
        """The way to the host."""
        return self._transport

    def place(self, part: str) -> str:  # noqa: ARG002
        """Nowhere: there is no file."""
        return ""

    def trouble(self, part: str) -> tuple[str, ...]:  # noqa: ARG002
        """None: nothing was loaded."""
        return ()
