"""The pytest plugin: the `learner` and `rng` fixtures, and failures in the learner's words.

Exercises are checked in this process, where they can be debugged. All checks of a topic, hidden ones
included, run on a submission in isolation, as grading does. Tests that are not marked with `@check` are
left alone.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nnlearn.checking.checks_file import ChecksFile, is_file_of_checks, topic_of
from nnlearn.checking.marks import MARK, CheckInfo
from nnlearn.checking.unwritten import Unwritten
from nnlearn.results import Verdict

if TYPE_CHECKING:
    import numpy as np

    from nnlearn.catalogue import Topic
    from nnlearn.checking.bench import Bench, CheckRun
    from nnlearn.isolation.zygote import Zygote
    from nnlearn.learner.session import Learner

BENCHES: pytest.StashKey[dict[Path, Bench]] = pytest.StashKey()
RUN: pytest.StashKey[CheckRun] = pytest.StashKey()
TROUBLE: pytest.StashKey[BaseException] = pytest.StashKey()  # what kept a check from being run
ZYGOTE: pytest.StashKey[Zygote] = pytest.StashKey()
ENDING: pytest.StashKey[contextlib.ExitStack] = pytest.StashKey()
UNWRITTEN: pytest.StashKey[Unwritten] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--submission FILE` and `--in-process`."""
    group = parser.getgroup("nnlearn")
    group.addoption(
        "--submission",
        metavar="FILE",
        help="the .py or .ipynb file to check, instead of the exercise next to the checks",
    )
    group.addoption(
        "--in-process",
        action="store_true",
        help="run a submission in this process, to debug it: only for a file that you trust",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the mark, and a place for the benches."""
    config.addinivalue_line("markers", f"{MARK}(info): a check of a part of an nnlearn topic")
    config.stash[BENCHES] = {}
    config.stash[ENDING] = contextlib.ExitStack()
    config.stash[UNWRITTEN] = Unwritten()
    config.pluginmanager.register(config.stash[UNWRITTEN])
    if _isolates(config):
        from nnlearn.runtime.environment import TENSORFLOW_ENVIRONMENT

        os.environ.update(TENSORFLOW_ENVIRONMENT)  # oracles round as the learner's process does


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the processes that ran a submission."""
    config.stash[ENDING].close()


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Module | None:
    """Collect a topic's file of checks together with the checks of its predictions."""
    return ChecksFile.from_parent(parent, path=module_path) if is_file_of_checks(module_path) else None


def _isolates(config: pytest.Config) -> bool:
    """Whether checks with hidden ones among them run in isolation; that needs Linux."""
    chosen = config.getoption("--submission") is not None
    return chosen and not config.getoption("--in-process") and sys.platform == "linux"


def check_info(item: pytest.Item) -> CheckInfo | None:
    """What `@check` was told about this test, or None if it is not a check."""
    mark = item.get_closest_marker(MARK)
    return mark.args[0] if mark else None


def bench_of(item: pytest.Item) -> Bench:
    """The bench for the folder of this check; made on first use, for the file next to the checks."""
    benches = item.config.stash[BENCHES]
    folder = item.path.parent
    if folder not in benches:
        benches[folder] = _self_check_bench(item)
    return benches[folder]


def _self_check_bench(item: pytest.Item) -> Bench:
    from nnlearn.checking.selfcheck import file_to_check, learner_bench
    from nnlearn.errors import NnlearnError
    from nnlearn.submission.source import load_source

    chosen = item.config.getoption("--submission")
    try:
        topic = topic_of(item.path)
        if chosen is None and topic.checks == item.path:
            pytest.exit(f"say which file to check: pytest {item.path.parent} --submission FILE", 4)
        if topic.checks == item.path and _isolates(item.config):
            return _isolated_bench(item.config, topic, Path(chosen))
        return learner_bench(topic, load_source(Path(chosen) if chosen else file_to_check(topic)))
    except NnlearnError as error:
        pytest.exit(str(error), error.exit_code)


def _isolated_bench(config: pytest.Config, topic: Topic, file: Path) -> Bench:
    from nnlearn.checking.bench import Bench
    from nnlearn.diagnosis.store import read_diagnoses
    from nnlearn.isolation.seat import IsolatedSeat
    from nnlearn.isolation.zygote import Zygote
    from nnlearn.runtime.quiet import start_keras
    from nnlearn.submission.source import load_source

    start_keras()
    ending = config.stash[ENDING]
    if ZYGOTE not in config.stash:
        config.stash[ZYGOTE] = ending.enter_context(Zygote())
    seat = IsolatedSeat(topic, load_source(file), config.stash[ZYGOTE])
    ending.callback(seat.close)
    return Bench(topic, seat, known=read_diagnoses(topic), for_instructors=True)


class _Deferred:
    """Stands in for the learner until the check begins, so that problems count as the check's own."""

    def __init__(self) -> None:
        self.learner: Learner | None = None

    def __getattr__(self, name: str) -> Any:
        if self.learner is None:
            raise RuntimeError("the learner can be used inside a check only, not in its fixtures")
        return getattr(self.learner, name)


@pytest.fixture
def learner() -> _Deferred:
    """The learner's module: call its functions, make its classes. NumPy in, NumPy out."""
    return _Deferred()


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> np.random.Generator:
    """A random generator with a seed of the check's own, the same in every run."""
    import numpy as np

    return np.random.default_rng(bench_of(request.node).seed_of(request.node.name))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Run a check on its bench; anything else as pytest does."""
    info = check_info(item)
    if info is None:
        return (yield)
    return (yield from _run_check(item, info))


def _run_check(item: pytest.Item, info: CheckInfo) -> Generator[None, Any, Any]:
    from nnlearn.checking.failure import CheckFailed
    from nnlearn.checking.judge import Waiting

    if RUN in item.stash:
        del item.stash[RUN]  # of the submission before
    bench = bench_of(item)
    deferred = getattr(item, "funcargs", {}).get("learner")
    error: BaseException | None = None
    result = None
    try:
        if first := bench.waits_for(info):
            raise Waiting(f"waits until this holds: {first}")
        with bench.seat.while_checked():
            opened = bench.open(info, item.name)
            if deferred is not None:
                deferred.learner = opened
            result = yield
    except (KeyboardInterrupt, pytest.exit.Exception):
        raise
    except BaseException as caught:
        error = caught
    run = item.stash[RUN] = bench.record(info, item.name, error)
    if isinstance(error, Waiting):
        pytest.skip(str(error))
    if error is not None and run.failure is not None:
        raise CheckFailed(run.failure) from error
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show a failed check in the learner's words instead of a traceback."""
    run = item.stash.get(RUN, None) if call.when == "call" else None
    if run is not None:
        # pytest would put the whole traceback into words first, which takes longer than most checks.
        item.repr_failure = lambda _: ""  # type: ignore[method-assign, assignment, misc]
    report = yield
    if run is None and call.excinfo is not None:
        item.stash[TROUBLE] = call.excinfo.value
    if run is not None:
        run.seconds = call.duration
        # Without a terminal there is nobody to show it to, and diagnosing may need this very session.
        if report.failed and item.config.pluginmanager.has_plugin("terminalreporter"):
            _put_into_words(item, run, report)
    return report


def _put_into_words(item: pytest.Item, run: CheckRun, report: pytest.TestReport) -> None:
    bench, part = bench_of(item), run.info.part
    if run.verdict is Verdict.NOT_WRITTEN:
        place = bench.seat.place(part)
        item.config.stash[UNWRITTEN].note(bench.topic, part, place)
        report.outcome = "skipped"
        report.longrepr = (str(item.path), item.location[1] or 0, run.failure.claim if run.failure else "")
    else:
        width = item.config.get_terminal_writer().fullwidth
        report.longrepr = _Message(bench, run, width)  # type: ignore[assignment] # pytest asks for str


class _Message:
    """The message of a failed check, put into words when it is shown: by then its whole part has been run."""

    def __init__(self, bench: Bench, run: CheckRun, width: int) -> None:
        self._bench = bench
        self._run = run
        self._width = width

    def __str__(self) -> str:
        from nnlearn.text import laid_out

        outcome = self._bench.outcome(self._run, self._bench.explanations(self._run.info.part))
        return laid_out(outcome.message, self._width)
