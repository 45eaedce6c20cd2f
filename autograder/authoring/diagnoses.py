"""The learner-side diagnoses: what the visible checks get from each known mistake.

They take seconds to make, because every mistake runs, so they are made anew only when what they are made
from has changed. `python -m` this module makes them, in a process of its own.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import nnlearn
from autograder.authoring.master import Master
from autograder.authoring.process import run_module
from nnlearn.catalogue import Topic
from nnlearn.errors import EXIT_USAGE, ContentError, NnlearnError

SECONDS = 900


def diagnoses_digest(master: Master, visible_checks: str) -> str:
    """SHA-256 of all that the diagnoses depend on, the format of fingerprints included."""
    digest = hashlib.sha256()
    mistakes = master.topic.mistakes
    package = Path(nnlearn.__file__).parent
    for data in (
        master.reference.encode(),
        visible_checks.encode(),
        mistakes.read_bytes() if mistakes else b"",
        (package / "diagnosis.py").read_bytes(),
        json.dumps([part.name for part in master.topic.parts]).encode(),
    ):
        digest.update(f"{len(data)}:".encode() + data)
    return digest.hexdigest()


def write_diagnoses(topic: Topic, folder: Path) -> None:
    """Write `diagnoses.json` into `folder`, in which stub and visible checks lie already.

    Raises:
        ContentError: A known mistake or a check does not run.
    """
    done = run_module(
        "autograder.authoring.diagnoses",
        [str(topic.exercise_dir.parents[1]), topic.name, str(folder)],
        SECONDS,
    )
    if done.returncode == EXIT_USAGE:
        raise ContentError(
            f"the known mistakes of `{topic.name}` cannot be recorded",
            f"the reason:\n{done.last_words}",
        )
    if done.returncode != 0:
        raise ContentError(
            f"recording the known mistakes of `{topic.name}` {done.how_it_ended(SECONDS)}",
            f"the last that it said:\n{done.last_words}",
        )


def main(root: str, name: str, folder: str) -> int:
    """Record the mistakes of a topic against the visible checks in `folder`."""
    from autograder.gallery import learner_side_diagnoses
    from nnlearn.catalogue import load_catalogue

    try:
        topic = load_catalogue(Path(root)).topic(name)
        staged = dataclasses.replace(topic, exercise_dir=Path(folder))
        document = learner_side_diagnoses(staged)
    except NnlearnError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    staged.diagnoses.write_text(_one_item_per_line(document), encoding="utf-8")
    return 0


def _one_item_per_line(document: dict[str, Any]) -> str:
    """`document` as JSON that is short and still has lines to compare."""
    pairs = []
    for key, value in document.items():
        text = json.dumps(value, ensure_ascii=False)
        if isinstance(value, list):
            items = ",\n".join(json.dumps(item, ensure_ascii=False) for item in value)
            text = f"[\n{items}\n]" if value else "[]"
        pairs.append(f"{json.dumps(key)}: {text}")
    return "{" + ",\n".join(pairs) + "}\n"


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
