"""What the watch and its warm process say to each other: one JSON document a line, each of a known form.

Both sides ignore lines that are no message: a process that was killed may have left half of one.
What a process is at when its time is up is told by `faulthandler`, in lines of its own kind: that needs
nothing of the process.
"""

from __future__ import annotations

import json
import os
import re
from typing import Any

import msgspec

from nnlearn.results import Outcome, PartResult


class Open(msgspec.Struct, frozen=True, tag="open"):
    """Request: collect the visible checks of a topic."""

    topic: str


class Check(msgspec.Struct, frozen=True, tag="check"):
    """Request: run the checks of some parts on a file.

    Attributes:
        run: A number that all reports of this run carry.
        file: The learner's file.
        parts: In the order in which they are to be checked.
    """

    run: int
    file: str
    parts: tuple[str, ...]


class Errand(msgspec.Struct, frozen=True, tag="errand"):
    """Request, of a command in another terminal: do all that it was started for.

    Attributes:
        arguments: Its `sys.argv`.
        original: Its `sys.orig_argv`.
        folder: The folder it was started in.
        environment: The environment it was started with.
    """

    arguments: tuple[str, ...]
    original: tuple[str, ...]
    folder: str
    environment: dict[str, str]


class Cancel(msgspec.Struct, frozen=True, tag="cancel"):
    """Request: end the run at once. It takes a fork to do so; without, the process itself is ended."""

    run: int


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """Report: the checks of a topic are collected.

    Attributes:
        topic: The topic.
        checks: The titles of each part's checks, by their names.
    """

    topic: str
    checks: dict[str, dict[str, str]]


class Problem(msgspec.Struct, frozen=True, tag="problem"):
    """Report: nothing can be checked here, and what to do about it."""

    problem: str
    next_step: str


class Began(msgspec.Struct, frozen=True, tag="began"):
    """Report: a process has taken the run on."""

    run: int


class Unreadable(msgspec.Struct, frozen=True, tag="unreadable"):
    """Report: the file is neither Python nor a notebook."""

    run: int
    why: str


class Loading(msgspec.Struct, frozen=True, tag="loading"):
    """Report: the learner's file begins to run."""

    run: int


class Loaded(msgspec.Struct, frozen=True, tag="loaded"):
    """Report: the learner's file has been run.

    Attributes:
        run: The run.
        notes: What the learner should know about the file as a whole.
    """

    run: int
    notes: tuple[str, ...]


class Busy(msgspec.Struct, frozen=True, tag="busy"):
    """Report: this check begins."""

    run: int
    part: str
    check: str


class Beat(msgspec.Struct, frozen=True, tag="beat"):
    """Report: the check is still getting answers from the learner's code."""

    run: int


class PassedBreakpoint(msgspec.Struct, frozen=True, tag="breakpoint"):
    """Report: the learner's code asks for a debugger, which is not to be had here.

    Attributes:
        run: The run.
        place: Where it asks.
        check: The check during which it does.
    """

    run: int
    place: str
    check: str


class Checked(msgspec.Struct, frozen=True, tag="checked"):
    """Report: one check has ended."""

    run: int
    outcome: Outcome


class PartDone(msgspec.Struct, frozen=True, tag="part"):
    """Report: all checks of a part have ended."""

    run: int
    result: PartResult


class Ended(msgspec.Struct, frozen=True, tag="ended"):
    """Report: the process of the run has ended.

    Attributes:
        run: The run.
        code: Its exit status (0, one of those below, or the learner's own), or the negative number of the
            signal that ended it.
    """

    run: int
    code: int


class Stack(msgspec.Struct, frozen=True, tag="stack"):
    """Report: the time of a process is up. The frames of one of its threads follow, the main one's last."""


class Frame(msgspec.Struct, frozen=True, tag="frame"):
    """Report: a frame of that thread, the innermost first.

    Attributes:
        file: Its file, in ASCII: other characters are written as Python escapes them.
        line: The line it is at.
        function: The function.
    """

    file: str
    line: int
    function: str


Request = Open | Check | Cancel | Errand
Report = (
    Ready | Problem | Began | Unreadable | Loading | Loaded | Busy | Beat | PassedBreakpoint | Checked
    | PartDone | Ended | Stack | Frame
)  # fmt: skip

EXIT_OWN_FAULT = 70
EXIT_KEYBOARD_INTERRUPT = 130  # raised by the learner's code: the keyboard does not reach the process
# Ends what was printed, with the run and the part that printed it: the process puts it where the learner's
# code prints. There are two more such ends.
END_OF_OUTPUT = b"\x00end of %d %s\x00\n"
LOADED = "-"  # of what was printed while the file was loaded
ALL = ""  # of the run
_STACK = re.compile(rb"(?:Current thread|Thread) 0x")
_FRAME = re.compile(rb'  File "(.+)", line (\d+) in (.+)')


def to_line(message: Request | Report) -> bytes:
    """A message as a line, which begins with a line break: what stands before it may be half a message."""
    text = json.dumps(msgspec.to_builtins(message), ensure_ascii=False)
    return b"\n" + text.encode("utf-8", "replace") + b"\n"


def send(descriptor: int, message: Request | Report) -> None:
    """Write a message, whole.

    Raises:
        OSError: The other side is gone.
    """
    data = memoryview(to_line(message))
    while data:
        data = data[os.write(descriptor, data) :]


class Lines:
    """Puts messages together from the bytes that come in.

    Args:
        kind: `Request` or `Report`.
    """

    def __init__(self, kind: Any) -> None:
        self._decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(kind)
        self._rest = b""

    def feed(self, data: bytes) -> list[Any]:
        """The messages that are complete now."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        found: list[Any] = []
        for line in lines:
            if _STACK.match(line):
                found.append(Stack())
            elif frame := _FRAME.match(line):
                file, number, function = (part.decode("ascii", "replace") for part in frame.groups())
                found.append(Frame(file, int(number), function))
            elif line:
                try:
                    found.append(self._decoder.decode(line))
                except msgspec.DecodeError:
                    continue
        return found
