"""Puts together the autograder archive of one topic."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.resources import files as resources
from pathlib import Path

from autograder.exporters.gradescope import settings as settings_file
from autograder.exporters.gradescope.pins import pinned_versions
from autograder.exporters.gradescope.settings import Settings, write_settings
from autograder.exporters.gradescope.wheel import build_wheel
from autograder.exporters.gradescope.zipped import zipped
from nnlearn.catalogue import Catalogue, Topic
from nnlearn.errors import ContentError

CONTENT = "content"
_SCRIPTS = ("setup.sh", "run_autograder")
_PYTHON = f"python{sys.version_info.major}.{sys.version_info.minor}"


def build_archive(catalogue: Catalogue, settings: Settings) -> bytes:
    """The archive of the topic that `settings` names; the same tree and versions give the same bytes.

    Raises:
        ContentError: The tree lacks what grading the topic needs.
    """
    topic = catalogue.topic(settings.topic)
    wheel, data = build_wheel()
    files = {
        **{name: _resource(name, topic) for name in (*_SCRIPTS, "READ_ME_FIRST.txt")},
        settings_file.NAME: write_settings(settings),
        "constraints.txt": pinned_versions().encode(),
        wheel: data,
        **{f"{CONTENT}/{name}": path.read_bytes() for name, path in _content(topic, catalogue)},
    }
    return zipped(files, executable=frozenset(_SCRIPTS))


def _content(topic: Topic, catalogue: Catalogue) -> Iterator[tuple[str, Path]]:
    """The files of a content tree in which this topic can be graded and no other."""
    if topic.checks is None or topic.checks_dir is None or topic.master is None:
        raise ContentError(
            f"{catalogue.root}: topic `{topic.name}` has no checks or no master here, and cannot be graded",
            "point --content at the full tree, with solutions/ and autograder/checks/",
        )
    for path in (topic.toml, topic.master):
        yield f"solutions/{topic.name}/{path.name}", path
    for path in sorted(topic.checks_dir.rglob("*")):
        name = path.relative_to(topic.checks_dir)
        if path.is_file() and not any(part.startswith(("__pycache__", ".")) for part in name.parts):
            yield f"autograder/checks/{topic.name}/{name.as_posix()}", path
    # A topic may not require what the tree does not know: the learners' topic.toml makes it known.
    for required in _required(topic, catalogue):
        built = catalogue.topic(required).learners_toml
        if not built.is_file():
            raise ContentError(
                f"{built} is missing: topic `{topic.name}` requires `{required}`",
                f"build it first: nnlearn topic build {required}",
            )
        yield f"exercises/{required}/topic.toml", built


def _required(topic: Topic, catalogue: Catalogue) -> list[str]:
    """All topics that come before `topic`, directly or not."""
    found: dict[str, None] = {}
    waiting = [*topic.requires]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = None
            waiting += catalogue.topic(name).requires
    return sorted(found)


def _resource(name: str, topic: Topic) -> bytes:
    data = (resources("autograder.exporters.gradescope") / "files" / name).read_bytes()
    return data.replace(b"@PYTHON@", _PYTHON.encode()).replace(b"@TOPIC@", topic.name.encode())
