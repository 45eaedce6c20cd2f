"""The layers by name, what each protects, and which of them this machine can hold."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from nnlearn.isolation.confinement.bounds import Bounds, confine
from nnlearn.isolation.confinement.enclosure import enclose

_UID = 60999  # whom root becomes for the trial

LAYERS = {
    "session": "signals to a process group and the terminal stay with the learner's own processes",
    "rlimits": "memory, processor time, processes, open files and file sizes are bounded",
    "no_new_privs": "no program can gain privileges",
    "capabilities": "no administrative rights, inside namespaces either",
    "uid": "files and processes of root are out of reach",
    "userns": "an ordinary user can set up the namespaces below",
    "mountns": "nothing but Python's libraries and a private scratch disk exists, not even /proc",
    "pidns": "no other process can be seen or signalled, and none survives",
    "netns": "there is no network",
    "ipcns": "no shared memory with other processes, and none is left behind",
    "landlock": "files can be read only where Python's libraries are and written only in scratch",
    "landlock_net": "no TCP, and no signals or abstract sockets to processes outside",
    "seccomp": "no other processes, no tracing, no new namespaces, no sockets but local ones",
}


@dataclass(frozen=True)
class Layer:
    """One layer of confinement on this machine.

    Attributes:
        name: Its short name, as reports list it.
        holds: Whether it can be set up here.
        protects: What it keeps the learner's code from.
        why_not: What the kernel said, if it does not hold.
    """

    name: str
    holds: bool
    protects: str
    why_not: str = ""


def missing_layers(held: Iterable[str]) -> tuple[str, ...]:
    """The layers that `--require-isolation` misses in `held`.

    Root needs no user namespace to set up the others, and an ordinary user has no privileges to drop.
    """
    present = set(held)
    either = {"uid", "userns"}
    absent = [name for name in LAYERS if name not in present and name not in either]
    return tuple(absent) if present & either else (*absent, "uid")


def layers_available() -> list[Layer]:
    """Which layers hold on this machine, tried out in a process that ends right after."""
    if sys.platform != "linux":
        return [Layer(name, False, LAYERS[name], "only Linux has it") for name in LAYERS]
    reader, writer = os.pipe()
    with tempfile.TemporaryDirectory(prefix="nnlearn-") as empty:
        child = os.fork()
        if child == 0:
            _try_out(Path(empty), writer)
        os.close(writer)
        with os.fdopen(reader) as answer:
            text = answer.read()
        os.waitpid(child, 0)
    found = json.loads(text) if text else {"held": [], "refused": {}}
    held, refused = found["held"], found["refused"]
    if "userns" not in held and os.geteuid() == 0:
        refused.setdefault("userns", "not needed: nnlearn runs as root")
    if "uid" not in held and os.geteuid() != 0:
        refused.setdefault("uid", "not needed: nnlearn does not run as root")
    return [Layer(n, n in held, LAYERS[n], refused.get(n, "")) for n in LAYERS]


def _try_out(empty: Path, writer: int) -> None:
    """Confine this process, report, and end."""
    try:
        around = enclose(empty, writer)
        scratch = "" if "mountns" in around.held else str(empty)
        if scratch and around.becomes_others:
            os.chown(scratch, _UID, _UID)
        result = confine(around, Bounds(1024, 60, _UID, scratch), around.data_bytes)
        os.write(writer, json.dumps({"held": result.held, "refused": result.refused}).encode())
    finally:
        os._exit(0)
