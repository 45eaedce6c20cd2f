"""Records how the visible checks go for the known mistakes, for learners: `diagnoses.json`.

Every mistake runs for that, unless grading or the gates have run it before. `python -m` this module does it,
in a process of its own, or in one for each core.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from autograder.authoring.process import run_module, spawned
from autograder.authoring.visible import CheckFile, checks_of_topic
from autograder.engine.mistake_runs import Gallery
from autograder.engine.reference import Reference, reference_source
from nnlearn.catalogue import Topic, load_catalogue
from nnlearn.checking.runner import CheckRunner
from nnlearn.diagnosis.gallery import load_gallery
from nnlearn.diagnosis.matching import KnownReplies, fingerprints_match
from nnlearn.diagnosis.store import SCHEMA_VERSION, diagnoses_document, read_diagnoses
from nnlearn.errors import EXIT_USAGE, ContentError, NnlearnError
from nnlearn.runtime.environment import TENSORFLOW_ENVIRONMENT

SECONDS = 900
_WORTH_A_PROCESS = 24
"""So many mistakes take longer than starting a process for them."""


def recorded_digest(topic: Topic, checks: CheckFile) -> str:
    """SHA-256 of what an author writes that the diagnoses depend on.

    They depend on our own code as well. Whether that makes a difference is for the gates to find out, which
    run every mistake.
    """
    digest = hashlib.sha256()
    for data in (
        str(SCHEMA_VERSION).encode(),
        json.dumps([cell.code for cell in reference_source(topic).cells]).encode(),
        checks.visible.encode(),
        *(data for file in topic.mistake_files for data in (file.name.encode(), file.read_bytes())),
        json.dumps([part.name for part in topic.parts]).encode(),
    ):
        digest.update(f"{len(data)}:".encode() + data)
    return digest.hexdigest()


def record_mistakes(topic: Topic, folder: Path) -> None:
    """Write `diagnoses.json` into `folder`: byte by byte that of the exercise, if that says the same.

    Raises:
        ContentError: A known mistake or a check does not run.
    """
    done = run_module(
        "autograder.authoring.recording",
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


def differing(recorded: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """The checks that go otherwise for a mistake than was recorded; in `found` are those to look at."""
    return [
        check
        for check, replies in found.items()
        if not (check in recorded and fingerprints_match(recorded[check], replies))
    ]


def main(root: str, name: str, folder: str) -> int:
    """Record the known mistakes of a topic into a folder."""
    os.environ.update(TENSORFLOW_ENVIRONMENT)  # replies are rounded as the learners' processes do
    try:
        topic = load_catalogue(Path(root)).topic(name)
        known = _caught(_record_all(topic))
    except NnlearnError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    file = Path(folder, topic.diagnoses.name)
    if _is_as_built(topic, known):  # up to rounding, which another machine does otherwise
        shutil.copyfile(topic.diagnoses, file)
    else:
        file.write_text(_one_item_per_line(diagnoses_document(known)), encoding="utf-8")
    return 0


def _record_all(topic: Topic) -> list[KnownReplies]:
    """How the visible checks go for each mistake, in the order of the gallery."""
    number = len(load_gallery(topic, Reference(topic).run().__dict__))
    processes = min(os.cpu_count() or 1, number // _WORTH_A_PROCESS)
    if processes < 2:
        return _record(topic, range(number))
    # Mistakes of one part stand side by side and take as long as each other: they are dealt out like cards.
    shares = [range(start, number, 4 * processes) for start in range(4 * processes)]
    found: dict[int, KnownReplies] = {}
    with spawned(processes) as pool:
        pending = [pool.submit(_record, topic, share) for share in shares]
        for share, future in zip(shares, pending, strict=True):
            found |= zip(share, future.result(), strict=True)
    return [found[place] for place in range(number)]


def _record(topic: Topic, share: range) -> list[KnownReplies]:
    """How the visible checks go for some of the mistakes."""
    assert topic.checks is not None  # noqa: S101 - for the type checker
    is_visible = checks_of_topic(topic).is_visible
    with CheckRunner(topic, topic.checks) as runner:
        known = Gallery(runner).known_replies()
        return [
            replace(item, checks={check: item.checks[check] for check in item.checks if is_visible(check)})
            for item in (known[place] for place in share)
        ]


def _caught(known: Sequence[KnownReplies]) -> list[KnownReplies]:
    """The mistakes that a visible check catches; learners need no others."""
    return [item for item in known if any(replies is not None for replies in item.checks.values())]


def _is_as_built(topic: Topic, known: Sequence[KnownReplies]) -> bool:
    """Whether the diagnoses in the exercise say the same."""
    try:
        built = read_diagnoses(topic)
    except ContentError:
        return False
    return len(built) == len(known) and all(
        (one.part, one.noticed, one.checks.keys()) == (other.part, other.noticed, other.checks.keys())
        and not differing(one.checks, other.checks)
        for one, other in zip(built, known, strict=True)
    )


def _one_item_per_line(document: dict[str, Any]) -> str:
    """`document` as JSON that is short and still has lines to compare."""

    def text(value: Any) -> str:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    pairs = []
    for key, value in document.items():
        items = ",\n".join(map(text, value)) if isinstance(value, list) else ""
        pairs.append(f"{text(key)}:" + (f"[\n{items}\n]" if items else text(value)))
    return "{" + ",\n".join(pairs) + "}\n"


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
