"""The call in a message is the very call that failed: pasted, it gives what `Got` shows.

Every known mistake goes through the visible checks. Where one fails, the line to try is run in a session in
which the code has been run, and so is the call itself, with what `nnlearn.given` says its names stand for.
What comes back has to be the answer that the check got, to the bit.
"""

from __future__ import annotations

import ast
import itertools
import re
import types
import zlib
from typing import Any

import keras
import numpy as np
import pytest

import nnlearn
from autograder.engine.mistake_runs import Gallery
from nnlearn.catalogue import PREDICTIONS, Topic
from nnlearn.checking.bench import Bench, CheckRun
from nnlearn.checking.failure import CheckFailed
from nnlearn.checking.selfcheck import SelfCheckAdvice
from nnlearn.checking.show import number
from nnlearn.diagnosis.gallery import Mistake
from nnlearn.host.host import Host
from nnlearn.learner.calls import CallText
from nnlearn.learner.local import HostSeat
from nnlearn.learner.record import Exchange
from nnlearn.learner.session import Session
from nnlearn.notebook.checks import runner_of
from nnlearn.protocol.requests import Program
from nnlearn.protocol.values import Handle, to_plain
from nnlearn.results import Verdict
from tests import sampling

ENOUGH = 6
TRIES = 30
_COUNTER = re.compile(r"_\d+")  # Keras numbers the objects of a process


class Heard:
    """What a check asked of one mistake, and whether its expectation said which answer it was about."""

    def __init__(self, session: Session, error: BaseException | None) -> None:
        self.asked: list[Exchange] = list(session.record.asked)
        about = error.about if isinstance(error, CheckFailed) else []
        self.is_said = session.record.place_of(about) is not None


def mistakes_of(topic: Topic, gallery: Gallery, request: pytest.FixtureRequest) -> list[Mistake]:
    """All that concern calls; of a topic that was proved, a few in a sample."""
    found = [mistake for mistake in gallery.mistakes if mistake.part != PREDICTIONS]
    if sampling.is_whole(request.config, topic):
        return found
    seed = sampling.digest_of(topic)
    found.sort(key=lambda mistake: zlib.crc32(f"{seed}:{mistake.name}".encode()))
    sampling.leave_out(request.node, "calls of mistakes", len(found[ENOUGH:]))
    return found[:ENOUGH]


@pytest.mark.parametrize("topic", sampling.graded_topics(), ids=lambda topic: topic.name)
def test_a_call_that_is_told_gives_what_the_message_shows(
    topic: Topic, request: pytest.FixtureRequest
) -> None:
    runner = runner_of(topic)
    gallery = Gallery(runner)
    wrong: list[str] = []
    for mistake in mistakes_of(topic, gallery, request):
        names = dict(gallery.reference)
        mistake.replace(names)
        names.pop("__file__", None)
        bench = _bench(topic, names)
        heard = _listen(bench)
        runner.run(bench, [mistake.part])
        for name, run in bench.runs.items():
            bench.outcome(run)
            if run.verdict in (Verdict.FAILED, Verdict.RAISED) and run.told is not None:
                faults = _faults(run, run.told, heard[name], names)
                wrong += [f"{mistake.name}, {name}: {fault}" for fault in faults]
    assert not wrong, "\n".join(wrong)


def _bench(topic: Topic, names: dict[str, Any]) -> Bench:
    """What was run, under the checks of a learner: what is forbidden is forbidden."""
    module = types.ModuleType(topic.name)
    vars(module).update(names)
    program = Program(topic.name, (), {part.name: part.rules for part in topic.parts})
    advice = SelfCheckAdvice(topic, topic.stub)
    return Bench(topic, HostSeat(Host.around(module, program)), advice=advice)


def _listen(bench: Any) -> dict[str, Heard]:
    heard: dict[str, Heard] = {}
    record = bench.record

    def listening(info: Any, check: str, error: BaseException | None) -> CheckRun:
        if bench._session is not None:
            heard[check] = Heard(bench._session, error)
        run: CheckRun = record(info, check, error)
        return run

    bench.record = listening
    return heard


def _faults(run: CheckRun, told: CallText, heard: Heard, names: dict[str, Any]) -> list[str]:
    assert run.failure is not None
    replies = [heard.asked[place].reply for place in told.answers or (told.place,)]
    raised = replies[0][1] if replies[0][0] == "raised" else ""
    wanted = [reply[1] for reply in replies if reply[0] == "value"] if not raised else []
    answer = wanted if told.is_walked else wanted[0] if wanted else None
    if told.is_kept and wanted:
        answer, _ = wanted[0]
    found = []
    if not run.failure.try_it:
        return [f"there is no line to try: {told.call}"]
    got = _outcome(run.failure.try_it, names)
    if not (got == ("raised", raised) if raised else got[0] == "value" and _same(got[1], answer)):
        if got[0] == "value" and _draws_anew(run.failure.try_it, names, got[1]):
            return []  # nobody can make its random numbers again, and that is what the check says
        found.append(f"`{run.failure.try_it}` gives {_short(got)}, not {_short(replies)}")
    if not raised and _is_python(told.call) and (fault := _fault_of_call(run, told, answer, names)):
        found.append(fault)
    if not (raised or heard.is_said or run.failure.kind == "error" or _shows(answer, run.failure.got)):
        found.append(f"nothing says that {run.failure.got} comes of {told.call}: expect.about")
    return found


