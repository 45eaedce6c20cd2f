"""`nnlearn.check`: the visible checks of a part, on what the notebook holds at this moment."""

from __future__ import annotations

import contextlib
import random
import sys
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from nnlearn.errors import EXIT_CHECKS_FAILED, NnlearnError

if TYPE_CHECKING:
    from nnlearn.catalogue import Catalogue, Topic
    from nnlearn.checking.runner import CheckRunner
    from nnlearn.notebook.plots import Picture
    from nnlearn.results import PartResult


class ChecksFailed(NnlearnError):
    """A part does not pass its visible checks yet. The card says why; this stops "run all"."""

    exit_code = EXIT_CHECKS_FAILED


def check(part: str, topic: str | None = None) -> None:
    """Run the visible checks of a part and show how they went.

    It looks at the functions and classes as they are in the notebook (or in the program that calls it), so
    run the cell that defines the part first.

    Args:
        part: The part, e.g. `"softmax"`; `"predictions"` for PREDICTIONS, or `"dropout.predictions"` where
            the topic has to be told.
        topic: The topic, where several have a part of this name.

    Raises:
        ChecksFailed: Not all of them pass.
        NnlearnError: There is no such part, or its topic is not clear.
    """
    namespace = sys._getframe(1).f_globals
    if not _is_being_checked(namespace):
        _check(part, topic, namespace)


def _check(part: str, topic_name: str | None, namespace: dict[str, Any]) -> None:
    from nnlearn.notebook.card import Card, show
    from nnlearn.notebook.topics import topic_of
    from nnlearn.results import Verdict
    from nnlearn.workspace.workspace import find_workspace

    if topic_name is None and "." in part:  # as commands name a part that several topics have
        topic_name, _, part = part.partition(".")
    workspace = find_workspace()
    catalogue = workspace.catalogue if workspace else _catalogue()
    topic = topic_of(part, topic_name, catalogue, namespace)
    result, picture, notes = _run(topic, part, namespace)
    if workspace and result.outcomes:
        workspace.progress.record(topic.name, {part: result.verdict.value})
    card = Card(result, topic.part(part).hidden_checks, picture, notes)
    show(card)
    if result.verdict is not Verdict.PASSED:
        raise ChecksFailed(card.summary)


def _run(
    topic: Topic, part: str, namespace: dict[str, Any]
) -> tuple[PartResult, Picture | None, tuple[str, ...]]:
    """The visible checks of `part`, its picture, and notes; the learner's code runs in this very thread."""
    from nnlearn.checking.bench import Bench, proven
    from nnlearn.diagnosis.store import read_diagnoses
    from nnlearn.host.settings import settings_kept
    from nnlearn.notebook.advice import NotebookAdvice
    from nnlearn.notebook.plots import picture_of
    from nnlearn.notebook.seat import NamespaceSeat
    from nnlearn.results import PartResult, Verdict
    from nnlearn.runtime.quiet import without_native_logs

    drawn = (Verdict.PASSED, Verdict.FAILED)  # in all other cases there is nothing to look at
    with without_native_logs(), contextlib.redirect_stderr(sys.stdout):
        runner = _runner(topic)
        with settings_kept(), _own_random_numbers():
            seat = NamespaceSeat(topic, namespace)
            advice = NotebookAdvice(topic, topic.notebook)
            bench = Bench(topic, seat, known=read_diagnoses(topic), advice=advice, standard=proven)
            seat.serve_while(lambda: runner.run(bench, [part]))
            found = [*bench.parts(), PartResult(part, topic.part(part).points, ())][0]
            picture = picture_of(topic, part, seat.host) if found.verdict in drawn else None
    return found, picture, seat.notes_about(part)


@lru_cache(maxsize=1)
def _catalogue() -> Catalogue:
    from nnlearn.catalogue import load_catalogue

    return load_catalogue()


@lru_cache(maxsize=8)
def _runner(topic: Topic) -> CheckRunner:
    """The warm checks of a topic: collecting them takes longer than running them."""
    from nnlearn.checking.runner import CheckRunner

    return CheckRunner(topic, topic.require_visible_checks())


@contextlib.contextmanager
def _own_random_numbers() -> Iterator[None]:
    """Leave the notebook's generators in a state that follows from the one they were in.

    Checks seed every generator; without this, all that a learner draws after a check would be the same.
    """
    import keras

    seed = random.getrandbits(32)
    try:
        yield
    finally:
        keras.utils.set_random_seed(seed)


def _is_being_checked(namespace: dict[str, Any]) -> bool:
    """Whether the caller is a file that is being checked at this moment: it is checked once, not twice."""
    from nnlearn.host.host import is_hosted

    return is_hosted(namespace)
