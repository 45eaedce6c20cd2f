"""`nnlearn.check`: the visible checks of a part, on what the notebook holds at this moment."""

from __future__ import annotations

import contextlib
import random
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from nnlearn.errors import EXIT_CHECKS_FAILED, NnlearnError

if TYPE_CHECKING:
    from nnlearn.catalogue import Catalogue, Topic
    from nnlearn.checking.runner import CheckRunner
    from nnlearn.notebook.card import Card


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
    from nnlearn.notebook.card import show
    from nnlearn.notebook.topics import topic_of
    from nnlearn.results import Verdict
    from nnlearn.workspace.beyond import beyond
    from nnlearn.workspace.workspace import find_workspace

    if topic_name is None and "." in part:  # as commands name a part that several topics have
        topic_name, _, part = part.partition(".")
    workspace = find_workspace()
    topic = topic_of(part, topic_name, catalogue_here(), namespace)
    card = _card(topic, part, namespace)
    if workspace and card.counts:
        workspace.progress.record(topic.name, {part: card.result.verdict.value})
        card = replace(card, beyond=beyond(workspace, topic, part) if card.passed else ())
    elif workspace and workspace.progress.verdicts(topic.name).get(part) == Verdict.PASSED:
        card = replace(card, notes=(*card.notes, f"{part} has passed before, and that stands."))
    show(card)
    if not card.passed:
        raise ChecksFailed(card.summary)


def _card(topic: Topic, part: str, namespace: dict[str, Any]) -> Card:
    """How `part` went, or why that cannot be said."""
    from nnlearn.catalogue import attribute_of
    from nnlearn.notebook.card import Card
    from nnlearn.notebook.held import interrupted, not_run
    from nnlearn.results import PartResult

    known = topic.part(part)
    unchecked = Card(PartResult(part, known.points, ()), known.hidden_checks)
    if notice := not_run(attribute_of(part), namespace):
        return replace(unchecked, notice=notice)
    try:
        return _checked(topic, part, namespace, unchecked)
    except KeyboardInterrupt:  # before the checks began, or behind them
        return replace(unchecked, notice=interrupted((), ""))


def _checked(topic: Topic, part: str, namespace: dict[str, Any], unchecked: Card) -> Card:
    """`unchecked`, with what its visible checks find; the learner's code runs in this very thread."""
    from nnlearn.checking.bench import Bench, proven
    from nnlearn.checking.selfcheck import SelfCheckAdvice
    from nnlearn.diagnosis.store import read_diagnoses
    from nnlearn.host.settings import settings_kept
    from nnlearn.notebook.held import interrupted
    from nnlearn.notebook.plots import picture_of
    from nnlearn.notebook.seat import NamespaceSeat
    from nnlearn.results import Verdict
    from nnlearn.runtime.quiet import without_native_logs

    drawn = (Verdict.PASSED, Verdict.FAILED)  # in all other cases there is nothing to look at
    with without_native_logs(), contextlib.redirect_stderr(sys.stdout):
        runner = runner_of(topic)
        with settings_kept(), _own_random_numbers():
            seat = NamespaceSeat(topic, namespace)
            advice = SelfCheckAdvice(topic, topic.notebook)
            bench = Bench(topic, seat, known=read_diagnoses(topic), advice=advice, standard=proven)
            with seat.while_checked():
                try:
                    seat.serve_while(lambda: runner.run(bench, [part]))
                except KeyboardInterrupt:
                    return replace(unchecked, notice=interrupted(bench.runs.values(), seat.interrupted_at))
                found = [*bench.parts(), unchecked.result][0]
                picture = picture_of(topic, part, seat.host) if found.verdict in drawn else None
    raised = [said for run in bench.runs.values() if run.failure for said in run.failure.raised[:1]]
    notice = seat.notice_after(part, raised)
    return replace(unchecked, result=found, picture=picture, notes=seat.notes_about(part), notice=notice)


def catalogue_here() -> Catalogue:
    """The topics that there are here: those of the workspace, or those that came with nnlearn."""
    from nnlearn.workspace.workspace import find_workspace

    workspace = find_workspace()
    return workspace.catalogue if workspace else _catalogue()


@lru_cache(maxsize=1)
def _catalogue() -> Catalogue:
    from nnlearn.catalogue import load_catalogue

    return load_catalogue()


@lru_cache(maxsize=8)
def runner_of(topic: Topic) -> CheckRunner:
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
