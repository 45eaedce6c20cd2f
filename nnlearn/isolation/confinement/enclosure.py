"""Around the zygote: namespaces of its own and a private root; within those, around each fork that it lends.

Nothing here imports more than the standard library: a user namespace can only be entered by a process that
has started no thread.
"""

from __future__ import annotations

import contextlib
import os
import resource
import select
import shutil
import signal
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NoReturn

from nnlearn.isolation.confinement.root import enter_private_root, library_paths, require_private_scratch
from nnlearn.runtime import linux

FIRST_USER, USERS = 60000, 1000
"""Whom learners' processes become where root starts them."""
_INNER_ID = 60000
_NAMESPACES = {
    "userns": linux.CLONE_NEWUSER,
    "netns": linux.CLONE_NEWNET,
    "ipcns": linux.CLONE_NEWIPC,
    "mountns": linux.CLONE_NEWNS,
    "pidns": linux.CLONE_NEWPID,
}


@dataclass
class Enclosure:
    """What is known about the layers around this process.

    Attributes:
        held: Names of the layers that hold.
        refused: For each layer that does not hold, why.
        readable: Files and folders that Python needs, looked up once because that takes milliseconds.
        proc: Descriptor of `/proc`, which lies outside the private root.
        own_pids: Descriptor of this process' PID namespace, or -1.
        becomes_others: Whether learners' processes can be users of their own.
    """

    held: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    readable: tuple[Path, ...] = ()
    proc: int = -1
    own_pids: int = -1
    becomes_others: bool = False

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

    def end_children(self, but: Collection[int] = ()) -> None:
        """Kill the children of this process, those that it has adopted too, except for `but`."""
        with contextlib.suppress(OSError):
            while others := {int(pid) for pid in self.read_own("children").split()} - {*but}:
                for other in others:
                    os.kill(other, signal.SIGKILL)
                    os.waitpid(other, 0)

    def _own(self, name: str, flags: int) -> int:
        return os.open(f"thread-self/{name}", flags, dir_fd=self.proc)


def enclose(empty: Path, control: int) -> Enclosure:
    """Move this process into namespaces of its own and a private root, as far as the kernel allows.

    Forks: the process that called stays outside, waits, removes `empty` and ends as the inner one does. It
    ends the inner one, whatever runs in there, when nobody holds the other end of `control` any more.

    Args:
        empty: An empty folder.
        control: Descriptor of the socket or pipe to those whom the inner process serves.
    """
    enclosure = Enclosure(proc=os.open("/proc", os.O_PATH | os.O_DIRECTORY))
    names = list(_NAMESPACES)
    enclosure.becomes_others = _has_other_users(enclosure)
    if enclosure.becomes_others and _may_unshare():
        names.remove("userns")
    beside = os.open(empty.parent, os.O_PATH | os.O_DIRECTORY)  # whatever becomes of the root
    if inner := _enter(enclosure, names):
        _follow(
            inner,
            enclosure,
            control,
            lambda: shutil.rmtree(empty.name, ignore_errors=True, dir_fd=beside),
            beside,
        )
    os.close(beside)
    if "mountns" in enclosure.held:
        enclosure.held.remove("mountns")
        with enclosure.layer("mountns"):
            require_private_scratch(empty)
            enter_private_root(empty)
    enclosure.becomes_others &= "userns" not in enclosure.held
    enclosure.readable = library_paths()
    return enclosure


def enclose_again(around: Enclosure, control: int) -> Enclosure:
    """Move this process, a fork of the enclosed one, into namespaces within those of its parent.

    What is counted for each user and each namespace is then counted for this process and its forks alone, and
    theirs can meet nobody else's. Forks, as `enclose` does.

    Args:
        around: What holds around the parent.
        control: Descriptor of the socket to the one whom the inner process serves.

    Raises:
        OSError: A namespace that the parent has is not to be had again.
    """
    enclosure = replace(around, held=list(around.held), refused=dict(around.refused), own_pids=-1)
    again = Enclosure(proc=around.proc)
    if inner := _enter(again, [name for name in ("userns", "netns", "pidns") if name in around.held]):
        _follow(inner, enclosure, control)
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


def _has_other_users(enclosure: Enclosure) -> bool:
    """Whether this process is a root that can become any of the users that learners' processes are.

    In a container without privileges root is often the one user there is.
    """
    if os.geteuid() != 0 or enclosure.read_own("setgroups").strip() == "deny":
        return False
    return all(_maps(enclosure.read_own(name)) for name in ("uid_map", "gid_map"))


def _maps(ids: str) -> bool:
    """Whether a table of ids, as `/proc` has it, holds all those of learners."""
    ranges = [(int(first), int(count)) for first, _, count in map(str.split, ids.splitlines())]
    return any(first <= FIRST_USER and first + count >= FIRST_USER + USERS for first, count in ranges)


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


def _follow(
    inner: int,
    enclosure: Enclosure,
    control: int,
    at_the_end: Callable[[], None] = lambda: None,
    *keep: int,
) -> NoReturn:
    """Wait until the inner process ends or `control` is closed at the other end; end all, as that one did.

    Holds nothing but `/proc`, `control` and the descriptors `keep`.
    """
    linux.adopt_orphans()
    kept = sorted({2, enclosure.proc, control, *keep})
    for below, above in zip(kept, [*kept[1:], os.sysconf("SC_OPEN_MAX")], strict=True):
        os.closerange(below + 1, above)
    poll = select.poll()
    poll.register(os.pidfd_open(inner), select.POLLIN)
    poll.register(control, 0)
    poll.poll()
    os.kill(inner, signal.SIGKILL)  # changes nothing if it has ended
    _, status = os.waitpid(inner, 0)
    enclosure.end_children()
    at_the_end()
    code = os.waitstatus_to_exitcode(status)
    if code < 0:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.kill(os.getpid(), -code)
    os._exit(code & 0xFF)
