"""The stages of confinement: around the zygote, around each fork that is another zygote, around a learner.

Nothing here imports more than the standard library: a user namespace can only be entered by a process that
has started no thread.
"""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from nnlearn.learner.confinement import linux
from nnlearn.learner.confinement.root import (
    DEVICES,
    OWN_NAME,
    SCRATCH,
    enter_private_root,
    library_paths,
    readable_by_others,
)
from nnlearn.learner.confinement.seccomp import filter_system_calls

_INNER_ID = 60000
_NAMESPACES = {
    "userns": linux.CLONE_NEWUSER,
    "netns": linux.CLONE_NEWNET,
    "ipcns": linux.CLONE_NEWIPC,
    "mountns": linux.CLONE_NEWNS,
    "pidns": linux.CLONE_NEWPID,
}
_MB = 2**20
_SCRATCH_MB = 128
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


@dataclass
class Enclosure:
    """What is known about the layers around this process.

    Attributes:
        held: Names of the layers that hold.
        refused: For each layer that does not hold, why.
        readable: Files and folders that Python needs, looked up once because that takes milliseconds.
        proc: Descriptor of `/proc`, which lies outside the private root.
        own_pids: Descriptor of this process' PID namespace, or -1.
    """

    held: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    readable: tuple[Path, ...] = ()
    proc: int = -1
    own_pids: int = -1

    @contextlib.contextmanager
    def layer(self, name: str) -> Iterator[None]:
        """Record `name` as held unless the kernel refuses what the block asks for."""
        try:
            yield
        except (OSError, ImportError, ValueError) as error:
            self.refused[name] = str(error)
        else:
            self.held.append(name)

    @property
    def data_bytes(self) -> int:
        """The size of this process' data, as `RLIMIT_DATA` counts it."""
        return int(self.read_own("statm").split()[5]) * resource.getpagesize()

    def read_own(self, name: str) -> str:
        """A file that `/proc` has about this process."""
        with os.fdopen(self._own(name, os.O_RDONLY), encoding="utf-8") as file:
            return file.read()

    def write_own(self, name: str, text: str) -> None:
        """Write to a file that `/proc` has about this process."""
        with os.fdopen(self._own(name, os.O_WRONLY), "w", encoding="utf-8") as file:
            file.write(text)

    def remember_pids(self) -> None:
        """Keep a way back into this process' PID namespace."""
        self.own_pids = self._own("ns/pid", os.O_RDONLY)

    def _own(self, name: str, flags: int) -> int:
        return os.open(f"thread-self/{name}", flags, dir_fd=self.proc)


def enclose(empty: Path) -> Enclosure:
    """Move this process into namespaces of its own and a private root, as far as the kernel allows.

    Forks: the process that called stays outside, waits, removes `empty` and ends as the inner one does.

    Args:
        empty: An empty folder.
    """
    enclosure = Enclosure(proc=os.open("/proc", os.O_PATH | os.O_DIRECTORY))
    names = list(_NAMESPACES)
    if os.geteuid() == 0 and _may_unshare():
        names.remove("userns")
    beside = os.open(empty.parent, os.O_PATH | os.O_DIRECTORY)  # whatever becomes of the root
    if inner := _enter(enclosure, names):
        _follow(inner, lambda: shutil.rmtree(empty.name, ignore_errors=True, dir_fd=beside), beside)
    os.close(beside)
    if "mountns" in enclosure.held:
        enclosure.held.remove("mountns")
        with enclosure.layer("mountns"):
            enter_private_root(empty)
    enclosure.readable = library_paths()
    return enclosure


def enclose_again(around: Enclosure) -> Enclosure:
    """Move this process, a fork of the enclosed one, into namespaces within those of its parent.

    What is counted for each user and each namespace is then counted for this process and its forks alone, and
    theirs can meet nobody else's. Forks, as `enclose` does.

    Args:
        around: What holds around the parent.

    Raises:
        OSError: A namespace that the parent has is not to be had again.
    """
    enclosure = Enclosure(list(around.held), dict(around.refused), around.readable, around.proc)
    again = Enclosure(proc=around.proc)
    if inner := _enter(again, [name for name in ("userns", "netns", "pidns") if name in around.held]):
        _follow(inner)
    if again.refused:
        raise OSError(f"namespaces are not to be had again: {again.refused}")
    if around.own_pids >= 0:
        os.close(around.own_pids)
    enclosure.own_pids = again.own_pids
    return enclosure


