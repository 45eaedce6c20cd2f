"""What the warm process speaks and listens on."""

from __future__ import annotations

import contextlib
import faulthandler
import os
import sys

from nnlearn.runtime.streams import open_standard_streams
from nnlearn.watch import messages as m


class Lines:
    """The two descriptors this process speaks over, which the learner's code does not find at 0 and 1."""

    def __init__(self) -> None:
        self.requests, self._reports = os.dup(0), os.dup(1)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        os.dup2(2, 1)
        open_standard_streams()
        self._decoder = m.Lines(m.Request)

    def send(self, report: m.Report) -> None:
        """Send a report."""
        m.send(self._reports, report)

    def receive(self) -> list[m.Request] | None:
        """Wait for requests; None when there will be no more."""
        data = os.read(self.requests, 2**16)
        return self._decoder.feed(data) if data else None

    def end_of_output(self, run: int, part: str = m.ALL) -> None:
        """Mark the end of what a part has printed, or the whole run, or the file while it was loaded."""
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(Exception):  # they may be the learner's own by now
                stream.flush()
        os.write(2, m.END_OF_OUTPUT % (run, part.encode()))

    def tell_stack_in(self, seconds: float) -> None:
        """Report what this process is at when so much time has passed; whatever was asked before is off."""
        faulthandler.dump_traceback_later(seconds, file=self._reports)

    def tell_no_stack(self) -> None:
        """All went well."""
        faulthandler.cancel_dump_traceback_later()
