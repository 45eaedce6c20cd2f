"""Fills the cache of replies with what the known mistakes of a topic answer: `python -m` this ROOT TOPIC.

Grading does that as it needs it, and remembers. Where each submission is graded in a machine of its own, none
would find anything remembered: this runs in their common image.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from autograder.engine.mistake_runs import Gallery
from nnlearn.catalogue import Topic, load_catalogue
from nnlearn.checking.runner import CheckRunner
from nnlearn.errors import EXIT_OK, ContentError, NnlearnError
from nnlearn.runtime.environment import TENSORFLOW_ENVIRONMENT


def fill_reply_cache(topic: Topic, seed: int = 0) -> int:
    """Run the known mistakes whose answers are not known yet; how many mistakes there are in all."""
    if topic.checks is None:
        raise ContentError(f"topic `{topic.name}` has no checks here", "point to a full tree")
    with CheckRunner(topic, topic.checks) as runner:
        gallery = Gallery(runner, seed)
        known = gallery.known_replies()
        for item in known:
            dict(item.checks)  # each runs when it is asked for
        for check in runner.check_names:
            gallery.evidence_of_reference(check)
    return len(known)


def main(root: str, name: str) -> int:
    """Run the mistakes and say so; the exit code."""
    os.environ.update(TENSORFLOW_ENVIRONMENT)  # replies are rounded as in the learners' processes
    try:
        number = fill_reply_cache(load_catalogue(Path(root)).topic(name))
    except NnlearnError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    sys.stdout.write(f"{name}: how the checks go for {number} known mistakes is known here now\n")
    return EXIT_OK


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