def _enter(enclosure: Enclosure, names: Iterable[str]) -> int:
    """Enter new namespaces and fork: 0 in the process inside, its number in the one that stays outside."""
    for name in names:
        with enclosure.layer(name):
            if name == "userns":
                _enter_user_namespace(enclosure)
            else:
                linux.unshare(_NAMESPACES[name])
    inner = os.fork()
    if inner:
        return inner
    linux.die_with_parent(signal.SIGKILL)
    if "pidns" in enclosure.held:
        enclosure.remember_pids()
    else:
        linux.adopt_orphans()
    return 0


def _may_unshare() -> bool:
    """Whether this process may make namespaces without a user namespace around them."""
    child = os.fork()
    if child == 0:
        with contextlib.suppress(OSError):
            linux.unshare(linux.CLONE_NEWNS)
            os._exit(0)
        os._exit(1)
    return os.waitpid(child, 0)[1] == 0


def _enter_user_namespace(enclosure: Enclosure) -> None:
    uid, gid = os.geteuid(), os.getegid()
    linux.unshare(linux.CLONE_NEWUSER)
    enclosure.write_own("setgroups", "deny")
    enclosure.write_own("uid_map", f"{_INNER_ID} {uid} 1")
    enclosure.write_own("gid_map", f"{_INNER_ID} {gid} 1")


def _follow(inner: int, at_the_end: Callable[[], None] = lambda: None, keep: int = 2) -> NoReturn:
    """Hold nothing but the descriptor `keep`, wait for the inner process and end as it did."""
    os.closerange(3, keep)
    os.closerange(keep + 1, os.sysconf("SC_OPEN_MAX"))
    _, status = os.waitpid(inner, 0)
    at_the_end()
    code = os.waitstatus_to_exitcode(status)
    if code < 0:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.kill(os.getpid(), -code)
    os._exit(code & 0xFF)


def confine(enclosure: Enclosure, bounds: Bounds, data_bytes: int) -> Enclosure:
    """Close every layer around this process, which is about to run a learner's code.

    Args:
        enclosure: What holds around the zygote.
        bounds: What this process may use.
        data_bytes: The size of the zygote's data, which the limit on memory comes on top of.

    Returns:
        All layers that hold around this process.
    """
    around = Enclosure(list(enclosure.held), dict(enclosure.refused))
    scratch = bounds.scratch or SCRATCH
    root = os.geteuid() == 0
    steps: list[tuple[str, Callable[[], None]]] = [
        ("session", _new_session),
        ("ipcns", lambda: linux.unshare(linux.CLONE_NEWIPC)),
        ("mountns", lambda: _private_scratch(bounds)),
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
            continue  # an ordinary user has nothing to drop
        with around.layer(name):
            step()
        if name == "uid" and name in around.refused and bounds.scratch:
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


def _private_scratch(bounds: Bounds) -> None:
    linux.unshare(linux.CLONE_NEWNS)
    owner = bounds.uid if os.geteuid() == 0 else os.geteuid()
    group = bounds.uid if os.geteuid() == 0 else os.getegid()
    options = f"mode=700,size={_SCRATCH_MB}m,nr_inodes=4096,uid={owner},gid={group}"
    flags = linux.MS_NOSUID | linux.MS_NODEV | linux.MS_NOEXEC
    linux.mount("scratch", SCRATCH, "tmpfs", flags, options)


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
        (resource.RLIMIT_FSIZE, _SCRATCH_MB * _MB),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_NPROC, _PROCESSES),
        (resource.RLIMIT_MSGQUEUE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
    ):
        hard = resource.getrlimit(kind)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (value, value))
