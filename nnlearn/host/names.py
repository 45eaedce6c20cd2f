"""Names of functions, classes and kernels: what they stand for, and whether there is anything."""

from __future__ import annotations

import difflib
import importlib
import types
from collections.abc import Iterable
from typing import Any

from nnlearn.submission.forbidden import dotted_names, kernel_names

MISSING = object()
_ROOTS = ("keras", "numpy", "scipy", "sklearn", "tensorflow")


def lookup(name: str) -> Any:
    """The object with this dotted name, or `MISSING`; modules on the way are imported."""
    root, *words = name.split(".")
    try:
        value: Any = importlib.import_module(root)
        for count, word in enumerate(words, start=1):
            if not hasattr(value, word) and isinstance(value, types.ModuleType):
                importlib.import_module(".".join((root, *words[:count])))
            value = getattr(value, word)
    except (ImportError, AttributeError):
        return MISSING
    return value


def unknown_entries(named: Iterable[str]) -> tuple[str, ...]:
    """The entries of a `forbid` or `allow` that the installed libraries do not have."""
    from tensorflow.python.framework import op_def_registry

    entries = tuple(named)
    unknown = {n for n in dotted_names(entries) if lookup(n.removesuffix(".*")) is MISSING}
    kernels = kernel_names(entries) - {"*"}
    unknown |= {f"kernel:{k}" for k in kernels if op_def_registry.get(k) is None}
    return tuple(entry for entry in entries if entry in unknown)


def nearest_entry(entry: str) -> str:
    """What the author of an unknown entry may have meant: an entry that exists, or an empty string."""
    if kernel_names([entry]):
        from tensorflow import raw_ops

        return next((f"kernel:{name}" for name in _near(entry.removeprefix("kernel:"), dir(raw_ops))), "")
    words = entry.removesuffix(".*").split(".")
    known, value = "", MISSING
    for place, word in enumerate(words):
        name = f"{known}.{word}".removeprefix(".")
        found = lookup(name)
        if found is not MISSING:
            known, value = name, found
            continue
        rest = [*words[place + 1 :], *(["*"] if entry.endswith(".*") else [])]
        for near in _near(word, dir(value) if known else _ROOTS):
            meant = ".".join([*([known] if known else []), near, *rest])
            if not unknown_entries([meant]):
                return meant
        return ""
    return ""


def _near(word: str, names: Iterable[str]) -> list[str]:
    return difflib.get_close_matches(word, [name for name in names if not name.startswith("_")], 5)
