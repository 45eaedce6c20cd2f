"""How much of the suite runs: with `--sample`, all there is of a changed topic, and some of what grows.

A topic has changed until all of its tests have passed. Then `.proved` beside its checks keeps the digest of
what it was made of, and is committed with it. The lesson's text, its questions, its interactive figure and
the place of the topic in the course are no part of that: what looks at those always runs. What is in a sample
follows from the content of the topic, or of the code where tests are of no topic: it is the same wherever the
same tree is tested.

`@pytest.mark.sampled(count, "what")` marks a test of which so many cases are enough; with `per_topic=True`,
so many of each topic. `python tests/sampling.py` notes that all topics, as they are now, have been proved.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import tomllib
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from nnlearn.catalogue import Topic, load_catalogue

ROOT = Path(__file__).parents[1]
PROVED = ".proved"
_LEFT_OUT = "left out"
_MARKDOWN = re.compile(r"^# %% \[markdown\].*?(?=^# %%|\Z)", re.MULTILINE | re.DOTALL)
_OF_THE_LESSON = ("glossary", "order", "question", "requires", "summary")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--sample`."""
    parser.addoption("--sample", action="store_true", help="run a sample of what grows with topics")


def pytest_configure(config: pytest.Config) -> None:
    """Register the mark."""
    config.addinivalue_line("markers", "sampled(count, what, per_topic=False): with --sample a few will do")


@cache
def digest_of(topic: Topic) -> str:
    """SHA-256 of all that a topic's author writes, data too, but for the lesson's text, page and place."""
    folders = [folder for folder in (topic.solution_dir, topic.checks_dir) if folder is not None]
    files = [file for folder in folders for file in _written_in(folder)]
    return _digest(folders, [file for file in files if file != topic.written_interactive], topic)


@cache
def _digest_of_code() -> str:
    content = ROOT / "autograder" / "checks"
    files = [file for name in ("nnlearn", "autograder", "tests") for file in (ROOT / name).rglob("*.py")]
    return _digest([ROOT], [file for file in files if not file.is_relative_to(content)])


def _written_in(folder: Path) -> Iterator[Path]:
    """The files that somebody wrote, and no program: neither hidden ones nor what Python compiles."""
    for file in folder.rglob("*"):
        parts = file.relative_to(folder).parts
        if file.is_file() and not any(part.startswith((".", "__pycache__")) for part in parts):
            yield file


def _digest(folders: Iterable[Path], files: Iterable[Path], topic: Topic | None = None) -> str:
    digest = hashlib.sha256()
    for file in sorted(files):
        folder = next(folder for folder in folders if file.is_relative_to(folder))
        data = file.read_bytes() if topic is None else _tested(file, topic)
        digest.update(f"{file.relative_to(folder).as_posix()}:{len(data)}:".encode() + data)
    return digest.hexdigest()


def _tested(file: Path, topic: Topic) -> bytes:
    """What is in a file that tests of the topic depend on."""
    if file == topic.master:
        return _MARKDOWN.sub("", file.read_text(encoding="utf-8")).encode()
    if topic.solution_dir is not None and file == topic.solution_dir / "topic.toml":
        entries = tomllib.loads(file.read_text(encoding="utf-8"))
        return json.dumps({key: entries[key] for key in entries if key not in _OF_THE_LESSON}).encode()
    return file.read_bytes()


def has_changed(topic: Topic) -> bool:
    """Whether a topic is another than the one that passed all of its tests."""
    record = _record(topic)
    return not (record.exists() and record.read_text(encoding="utf-8").strip() == digest_of(topic))


def _record(topic: Topic) -> Path:
    return (topic.checks_dir or topic.exercise_dir) / PROVED


def graded_topics() -> list[Topic]:
    """All topics that have a reference and checks."""
    return [topic for topic in load_catalogue().topics if topic.master and topic.checks]


def remember(topics: Iterable[Topic]) -> list[Topic]:
    """Note that topics have passed all of their tests; returns those of which that was not known."""
    changed = [topic for topic in topics if has_changed(topic)]
    for topic in changed:
        _record(topic).write_text(f"{digest_of(topic)}\n", encoding="utf-8")
    return changed


def is_whole(config: pytest.Config, topic: Topic) -> bool:
    """Whether all that there is to test of a topic is tested."""
    return not config.getoption("--sample") or has_changed(topic)


def leave_out(item: Any, what: str, count: int = 1) -> None:
    """Count what a test leaves to `make test-all`."""
    item.user_properties.append((_LEFT_OUT, (what, count)))


def skip_the_rest(items: Iterable[pytest.Item]) -> None:
    """Skip the cases of sampled tests that are in no sample."""
    groups: dict[tuple[object, ...], list[pytest.Function]] = defaultdict(list)
    for item in items:
        if isinstance(item, pytest.Function) and (mark := item.get_closest_marker("sampled")):
            topic = item.callspec.params.get("topic")
            if topic is None or not has_changed(topic):
                owner = topic.name if mark.kwargs.get("per_topic") else ""
                groups[item.path, item.originalname, owner, *mark.args].append(item)
    for (*_, count, what), group in groups.items():
        for item in sorted(group, key=lambda item: _rank(_seed_of(item), item.nodeid))[count:]:
            leave_out(item, what)
            item.add_marker(pytest.mark.skip(reason="left to `make test-all`"))


def _seed_of(item: pytest.Function) -> str:
    topic = item.callspec.params.get("topic")
    return _digest_of_code() if topic is None else digest_of(topic)


def _rank(seed: str, name: str) -> int:
    return zlib.crc32(f"{seed}:{name}".encode())


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say which topics were tested whole, and what was left out."""
    if not config.getoption("--sample"):
        return
    left: Counter[str] = Counter()
    for report in (report for reports in terminalreporter.stats.values() for report in reports):
        if isinstance(report, pytest.TestReport) and (report.when == "call" or report.skipped):
            for name, value in report.user_properties:
                if name == _LEFT_OUT:
                    left[value[0]] += value[1]
    changed = [topic.name for topic in graded_topics() if has_changed(topic)]
    others = [topic.name for topic in graded_topics() if topic.name not in changed]
    terminalreporter.write_line(f"Tested whole, having changed: {', '.join(changed) or 'no topic'}")
    terminalreporter.write_line(f"Tested by a sample: {', '.join(others) or 'no topic'}")
    counted = ", ".join(f"{count} {what}" for what, count in sorted(left.items()))
    terminalreporter.write_line(f"Left to `make test-all`: {counted or 'nothing'}")


if __name__ == "__main__":
    for proved in remember(graded_topics()):
        sys.stdout.write(f"{proved.name} has passed all of its tests: commit {_record(proved)}\n")
