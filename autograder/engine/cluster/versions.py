"""Which nnlearn, Python and libraries there are on a machine: where they differ, reports would."""

from __future__ import annotations

import functools
import hashlib
import platform
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

import autograder
import nnlearn

_LIBRARIES = {"Keras": "keras", "TensorFlow": "tensorflow", "NumPy": "numpy"}


@functools.cache
def versions_here() -> Mapping[str, str]:
    """What a report depends on besides the content, by name. Nothing is imported for it."""
    found = {name: version(package) for name, package in _LIBRARIES.items()}
    ours = f"{nnlearn.__version__} (code {_code()[:12]})"
    return {"nnlearn": ours, "Python": platform.python_version(), **found}


def differences(here: Mapping[str, str], there: Mapping[str, str]) -> str:
    """In words, what is of another version there; empty if nothing is."""
    other = [
        f"{name} {there.get(name, 'none')} there and {ours} here"
        for name, ours in here.items()
        if there.get(name) != ours
    ]
    return ", ".join(other)


def _code() -> str:
    """SHA-256 of the modules: a version's number says little where people work on a clone."""
    digest = hashlib.sha256()
    for package in (nnlearn, autograder):
        root = Path(str(package.__file__)).parent
        for file in sorted(root.rglob("*.py")):
            place = file.relative_to(root)
            if place.parts[0] not in ("content", "checks", "sample_class"):  # content has a digest of its own
                data = file.read_bytes()
                digest.update(f"{place.as_posix()}:{len(data)}:".encode() + data)
    return digest.hexdigest()
