"""Which of the files in /autograder/submission is the submission."""

from __future__ import annotations

import os
from pathlib import Path

from autograder.render.text import shown_name
from nnlearn.errors import SubmissionError

_SUFFIXES = (".py", ".ipynb")
_SHOWN = 6


def find_submission(folder: Path, topic: str) -> Path:
    """The one `.py` or `.ipynb` file, of any name; among several the one named after the topic.

    Links, hidden files, caches and the learners' copy of the checks are left alone.

    Raises:
        SubmissionError: There is none, or more than one that it could be.
    """
    candidates = _candidates(folder)
    named = [path for path in candidates if path.stem == topic]
    chosen = named or candidates
    if len(chosen) == 1:
        return chosen[0]
    if chosen:
        names = ", ".join(shown_name(path.relative_to(folder).as_posix(), 60) for path in chosen[:_SHOWN])
        more = f" and {len(chosen) - _SHOWN} more" if len(chosen) > _SHOWN else ""
        raise SubmissionError(
            f"Expected one file, got {len(chosen)} that could be the one to grade: {names}{more}.",
            f"Submit {topic}.py or {topic}.ipynb, and only one of them.",
        )
    raise SubmissionError(
        f"Expected {topic}.py or {topic}.ipynb, got no .py or .ipynb file.",
        f"Submit {topic}.py or {topic}.ipynb.",
    )


def _candidates(folder: Path) -> list[Path]:
    found = []
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(f for f in folders if not f.startswith((".", "__")))
        for name in sorted(names):
            path = Path(here) / name
            if name.startswith(".") or path.suffix.lower() not in _SUFFIXES or path.is_symlink():
                continue
            if path.is_file() and not name.startswith("test_") and name != "conftest.py":
                found.append(path)
    return found
