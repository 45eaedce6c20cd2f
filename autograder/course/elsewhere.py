"""What other machines have to know of a course: its configuration, and what an assignment consists of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from autograder.course.blueprint import Blueprint, GivenCell
from autograder.course.layout import Course, CourseError
from autograder.engine.cluster.wire import decode, encode
from nnlearn.catalogue import load_catalogue

FOLDER = "course"
"""Where it lies there, beside the content."""


@dataclass(frozen=True)
class _Travelling:
    """A blueprint whose topic lies elsewhere."""

    topic: str
    cells: tuple[GivenCell, ...]
    kernelspec: Mapping[str, Any]


def files_of(course: Course, assignment: str, blueprints: Mapping[str, Blueprint]) -> dict[str, bytes]:
    """The files that go to each node besides the content, by their place there.

    Args:
        course: The course.
        assignment: The assignment's name.
        blueprints: What each of its notebooks consists of.

    Raises:
        CourseError: nbgrader itself would run one of the notebooks, which has to be kept from a cluster.
    """
    travelling = {}
    for name, blueprint in blueprints.items():
        if blueprint.topic is None:
            raise CourseError(
                f"the notebook `{name}` of {assignment} teaches none of the topics: nbgrader runs it, and "
                "nothing would keep it from the cluster",
                "grade this assignment without --cluster",
            )
        travelling[name] = _Travelling(blueprint.topic.name, blueprint.cells, blueprint.kernelspec)
    files = {f"{FOLDER}/{assignment}.blueprints": encode(travelling)}
    for module in course.root.glob("*.py"):  # nbgrader_config.py, and what it may import
        files[f"{FOLDER}/{module.name}"] = module.read_bytes()
    return files


@lru_cache(maxsize=2)
def blueprints_in(folder: Path, assignment: str) -> Mapping[str, Blueprint]:
    """The blueprints of an assignment where `files_of` has arrived.

    Args:
        folder: The content tree there.
        assignment: The assignment's name.
    """
    data = (folder / FOLDER / f"{assignment}.blueprints").read_bytes()
    arrived: Mapping[str, _Travelling] = decode(data, dict[str, _Travelling])
    catalogue = load_catalogue(folder, {one.topic for one in arrived.values()})
    return {
        name: Blueprint(catalogue.topic(one.topic), one.cells, one.kernelspec)
        for name, one in arrived.items()
    }
