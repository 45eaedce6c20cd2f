"""Lets other graders run nnlearn's checks: called from their test cells, over the notebook's own names."""

from __future__ import annotations

import functools
import inspect
import runpy
import types
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np

from nnlearn.checking.marks import MARK, CheckInfo
from nnlearn.host.host import Host
from nnlearn.learner.local import LocalTransport
from nnlearn.learner.session import Learner, Session
from nnlearn.protocol.requests import Program


def check_part(part: str, namespace: dict[str, Any], topic: str, checks: str) -> None:
    """Run every check of `part`.

    Args:
        part: The part.
        namespace: The names of the notebook.
        topic: The topic's name, which seeds depend on.
        checks: The file of checks.

    Raises:
        AssertionError: One did not pass; all were run.
    """
    module = types.ModuleType(topic)
    module.__dict__.update(namespace)
    session = Session(LocalTransport(Host.around(module, Program(topic, (), {}))), {})
    failed = []
    for name, (function, info) in _checks(checks).items():
        if info.part != part:
            continue
        seed = zlib.crc32(f"0:{topic}:{name}".encode())
        session.begin(part, seed)
        available = {"learner": Learner(session), "rng": np.random.default_rng(seed)}
        try:
            function(**{key: available[key] for key in inspect.signature(function).parameters})
        except Exception as error:
            failed.append(f"{info.title}: {error}")
    if failed:
        raise AssertionError("\n".join(failed))


@functools.cache
def _checks(file: str) -> dict[str, tuple[Callable[..., None], CheckInfo]]:
    """The checks in a file by name, in their order."""
    found = {}
    for name, value in runpy.run_path(file).items():
        marks = getattr(value, "pytestmark", ())
        info = next((mark.args[0] for mark in marks if mark.name == MARK), None)
        if info is not None:
            found[name] = (value, info)
    return found
