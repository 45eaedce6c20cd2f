"""Groups of ready-made functions, as `ready_made.toml` lists them, for `forbid` and `allow` in topic.toml."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

_FILE = Path(__file__).with_name("ready_made.toml")
_GROUP = "group:"


class Group(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Functions that do the same exercise in one call.

    Attributes:
        why: What they do, in a sentence.
        functions: Dotted names; `NAME.*` is everything below.
        kernels: What TensorFlow runs in the end.
        in_some_versions: More names, which not all supported versions of a library have.
    """

    why: str
    functions: tuple[str, ...]
    kernels: tuple[str, ...] = ()
    in_some_versions: tuple[str, ...] = ()

    @property
    def entries(self) -> tuple[str, ...]:
        """What the group stands for, as a `forbid` would say it."""
        return (*self.functions, *self.in_some_versions, *(f"kernel:{name}" for name in self.kernels))


@functools.cache
def groups() -> dict[str, Group]:
    """All groups, by name."""
    return msgspec.toml.decode(_FILE.read_bytes(), type=dict[str, Group])


def expanded(entries: Iterable[str]) -> tuple[str, ...]:
    """The entries of a `forbid` or `allow`, each once, with the contents of groups in place of their names.

    Raises:
        KeyError: There is no such group; reading topic.toml has refused it before.
    """
    return tuple(dict.fromkeys(entry for name in entries for entry in _entries(name)))


def group_of(entry: str) -> str | None:
    """The group that an entry names, or None if it is a name or a kernel itself."""
    return entry.removeprefix(_GROUP) if entry.startswith(_GROUP) else None


def _entries(entry: str) -> Iterator[str]:
    group = group_of(entry)
    yield from (entry,) if group is None else groups()[group].entries
