"""Finished reports, written down as they come, so that no finished work is ever lost.

The journal is a file of JSON lines: first what the run is about, then a line for each report.
A line that was cut short by a crash is left out when the journal is read.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import msgspec

from autograder.engine.submissions import Submission
from nnlearn.errors import OutputError
from nnlearn.results import Report, report_from_dict, report_to_dict


class Journal:
    """Finished reports of one run.

    Args:
        path: Where to keep them; its folder is made.
        about: What the reports depend on besides the submission: seed, digests of the content. Reports of a
            journal that says otherwise are not taken over.
        resume: Take over the reports that are there; otherwise start empty.

    Raises:
        OutputError: The file cannot be written.
    """

    def __init__(self, path: Path, about: Mapping[str, Any], *, resume: bool) -> None:
        self.path = path
        self._about = dict(about)
        self.layers: dict[str, tuple[str, ...]] = {}
        self.found: dict[str, Report] = self._read() if resume else {}
        fresh = path.with_suffix(".new")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = fresh.open("w", encoding="utf-8")
            self._write(self._about)
            for key, report in self.found.items():
                self._write(_entry(key, report, self.layers[key]))
            fresh.replace(path)  # until here, a crash leaves the old journal
        except OSError as error:
            raise OutputError(
                f"{path}: finished reports cannot be kept: {error.strerror}",
                "run nnlearn in a folder that you can write to",
            ) from error

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def add(self, submission: Submission, report: Report, layers: tuple[str, ...] = ()) -> None:
        """Keep a finished report, and the layers of isolation that held around the submission.

        It survives whatever happens after this returns.
        """
        self._write(_entry(key_of(submission), report, layers))

    def _write(self, entry: Mapping[str, Any]) -> None:
        self._file.write(json.dumps(entry) + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    def _read(self) -> dict[str, Report]:
        found: dict[str, Report] = {}
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
                    self.layers[entry["key"]] = tuple(str(name) for name in entry["layers"])
                    found[entry["key"]] = report
            except (ValueError, KeyError, TypeError, msgspec.ValidationError):
                continue  # the line on which the run was killed
        return found


def _entry(key: str, report: Report, layers: tuple[str, ...]) -> dict[str, Any]:
    return {"key": key, "report": report_to_dict(report), "layers": layers}


def key_of(submission: Submission) -> str:
    """What a finished report is found by: the same learner, file and bytes."""
    return json.dumps([submission.topic, submission.learner, submission.name, submission.sha256])
