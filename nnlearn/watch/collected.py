"""The visible checks of a topic, collected by pytest once and run as often as one likes.

pytest's run loop itself hands out the checks, in the main thread: a process that is forked inside it can
run them, which one with a thread of its own for pytest could not.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from nnlearn.catalogue import Topic
from nnlearn.checking import plugin
from nnlearn.checking.bench import Bench
from nnlearn.checking.marks import CheckInfo
from nnlearn.checking.warm_session import (
    Collecting,
    checks_in,
    forget_module,
    not_collected,
    run_check,
    session_arguments,
)


class CollectedChecks(Collecting):
    """Hands the collected checks of a topic to `use`, which is called in the run loop of pytest.

    Args:
        topic: The topic.
        use: Called once, with this object. pytest's session ends when it returns.
    """

    def __init__(self, topic: Topic, use: Callable[[CollectedChecks], None]) -> None:
        super().__init__()
        self.topic = topic
        self._use = use
        self._items: list[tuple[pytest.Item, CheckInfo]] = []

    @property
    def titles(self) -> dict[str, dict[str, str]]:
        """For each part its checks: their names, and what the learner reads."""
        return {part.name: {i.name: c.title for i, c in self._of(part.name)} for part in self.topic.parts}

    def run(self, bench: Bench, part: str, before: Callable[[str], None]) -> None:
        """Run the checks of `part` on `bench`.

        Args:
            bench: The learner's file, and where to keep what is found.
            part: The part.
            before: Called with the name of each check that is about to run.
        """
        with bench.seat.while_checked():
            for item, _ in self._of(part):
                before(item.name)
                run_check(item, bench, None)

    def collect(self) -> None:
        """Have pytest collect the checks and call `use`; returns when that has returned.

        Raises:
            ContentError: They cannot be collected.
        """
        checks = self.topic.visible_checks.resolve()
        code = pytest.main(session_arguments(checks), plugins=[plugin, self])
        forget_module(checks)
        if not self._items:
            raise not_collected(checks, self.errors or [f"pytest ended with exit code {code}"])

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Take the place of pytest's own loop."""
        pairs = checks_in(session)
        if not self.errors and pairs:
            self._items = pairs
            self._use(self)
        return True

    def _of(self, part: str) -> list[tuple[pytest.Item, CheckInfo]]:
        return [(item, info) for item, info in self._items if info.part == part]
