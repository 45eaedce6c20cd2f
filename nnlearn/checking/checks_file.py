"""A topic's file of checks: which file is one, which topic it belongs to, and what pytest collects there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from nnlearn.catalogue import Topic, has_topic, load_catalogue
from nnlearn.errors import ContentError


def topic_of(checks: Path) -> Topic:
    """The topic that a file of checks belongs to, by the folder it lies in.

    Raises:
        ContentError: Its topic.toml is not as it should be.
    """
    return load_catalogue(_root_of(checks), only=[checks.parent.name]).topic(checks.parent.name)


def _root_of(checks: Path) -> Path:
    """The content tree around `ROOT/exercises/TOPIC/` or `ROOT/autograder/checks/TOPIC/`."""
    in_private_tree = checks.parents[1].name == "checks"
    return checks.parents[3] if in_private_tree else checks.parents[2]


def is_file_of_checks(file: Path) -> bool:
    """Whether a Python file is the checks of a topic, by its name and by what lies around it."""
    name = file.parent.name
    if file.name != f"test_{name}.py" or len(file.parents) < 4:
        return False
    return has_topic(_root_of(file), name, private=file.parents[1].name == "checks")


class ChecksFile(pytest.Module):
    """A topic's file of checks, with the checks of its predictions at the end."""

    def collect(self) -> Iterator[pytest.Item | pytest.Collector]:
        """What is written in the file, then what topic.toml adds.

        Raises:
            CollectError: topic.toml is not as it should be, or a check is there twice.
        """
        try:
            added = self._of_predictions()
        except ContentError as error:
            raise self.CollectError(str(error)) from None
        written = list(super().collect())
        names = Counter(node.name for node in (*written, *added))
        for node in added:
            if names[node.name] > 1:
                raise self.CollectError(
                    f"{self.path}: the check {node.name} is there twice, once made from a prediction in "
                    "topic.toml\n  give the other one, or the prediction, another name"
                )
        yield from (*written, *added)

    def _of_predictions(self) -> list[pytest.Item]:
        from nnlearn.checking.predictions import checks_of

        tests = checks_of(topic_of(self.path).predictions)
        return [PredictionCheck.from_parent(self, name=test.__name__, callobj=test) for test in tests]


class PredictionCheck(pytest.Function):
    """A check that is written in no file: it is told by the file that it is collected with."""

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """The file of checks, and no line in it."""
        return self.path, None, self.name
