"""Grades one submission on Gradescope: `python -m autograder.exporters.gradescope.run ROOT`.

ROOT is laid out as Gradescope's /autograder: `source` is the unpacked archive, `submission` what was handed
in, and `results/results.json` what is written, whatever happens. What is printed is for instructors only.
"""

from __future__ import annotations

import hashlib
import json
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any

from autograder.engine.check_isolation import check_isolation
from autograder.engine.reply_cache import say_what_is_slow
from autograder.engine.submissions import Submission
from autograder.exporters.gradescope.recognise import find_submission
from autograder.exporters.gradescope.results import failed, refused, report_to_results
from autograder.exporters.gradescope.settings import Settings, read_settings
from autograder.render.files import OutputFile
from nnlearn.catalogue import Catalogue, load_catalogue
from nnlearn.errors import EXIT_CHECKS_FAILED, EXIT_GRADER_ERROR, EXIT_OK, NnlearnError, SubmissionError
from nnlearn.results import Report

# Any one of these keeps the checks in `source` from a submission.
_KEEPS_SOURCE = frozenset({"mountns", "landlock", "uid"})


class ExposedError(NnlearnError):
    """A submission could read the checks on this machine."""


def main(root: Path) -> int:
    """Grade what lies in `root` and write the results.

    Returns:
        The exit code: 3 where the grader failed, 1 where the submission could not be read, else 0.
    """
    started = time.monotonic()
    root = root.resolve()
    trouble, is_unreadable = "", False
    try:
        results, is_unreadable = grade(root, started)
    except Exception:
        # Whatever it was, it was ours: the instructor reads it, the learner is told whose fault it is.
        trouble = traceback.format_exc()
        results = failed(time.monotonic() - started)
    OutputFile(root / "results" / "results.json").write(json.dumps(results, indent=2) + "\n")
    _say(trouble)
    if trouble:
        return EXIT_GRADER_ERROR
    return EXIT_CHECKS_FAILED if is_unreadable else EXIT_OK


def grade(root: Path, started: float) -> tuple[dict[str, Any], bool]:
    """The results for the submission in `root`, and whether it could not be read.

    Raises:
        Exception: The grader failed; the submission must not get a score.
    """
    source = root / "source"
    settings = read_settings(source)
    source.chmod(0o700)  # where nothing else hides the checks from another user
    catalogue = load_catalogue(source / "content")
    try:
        path = find_submission(root / "submission", settings.topic)
    except SubmissionError as error:
        _say(str(error))
        return refused(str(error), time.monotonic() - started), True
    check_isolation(required=settings.require_isolation, say=_say)
    say_what_is_slow([catalogue.topic(settings.topic)], 0, _say)
    report = _report(path.resolve(), settings, catalogue)
    if report.has_grader_error:
        raise NnlearnError("the grader failed on one of the checks: see the report above")
    return report_to_results(report, settings, time.monotonic() - started), report.is_unreadable


def _report(path: Path, settings: Settings, catalogue: Catalogue) -> Report:
    """Grade one file through the isolated engine, and show instructors how it went."""
    from rich.console import Console

    from autograder.engine.grade_all import grade_all
    from autograder.render.terminal import print_run
    from nnlearn.isolation.confinement import layers_available

    held = {layer.name for layer in layers_available() if layer.holds}
    if not held & _KEEPS_SOURCE:
        raise ExposedError(
            "nothing on this machine keeps a submission from reading the checks",
            f"one of these layers has to hold: {', '.join(sorted(_KEEPS_SOURCE))}",
        )
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    submission = Submission("submission", path, settings.topic, path.name, digest)
    with tempfile.TemporaryDirectory(prefix="nnlearn-") as folder:
        journal = Path(folder) / "grading.jsonl"
        run = grade_all([submission], catalogue, jobs=1, seed=0, journal=journal, on_report=lambda *_: None)
    print_run(run, Console(width=100))
    return run.topics[0].reports[0]


def _say(line: str) -> None:
    sys.stdout.write(f"{line.rstrip()}\n" if line else "")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
