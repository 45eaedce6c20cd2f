"""Runs learners' code the way grading does: in a confined fork of a zygote that another zygote lends."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from nnlearn.isolation.deadlines import Deadlines
from nnlearn.isolation.processes import ProcessSource
from nnlearn.isolation.transport import RemoteTransport
from nnlearn.isolation.zygote import Zygote
from nnlearn.isolation.zygote_start import ZygoteProcess
from nnlearn.protocol.requests import Program

MEMORY_MB = 1024


class Submission:
    """A learner's code in its confined process, and a short way to call it."""

    def __init__(self, processes: ProcessSource, code: str, deadlines: Deadlines) -> None:
        program = Program("part", (("part.py", textwrap.dedent(code)),), {})
        self.transport = RemoteTransport.start(processes, program, deadlines, MEMORY_MB)

    def load(self) -> list[str]:
        """The notes of loading."""
        tag, notes = self.transport.request(("load",))
        assert tag == "value"
        return notes

    def call(self, name: str, *arguments: Any) -> Any:
        """What the learner's function returns; a reply that is no value fails the test."""
        reply = self.reply(name, *arguments)
        assert reply[0] == "value", reply
        return reply[1]

    def reply(self, name: str, *arguments: Any) -> tuple[Any, ...]:
        """The whole reply to a call."""
        tag, handle = self.transport.request(("get", 0, name))
        assert tag == "value"
        return self.transport.request(("call", handle.id, arguments, {}))


Submit = Callable[..., Submission]


@pytest.fixture(scope="session")
def lender() -> Iterator[ZygoteProcess]:
    """The one zygote of the test session that is no fork of another."""
    with ZygoteProcess() as lender:
        yield lender


@pytest.fixture(scope="session")
def zygote(lender: ZygoteProcess) -> Iterator[Zygote]:
    """A zygote as a worker of the grader has it, for the whole test session."""
    with Zygote(lender=lender.control) as zygote:
        yield zygote


@pytest.fixture
def submit(zygote: Zygote) -> Iterator[Submit]:
    """Loads code into a confined process; all processes are closed after the test."""
    opened: list[Submission] = []

    def submit(
        code: str,
        call_seconds: float = 20.0,
        part_seconds: float = 40.0,
        submission_seconds: float = 60.0,
        processes: ProcessSource | None = None,
    ) -> Submission:
        deadlines = Deadlines(call_seconds, part_seconds, submission_seconds)
        submission = Submission(processes or zygote, code, deadlines)
        opened.append(submission)
        submission.notes = submission.load()
        return submission

    yield submit
    for submission in opened:
        submission.transport.close()
