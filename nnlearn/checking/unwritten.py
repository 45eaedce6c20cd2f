"""What is not written yet, under plain pytest: no failure for each check, but a line for each topic."""

from __future__ import annotations

import pytest

from nnlearn.catalogue import Topic


class Unwritten:
    """The parts that are not written yet, by topic; a plugin of the pytest run in which they were found."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[Topic, dict[str, str | None]]] = {}

    def note(self, topic: Topic, part: str, place: str | None) -> None:
        """Take in that a check met a part that is not written, and where it is to be written."""
        _, parts = self._found.setdefault(topic.name, (topic, {}))
        parts.setdefault(part, place)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Show a line for each topic."""
        if not self._found:
            return
        terminalreporter.section("not written yet")
        width = max(map(len, self._found))
        for name, (topic, parts) in self._found.items():
            part = next(part.name for part in topic.parts if part.name in parts)
            where = f" at {parts[part]}" if parts[part] else ""
            line = f"{name:<{width}}  {len(parts)} of {len(topic.parts)} parts, the first is {part}{where}"
            terminalreporter.write_line(line)

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Nothing is right yet about a part that is not written."""
        if self._found and exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
