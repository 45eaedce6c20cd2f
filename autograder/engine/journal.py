"""Finished reports, written down as they come, so that no finished work is ever lost.

The journal is a file of JSON lines: first what the run is about, then a line for each report.
A line that was cut short by a crash is left out when the journal is read.
It is named after what was asked for, so that the same request finds it again and no other one does.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

import msgspec
from filelock import FileLock, Timeout

import nnlearn
from autograder.engine.submissions import Submission
from nnlearn.errors import OutputError
from nnlearn.results import Report, report_from_dict, report_to_dict

_FOLDER = ".nnlearn"


def journal_in(folder: Path, asked: Mapping[str, Any]) -> Path:
    """Where the journal of a run lies.

    Args:
        folder: Where the run keeps its things.
        asked: What is to be graded and with what, as plain data: whatever makes it another run.
    """
    digest = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
    return folder / _FOLDER / f"grading-{digest[:12]}.jsonl"


def lock_in(folder: Path, what: str) -> Path:
    """What runs hold that would write the same, whatever else each of them was asked for.

    Args:
        folder: Where the runs keep their things.
        what: The name of what only one may write at a time.
    """
    digest = hashlib.sha256(what.encode(errors="surrogateescape")).hexdigest()
    return folder / _FOLDER / f"writing-{digest[:12]}.lock"


def say_if_missing(journal: Path, say: Callable[[str], None]) -> None:
    """Tell somebody who wants to resume a run that there is none."""
    if not journal.exists():
        say(f"There is nothing to resume: {journal} is not there. Grading starts from the beginning.")


def forget(journal: Path, lock: Path | None = None) -> None:
    """Remove a journal, and its lock: what it holds is written elsewhere."""
    held = FileLock(lock or _lock_of(journal), timeout=0)
    with contextlib.suppress(Timeout, OSError), held:  # another run has begun with it, or the disk is gone
        journal.unlink(missing_ok=True)
        Path(held.lock_file).unlink(missing_ok=True)  # while it is held: nobody else has it then
    with contextlib.suppress(OSError):  # something else may lie in the folder
        journal.parent.rmdir()


class Journal:
    """Finished reports of one run.

    Args:
        path: Where to keep them; its folder is made.
        about: What the reports depend on besides the submission: seed, digests of the content. Reports of a
            journal that says otherwise are not taken over.
        resume: Take over the reports that are there; otherwise start empty.
        wishes: What was asked for besides, which no report depends on. Who resumes need not say it again.
        lock: What only one run may hold at a time; by default one that belongs to this journal.

    Attributes:
        found: The reports that were taken over, each with the layers of isolation that held, by their key.
        wishes: What is asked for, and what the run that is resumed was asked for.

    Raises:
        OutputError: The file cannot be written, or another run is writing it.
    """

    def __init__(
        self,
        path: Path,
        about: Mapping[str, Any],
        *,
        resume: bool,
        wishes: Collection[str] = (),
        lock: Path | None = None,
    ) -> None:
        self.path = path
        self.wishes = frozenset(wishes)
        self.found: dict[str, tuple[Report, tuple[str, ...]]] = {}
        self._about = {"nnlearn": nnlearn.__version__, **about}
        self._lock = FileLock(lock or _lock_of(path), timeout=0)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._lock.acquire()
        except Timeout:
            raise OutputError(
                f"{path.parent.parent.absolute()}: another run is grading the same at this moment",
                "wait until it is over, or end it",
            ) from None
        except OSError as error:
            raise _not_kept(path, error) from error
        if resume:
            self._read()
        fresh = path.with_suffix(".new")
        try:
            self._file = fresh.open("w", encoding="utf-8")
            self._write({"about": self._about, "wishes": sorted(self.wishes)})
            for key, (report, layers) in self.found.items():
                self._write(_entry(key, report, layers))
            fresh.replace(path)  # until here, a crash leaves the old journal
        except OSError as error:
            self._lock.release()
            raise _not_kept(path, error) from error

    def close(self) -> None:
        """Let go of the file, which stays."""
        self._file.close()
        self._lock.release()

    def add(self, submission: Submission, report: Report, layers: tuple[str, ...]) -> None:
        """Keep a finished report, and the layers of isolation that held around the submission.

        It survives whatever happens after this returns.

        Raises:
            OutputError: The file cannot be written.
        """
        try:
            self._write(_entry(key_of(submission), report, layers))
        except OSError as error:
            raise _not_kept(self.path, error) from error

    def _write(self, entry: Mapping[str, Any]) -> None:
        self._file.write(json.dumps(entry) + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    def _read(self) -> None:
        """Take over what the file holds, as far as it still holds true."""
        try:
            with self.path.open(encoding="utf-8", errors="replace") as file:
                first = json.loads(file.readline())
                self.wishes |= {str(wish) for wish in first["wishes"]}
                if first["about"] == self._about:
                    for line in file:  # one at a time: those of a whole course fill more than the memory
                        self._take_over(line)
        except (FileNotFoundError, ValueError, LookupError, TypeError):
            return

    def _take_over(self, line: str) -> None:
        try:
            entry = json.loads(line)
            report = report_from_dict(entry["report"])
            self.found[entry["key"]] = report, tuple(str(name) for name in entry["layers"])
        except (ValueError, KeyError, TypeError, msgspec.ValidationError):
            pass  # the line on which the run was killed


def _lock_of(journal: Path) -> Path:
    return journal.with_suffix(".lock")


def _not_kept(journal: Path, error: OSError) -> OutputError:
    return OutputError(
        f"{journal}: finished reports cannot be kept: {error.strerror}",
        "run nnlearn in a folder that you can write to",
    )


def _entry(key: str, report: Report, layers: tuple[str, ...]) -> dict[str, Any]:
    return {"key": key, "report": report_to_dict(report), "layers": layers}


def key_of(submission: Submission) -> str:
    """What a finished report is found by: the same learner, file and bytes."""
    return json.dumps([submission.topic, submission.learner, submission.name, submission.sha256])
