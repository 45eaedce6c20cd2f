"""The elementary functions, as `elementary.toml` lists them: from these everything else is built."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_FILE = Path(__file__).with_suffix(".toml")


@dataclass(frozen=True)
class Elementary:
    """A group of elementary functions.

    Attributes:
        why: What they do, in a sentence.
        functions: Dotted names; `NAME.*` is what the module NAME has itself.
        kernels: What TensorFlow may run for them.
        in_some_versions: More names, which not all supported versions of a library have.
    """

    why: str
    functions: tuple[str, ...]
    kernels: tuple[str, ...]
    in_some_versions: tuple[str, ...]


@functools.cache
def elementary() -> dict[str, Elementary]:
    """All groups, by name."""
    groups = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return {
        name: Elementary(
            group["why"],
            _names(group["functions"]),
            tuple(group.get("kernels", "").split()),
            _names(group.get("in_some_versions", {})),
        )
        for name, group in groups.items()
    }


def _names(words: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(f"{module}.{word}" for module, text in words.items() for word in text.split())