def _fault_of_call(run: CheckRun, told: CallText, answer: Any, names: dict[str, Any]) -> str:
    """The call as it stands, with what its names stand for."""
    given = {**names, "keras": keras, "np": np}
    if told.given:
        given |= eval("nnlearn.given(check)", {**names, "nnlearn": nnlearn, "check": run.name})
    came = _outcome(told.call, given)
    seen = [row.partition(": ")[2] for row in told.where if row.startswith("afterwards: ")]
    if seen and not _is_python(seen[0]):
        return ""  # of what came back, which the line to try looks at
    if seen and came[0] == "value":
        came = _outcome(seen[0], given)
    if isinstance(answer, tuple) and told.call.startswith("list(") and not told.is_walked:
        answer = answer[0]  # beside what the kit says of them
    if told.is_walked and not told.call.startswith("list("):
        return "" if came[0] == "value" else f"`{told.call}` gives {_short(came)}"
    if came[0] == "value" and _same(came[1], answer):
        return ""
    if not any(isinstance(value, Handle) for _, value in told.given):
        keras.utils.set_random_seed(1)  # which code with generators of its own does not notice
        if came[0] == "value" and _draws_anew(told.call, given, came[1]):
            return ""  # code that draws anew each time: that is what the check says
    return f"`{told.call}` with {told.where} gives {_short(came)}, not {_short(answer)}"


def _draws_anew(code: str, names: dict[str, Any], value: Any) -> bool:
    """Whether code comes to another value when it is run again: True or False may come again by chance."""
    again = (_outcome(code, names) for _ in range(TRIES))
    return any(kind == "value" and not _same(other, value) for kind, other in again)


def _outcome(code: str, names: dict[str, Any]) -> tuple[str, Any]:
    """What code comes to, of which the last statement is an expression."""
    here = dict(names)
    tree = ast.parse(code)
    *before, last = tree.body
    assert isinstance(last, ast.Expr)
    try:
        exec(compile(ast.Module(before, []), "<pasted>", "exec"), here)
        value = eval(compile(ast.Expression(last.value), "<pasted>", "eval"), here)
        return "value", _plain(value)
    except Exception as error:
        return "raised", type(error).__name__


def _plain(value: Any) -> Any:
    value = list(value) if hasattr(value, "__next__") else value
    if isinstance(value, keras.Variable):
        value = np.asarray(value)
    numbers = itertools.count()  # two objects are two keys of a dictionary
    return to_plain(value, lambda one: Handle(next(numbers), "object", type(one).__name__))


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        return type(one) is type(other) and one.dtype == other.dtype and _equal(one, other)
    if type(one) is not type(other):
        return False
    if isinstance(one, Handle):
        return True
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, dict):
        pairs = zip([*one, *one.values()], [*other, *other.values()], strict=True)
        return len(one) == len(other) and all(_same(a, b) for a, b in pairs)
    if isinstance(one, str):
        return _COUNTER.sub("", one) == _COUNTER.sub("", other)
    return bool(one == other or (one != one and other != other))


def _equal(one: np.ndarray[Any, Any], other: np.ndarray[Any, Any]) -> bool:
    return one.shape == other.shape and np.array_equal(one, other, equal_nan=one.dtype.kind in "fc")


def _shows(answer: Any, got: tuple[str, ...]) -> bool:
    """Whether what is shown stands in the answer: its numbers, its shape, its text."""
    if not got:
        return True
    words = set(_words_of(answer))
    shown = re.sub(r"^at \[[^]]*\]: |  .* differ$", "", got[0])
    return got[0] in words or all(word in words for word in shown.strip("[]").replace("...", "").split())


def _words_of(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        yield from (str(value.shape), value.dtype.name, *(number(one) for one in value.ravel()))
    elif isinstance(value, (list, tuple, dict)):
        yield repr(value)
        for item in value.values() if isinstance(value, dict) else value:
            yield from _words_of(item)
    else:
        yield from (str(value), number(value) if isinstance(value, (int, float)) else repr(value))


def _is_python(text: str) -> bool:
    try:
        return isinstance(ast.parse(text).body[-1], ast.Expr)
    except SyntaxError:
        return False


def _short(value: Any) -> str:
    return repr(value)[:120]
