"""`nnlearn.again` and `nnlearn.given`: the call that a message is about, on what is defined at this moment.

Arguments that are too large to be written out are made by the check itself. So the check is run once more: as
far as the call, for what it was given, and through it, for what came back.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from nnlearn.catalogue import attribute_of
from nnlearn.errors import NnlearnError

if TYPE_CHECKING:
    from nnlearn.catalogue import Topic
    from nnlearn.learner.calls import CallText
    from nnlearn.notebook.rerun import RerunSeat


def again(about: str) -> Any:
    """Make the call again that a message is about, on what is defined now, and give back what comes of it.

    Args:
        about: A part, for the first of its visible checks that does not pass; or the name of a check.

    Returns:
        What the message shows as `Got`, whole; arrays for tensors.

    Raises:
        NnlearnError: There is no such part or check, or it passes.
        Exception: What the call raises.
    """
    meant = _meant(about, sys._getframe(1).f_globals)
    with _on_its_own():
        check, told, seat = _first_failure(meant)
        if seat.has_answered(told):
            return seat.answer(told)
        # What raised is the call, or a look at what it has left behind: an attribute that is not there.
        return _stopped(meant, check, told.answers[0] if told.answers else told.place).call()


def given(about: str) -> dict[str, Any]:
    """What that call is given, by the names in the message, as it is just before the call.

    The random generators are left as they are then, too.

    >>> dropout(**nnlearn.given("dropout"))  # doctest: +SKIP

    Args:
        about: As for `again`.

    Raises:
        NnlearnError: There is no such part or check, or it passes.
    """
    meant = _meant(about, sys._getframe(1).f_globals)
    with _on_its_own():
        check, told, _ = _first_failure(meant)
        return _stopped(meant, check, told.place).arguments(told)


@dataclass(frozen=True)
class _Meant:
    """Which checks are meant, of what code: one, or the first of a part that does not pass."""

    about: str
    topic: Topic
    checks: tuple[str, ...]
    namespace: dict[str, Any]


def _meant(about: str, namespace: dict[str, Any]) -> _Meant:
    from nnlearn.notebook.checks import catalogue_here, runner_of
    from nnlearn.notebook.topics import notebook_name, parts_in, topic_of

    catalogue = catalogue_here()
    topic_name, _, name = about.rpartition(".")
    defining = [t for t in catalogue.topics if t.visible_checks.is_file() and _defines(t, name)]
    if not defining:
        topic = topic_of(name, topic_name or None, catalogue, namespace)
        return _Meant(about, topic, runner_of(topic).checks_of(name), namespace)
    named = [t for t in defining if t.name in (topic_name, notebook_name(namespace))]
    topic = max(named or defining, key=partial(parts_in, namespace))
    return _Meant(about, topic, (name,), namespace)


def _defines(topic: Topic, check: str) -> bool:
    """Whether a topic has a check of this name; what its checks share may be called like anybody's part."""
    return check.startswith("test_") and f"\ndef {check}(" in topic.visible_checks.read_text(encoding="utf-8")


@contextlib.contextmanager
def _on_its_own() -> Iterator[None]:
    """As checks run in a notebook, but that random generators are left to the call."""
    from nnlearn.host.settings import settings_kept
    from nnlearn.runtime.quiet import without_native_logs

    with without_native_logs(), contextlib.redirect_stderr(sys.stdout), settings_kept():
        yield


def _first_failure(meant: _Meant) -> tuple[str, CallText, RerunSeat]:
    """The first check that does not pass, the call that its message is about, and the code as it is then."""
    from nnlearn.checking.bench import Bench, proven
    from nnlearn.notebook.checks import runner_of
    from nnlearn.notebook.rerun import RerunSeat
    from nnlearn.results import Verdict

    seat = RerunSeat(meant.topic, meant.namespace)
    bench = Bench(meant.topic, seat, standard=proven)
    for check in meant.checks:
        with seat.while_checked():
            seat.serve_while(partial(runner_of(meant.topic).run, bench, only=check))
        run = bench.runs[check]
        bench.outcome(run)  # which settles what an exception of ours is about
        if attribute_of(run.info.part) not in meant.namespace:
            raise NnlearnError(
                f"{attribute_of(run.info.part)} is not defined here",
                f"run the cell that defines it; in Python, in the folder of your file: "
                f"from {meant.topic.name} import *",
            )
        if run.told is not None:
            return check, run.told, seat
        if run.verdict not in (Verdict.PASSED, Verdict.WAITING):
            next_step = f'nnlearn.check("{run.info.part}") says what is wrong'
            raise NnlearnError(f"{meant.about}: {run.verdict.words}, and nothing was called", next_step)
    raise NnlearnError(f"{meant.about} passes what is checked here", "there is no call to make again")


def _stopped(meant: _Meant, check: str, place: int) -> RerunSeat:
    """The code as it is just before one request of a check."""
    from nnlearn.checking.bench import Bench
    from nnlearn.notebook.checks import runner_of
    from nnlearn.notebook.rerun import RerunSeat

    seat = RerunSeat(meant.topic, meant.namespace, place)
    bench = Bench(meant.topic, seat)
    with seat.while_checked():
        seat.serve_while(partial(runner_of(meant.topic).run, bench, only=check))
    return seat
