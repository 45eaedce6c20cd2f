"""Records how the checks go for the known mistakes: all of them for grading, the visible ones for learners.

That takes seconds to minutes, because every mistake runs, so it is done anew only when what the replies are
made from has changed. `python -m` this module does it, in a process of its own, or in one for each core.
"""

from __future__ import annotations

import dataclasses
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from autograder.authoring.process import run_module, spawned
from autograder.authoring.visible import checks_of_topic
from autograder.engine.mistakes import Gallery, Reference
from autograder.engine.stored_replies import read_replies, sources_digest
from nnlearn.catalogue import Topic, load_catalogue
from nnlearn.checking.runner import CheckRunner
from nnlearn.diagnosis.gallery import load_gallery
from nnlearn.diagnosis.matching import KnownReplies
from nnlearn.diagnosis.store import diagnoses_document, replies_document
from nnlearn.errors import EXIT_USAGE, ContentError, NnlearnError, OutputError
from nnlearn.runtime.environment import TENSORFLOW_ENVIRONMENT

SECONDS = 900
_WORTH_A_PROCESS = 24
"""So many mistakes take longer than starting a process for them."""


def record_mistakes(topic: Topic, public: Path, private: Path) -> None:
    """Write `diagnoses.json` into the folder `public` and `replies.json` into the folder `private`.

    Raises:
        ContentError: A known mistake or a check does not run.
    """
    done = run_module(
        "autograder.authoring.recording",
        [str(topic.exercise_dir.parents[1]), topic.name, str(public), str(private)],
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


def stale_replies(topic: Topic) -> list[str]:
    """What is wrong with the stored replies, in one line, or nothing."""
    there = topic.replies is not None and topic.replies.is_file()
    if not topic.has_mistakes:
        return [f"{_shown(topic)} is left from an earlier build"] if there else []
    if not there:
        return [f"{_shown(topic)} is missing"]
    return [] if read_replies(topic) is not None else [f"{_shown(topic)} is stale: its sources have changed"]


def swap_in_replies(topic: Topic, private: Path | None) -> list[str]:
    """Move the replies that were recorded into place, or take away those of a topic without known mistakes.

    Args:
        topic: The topic.
        private: The folder they were recorded into, if they were.

    Returns:
        The file that changed, if one did, by its path in the content tree.

    Raises:
        OutputError: The file cannot be replaced.
    """
    place = topic.replies
    if place is None or (private is None and (topic.has_mistakes or not place.exists())):
        return []
    try:
        if private is None:
            place.unlink()
        else:
            (private / place.name).replace(place)
    except OSError as error:
        raise OutputError(
            f"{place} cannot be written: {error.strerror}",
            f"put that right and run `nnlearn topic build {topic.name}` again",
        ) from error
    return [_shown(topic)]


def _shown(topic: Topic) -> str:
    return f"autograder/checks/{topic.name}/replies.json"


def main(root: str, name: str, public: str, private: str) -> int:
    """Record the known mistakes of a topic into two folders."""
    os.environ.update(TENSORFLOW_ENVIRONMENT)  # replies are rounded as the learners' processes do
    try:
        topic = load_catalogue(Path(root)).topic(name)
        known = _record_all(topic)
    except NnlearnError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    placed = dataclasses.replace(topic, exercise_dir=Path(public), checks_dir=Path(private))
    diagnoses = diagnoses_document(_of_visible_checks(topic, known))
    placed.diagnoses.write_text(_one_item_per_line(diagnoses), encoding="utf-8")
    if placed.replies is not None:
        replies = {"made_from": sources_digest(topic), **replies_document(known)}
        placed.replies.write_text(_one_item_per_line(replies, (",", ":")), encoding="utf-8")
    return 0


def _record_all(topic: Topic) -> list[KnownReplies]:
    """How all checks go for each mistake, in the order of the gallery."""
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
    """How all checks go for some of the mistakes."""
    assert topic.checks is not None  # noqa: S101 - for the type checker
    with CheckRunner(topic, topic.checks) as runner:
        known = Gallery(runner).known_replies()
        return [dataclasses.replace(known[place], checks=dict(known[place].checks)) for place in share]


def _of_visible_checks(topic: Topic, known: Sequence[KnownReplies]) -> list[KnownReplies]:
    """`known` without what hidden checks got."""
    hidden = checks_of_topic(topic).hidden_names
    return [
        dataclasses.replace(
            item,
            checks={name: got for name, got in item.checks.items() if name.partition("[")[0] not in hidden},
        )
        for item in known
    ]


def _one_item_per_line(document: dict[str, Any], separators: tuple[str, str] = (", ", ": ")) -> str:
    """`document` as JSON that is short and still has lines to compare."""
    pairs = []
    for key, value in document.items():
        text = json.dumps(value, ensure_ascii=False, separators=separators)
        if isinstance(value, list):
            items = ",\n".join(json.dumps(item, ensure_ascii=False, separators=separators) for item in value)
            text = f"[\n{items}\n]" if value else "[]"
        pairs.append(f"{json.dumps(key)}: {text}")
    return "{" + ",\n".join(pairs) + "}\n"


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
