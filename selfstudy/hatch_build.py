"""What of the repository around this folder goes into the distribution, and of which version it is."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

_CONTENT = Path("nnlearn_selfstudy/content")


class SameVersion(MetadataHookInterface):
    """The version is that of nnlearn, and exactly that nnlearn is needed."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Fill in what `pyproject.toml` leaves open."""
        project = Path(self.root).parent / "pyproject.toml"
        version = tomllib.loads(project.read_text(encoding="utf-8"))["project"]["version"]
        metadata |= {"version": version, "dependencies": [f"nnlearn=={version}"]}


class Content(BuildHookInterface[Any]):
    """References, alternatives and checks, where a content tree has them."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - the interface's
        """Name the files."""
        tree = Path(self.root).parent
        places = {str(file): str(_CONTENT / file.relative_to(tree)) for file in _content_of(tree)}
        build_data["force_include"].update(places)


def _content_of(tree: Path) -> Iterator[Path]:
    for settings in sorted(tree.glob("solutions/*/topic.toml")):
        solution, name = settings.parent, settings.parent.name
        yield settings
        yield solution / f"{name}.py"
        yield from sorted(solution.glob("alternatives/*.py"))
        yield tree / "autograder" / "checks" / name / f"test_{name}.py"
