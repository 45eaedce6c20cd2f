"""The Linux system calls that Python 3.11 does not offer, and the constants they take.

Each function raises `OSError` with the kernel's reason when the kernel refuses.
"""

from __future__ import annotations

import ctypes
import os
import platform
import select

CLONE_NEWNS = 0x00020000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

MS_RDONLY = 0x1
MS_NOSUID = 0x2
MS_NODEV = 0x4
MS_NOEXEC = 0x8
MS_BIND = 0x1000
MS_REC = 0x4000
MS_PRIVATE = 0x40000
MNT_DETACH = 0x2

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_SECCOMP = 22
_PR_SET_CHILD_SUBREAPER = 36
_PR_SET_NO_NEW_PRIVS = 38
_MADV_COLLAPSE = 25
_AT_FDCWD = -100
_AT_RECURSIVE = 0x8000
_MOUNT_ATTR_RDONLY, _MOUNT_ATTR_NOSUID, _MOUNT_ATTR_NODEV = 0x1, 0x2, 0x4
_CAPABILITY_VERSION_3 = 0x20080522

# Numbers of calls that glibc does not wrap; those above 423 are the same on every architecture.
_SYS_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
_SYS_CAPSET = {"x86_64": 126, "aarch64": 91}
_SYS_MOUNT_SETATTR = 442
_SYS_LANDLOCK_CREATE_RULESET = 444
_SYS_LANDLOCK_RESTRICT_SELF = 446

_libc = ctypes.CDLL(None, use_errno=True)


def _checked(result: int, what: str) -> int:
    if result < 0:
        error = ctypes.get_errno()
        ctypes.set_errno(0)  # the landlock package mistakes an old error for a new one
        raise OSError(error, f"{what}: {os.strerror(error)}")
    return result


def _syscall(what: str, number: int, *arguments: object) -> int:
    as_long = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return _checked(_libc.syscall(ctypes.c_long(number), *as_long), what)


def _prctl(what: str, option: int, value: object, third: object = 0) -> None:
    arguments = [ctypes.c_ulong(a) if isinstance(a, int) else a for a in (value, third, 0, 0)]
    _checked(_libc.prctl(option, *arguments), what)


def unshare(flags: int) -> None:
    """Move this process (its future children, for `CLONE_NEWPID`) into new namespaces."""
    _checked(_libc.unshare(flags), "unshare")


def setns(descriptor: int, flags: int) -> None:
    """Move this process (its future children, for `CLONE_NEWPID`) into an existing namespace."""
    _checked(_libc.setns(descriptor, flags), "setns")


def mount(source: str, target: str, kind: str = "", flags: int = 0, options: str = "") -> None:
    """Mount `source` on `target`."""
    result = _libc.mount(
        source.encode(),
        target.encode(),
        kind.encode() or None,
        ctypes.c_ulong(flags),
        options.encode() or None,
    )
    _checked(result, f"mount {target}")


def make_read_only(path: str) -> None:
    """Make the mount at `path`, and those below it, read-only, without devices and set-uid programs."""
    attributes = (ctypes.c_uint64 * 4)(_MOUNT_ATTR_RDONLY | _MOUNT_ATTR_NOSUID | _MOUNT_ATTR_NODEV, 0, 0, 0)
    name = ctypes.c_char_p(path.encode())
    size = ctypes.sizeof(attributes)
    call = ("mount_setattr", _SYS_MOUNT_SETATTR, _AT_FDCWD, name, _AT_RECURSIVE)
    _syscall(*call, ctypes.byref(attributes), size)


def enter_root(path: str) -> None:
    """Make the mount at `path` the root directory and let go of the old one."""
    os.chdir(path)
    dot = ctypes.c_char_p(b".")
    _syscall("pivot_root", _SYS_PIVOT_ROOT[platform.machine()], dot, dot)
    _checked(_libc.umount2(b".", MNT_DETACH), "umount old root")
    os.chdir("/")


def die_with_parent(signal_number: int) -> None:
    """Have the kernel send `signal_number` when the parent ends."""
    _prctl("PR_SET_PDEATHSIG", _PR_SET_PDEATHSIG, signal_number)


def ends_within(pid: int, seconds: float) -> bool:
    """Wait for a child of this process to end, at most so long; whether it has. It is still to be reaped."""
    process = os.pidfd_open(pid)
    try:
        poll = select.poll()
        poll.register(process, select.POLLIN)
        return bool(poll.poll(seconds * 1000))
    finally:
        os.close(process)


def adopt_orphans() -> None:
    """Make descendants whose parents end children of this process."""
    _prctl("PR_SET_CHILD_SUBREAPER", _PR_SET_CHILD_SUBREAPER, 1)


def forbid_new_privileges() -> None:
    """Let no program that this process starts gain privileges."""
    _prctl("PR_SET_NO_NEW_PRIVS", _PR_SET_NO_NEW_PRIVS, 1)


def forbid_dumps() -> None:
    """Let no process of the same user trace this one or read its memory."""
    _prctl("PR_SET_DUMPABLE", _PR_SET_DUMPABLE, 0)


def drop_capabilities() -> None:
    """Give up every capability, inside a user namespace too."""
    head = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    none = (ctypes.c_uint32 * 6)()
    number = _SYS_CAPSET[platform.machine()]
    _syscall("capset", number, ctypes.byref(head), ctypes.byref(none))


def landlock_restrict(network: int, scopes: int) -> None:
    """Deny the given network operations, and signals and sockets across the given scopes, for good."""
    attributes = (ctypes.c_uint64 * 3)(0, network, scopes)
    size = ctypes.sizeof(attributes) if scopes else 16
    number = _SYS_LANDLOCK_CREATE_RULESET
    ruleset = _syscall("landlock_create_ruleset", number, ctypes.byref(attributes), size, 0)
    try:
        _syscall("landlock_restrict_self", _SYS_LANDLOCK_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


def tidy_heap() -> None:
    """Join the free pieces of the C library's heap, and return what is whole pages.

    Raises:
        AttributeError: The C library is not glibc.
    """
    _libc.malloc_trim(ctypes.c_size_t(0))


def use_huge_pages(start: int, size: int) -> None:
    """Move what is at this address, in multiples of a huge page, into huge pages."""
    result = _libc.madvise(ctypes.c_void_p(start), ctypes.c_size_t(size), _MADV_COLLAPSE)
    _checked(result, "madvise")


class _FilterProgram(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def install_seccomp(instructions: bytes) -> None:
    """Install a BPF program that judges every later system call of this process."""
    program = _FilterProgram(len(instructions) // 8, instructions)
    filter_mode = 2
    _prctl("PR_SET_SECCOMP", _PR_SET_SECCOMP, filter_mode, ctypes.byref(program))
