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
from collections.abc import Callable, Mapping
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


def say_if_missing(journal: Path, say: Callable[[str], None]) -> None:
    """Tell somebody who wants to resume a run that there is none."""
    if not journal.exists():
        say(f"There is nothing to resume: {journal} is not there. Grading starts from the beginning.")


def forget(journal: Path) -> None:
    """Remove a journal: what it holds is written elsewhere."""
    for file in (journal, _lock_of(journal)):
        file.unlink(missing_ok=True)
    with contextlib.suppress(OSError):  # something else may lie in the folder
        journal.parent.rmdir()


class Journal:
    """Finished reports of one run.

    Args:
        path: Where to keep them; its folder is made.
        about: What the reports depend on besides the submission: seed, digests of the content. Reports of a
            journal that says otherwise are not taken over.
        resume: Take over the reports that are there; otherwise start empty.

    Attributes:
        found: The reports that were taken over, each with the layers of isolation that held, by their key.

    Raises:
        OutputError: The file cannot be written, or another run is writing it.
    """

    def __init__(self, path: Path, about: Mapping[str, Any], *, resume: bool) -> None:
        self.path = path
        self._about = {"nnlearn": nnlearn.__version__, **about}
        self._lock = FileLock(_lock_of(path), timeout=0)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._lock.acquire()
        except Timeout:
            raise OutputError(
                f"{path}: another run is grading the same at this moment", "wait until it is over, or end it"
            ) from None
        except OSError as error:
            raise _not_kept(path, error) from error
        self.found: dict[str, tuple[Report, tuple[str, ...]]] = self._read() if resume else {}
        fresh = path.with_suffix(".new")
        try:
            self._file = fresh.open("w", encoding="utf-8")
            self._write(self._about)
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

    def _read(self) -> dict[str, tuple[Report, tuple[str, ...]]]:
        found: dict[str, tuple[Report, tuple[str, ...]]] = {}
        try:
            lines = self.path.read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return found
        for number, line in enumerate(lines):
            try:
                entry = json.loads(line)
                if number == 0 and entry != self._about:
                    return found
                if number > 0:
                    report = report_from_dict(entry["report"])
                    found[entry["key"]] = report, tuple(str(name) for name in entry["layers"])
            except (ValueError, KeyError, TypeError, msgspec.ValidationError):
                continue  # the line on which the run was killed
        return found


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
