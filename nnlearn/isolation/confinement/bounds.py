"""Around each learner's process, right after its fork: every layer that the zygote's own do not make."""

from __future__ import annotations

import os
import resource
import signal
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from nnlearn.isolation.confinement.enclosure import Enclosure
from nnlearn.isolation.confinement.root import (
    DEVICES,
    OWN_NAME,
    SCRATCH,
    SCRATCH_MB,
    mount_scratch,
    readable_by_others,
)
from nnlearn.isolation.confinement.seccomp import filter_system_calls
from nnlearn.runtime import linux

_MB = 2**20
_PROCESSES = 256  # threads count too, and TensorFlow starts some for every core
_OPEN_FILES = 256
_NETWORK_OF_LANDLOCK = 0b11  # bind and connect TCP
_SCOPES_OF_LANDLOCK = 0b11  # abstract sockets and signals


@dataclass(frozen=True)
class Bounds:
    """What one learner's process gets.

    Attributes:
        memory_mb: Memory on top of what the zygote's libraries take.
        cpu_seconds: Processor time, all threads together.
        uid: The user it becomes where the zygote runs as root.
        scratch: A folder of its own, or "" where it gets a private file system.
    """

    memory_mb: int
    cpu_seconds: int
    uid: int
    scratch: str = ""


def confine(enclosure: Enclosure, bounds: Bounds, data_bytes: int) -> Enclosure:
    """Close every layer around this process, which is about to run a learner's code.

    Args:
        enclosure: What holds around the zygote.
        bounds: What this process may use.
        data_bytes: The size of the zygote's data, which the limit on memory comes on top of.

    Returns:
        All layers that hold around this process.

    Raises:
        OSError: It cannot be kept apart from the processes of other submissions.
    """
    around = Enclosure(list(enclosure.held), dict(enclosure.refused))
    scratch = bounds.scratch or SCRATCH
    root = enclosure.becomes_others
    owner, group = (bounds.uid, bounds.uid) if root else (os.geteuid(), os.getegid())
    steps: list[tuple[str, Callable[[], None]]] = [
        ("session", _new_session),
        ("ipcns", lambda: linux.unshare(linux.CLONE_NEWIPC)),
        ("mountns", lambda: mount_scratch(SCRATCH, owner, group)),
        ("no_new_privs", linux.forbid_new_privileges),
        ("landlock", lambda: _landlock_files(enclosure.readable, scratch)),
        ("landlock_net", _landlock_network),
        ("uid", lambda: _become(bounds.uid, "mountns" in around.held)),
        ("capabilities", linux.drop_capabilities),
        ("rlimits", lambda: _limit(bounds, data_bytes)),
        ("seccomp", filter_system_calls),
    ]
    for name, step in steps:
        if name in ("ipcns", "mountns"):
            if name not in enclosure.held:
                continue
            around.held.remove(name)
        if name == "uid" and not root:
            continue  # an ordinary user has nothing to drop, and the only user there is cannot
        with around.layer(name):
            step()
        if name == "mountns" and name in around.refused:
            # Without it this process would share a folder with those before it and after it.
            raise OSError(f"no disk of its own: {around.refused[name]}")
        if name == "uid" and name in around.refused:
            os.chown(scratch, 0, 0)  # it was made for that user; root without capabilities cannot enter it
    linux.forbid_dumps()
    linux.die_with_parent(signal.SIGKILL)  # a change of user has cleared it
    os.chdir(scratch)
    os.environ.update(HOME=scratch, TMPDIR=scratch)
    tempfile.tempdir = None  # where the zygote found a place for files, its forks may not write
    return around


def _new_session() -> None:
    if os.getsid(0) != os.getpid():
        os.setsid()


def _landlock_files(readable: Iterable[Path], scratch: str) -> None:
    import landlock  # only graders have it installed

    access = landlock.FSAccess
    rules = landlock.Ruleset()
    try:
        for path in readable:
            reading = access.READ_FILE | access.EXECUTE
            rules.allow(path, rules=reading | access.READ_DIR if path.is_dir() else reading)
        rules.allow(OWN_NAME, rules=access.READ_FILE)
        present = [device for device in DEVICES if Path(device).exists()]
        rules.allow(*present, rules=access.READ_FILE | access.WRITE_FILE)
        unwanted = access.EXECUTE | access.MAKE_CHAR | access.MAKE_BLOCK
        rules.allow(scratch, rules=access.all() & ~unwanted)
        rules.apply()
    finally:
        os.close(rules._fd)


def _landlock_network() -> None:
    try:
        linux.landlock_restrict(_NETWORK_OF_LANDLOCK, _SCOPES_OF_LANDLOCK)
    except OSError:
        linux.landlock_restrict(_NETWORK_OF_LANDLOCK, 0)  # kernels before 6.12 have no scopes


def _become(uid: int, in_private_root: bool) -> None:
    if not in_private_root and not all(readable_by_others(Path(p)) for p in (sys.base_prefix, sys.prefix)):
        raise OSError(f"Python at {sys.prefix} is not readable by other users")
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)


def _limit(bounds: Bounds, data_bytes: int) -> None:
    for kind, value in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, bounds.cpu_seconds),
        (resource.RLIMIT_DATA, data_bytes + bounds.memory_mb * _MB),
        (resource.RLIMIT_FSIZE, SCRATCH_MB * _MB),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_NPROC, _PROCESSES),
        (resource.RLIMIT_MSGQUEUE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
    ):
        hard = resource.getrlimit(kind)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (value, value))
