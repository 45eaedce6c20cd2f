"""Where Python and its libraries are, and a root directory that holds nothing else."""

from __future__ import annotations

import os
import site
import sys
from pathlib import Path

from nnlearn.runtime import linux

SCRATCH = "/scratch-of-nnlearn"  # in the private root, where Python itself may lie below /tmp
SCRATCH_MB = 128
DEVICES = ("/dev/null", "/dev/urandom", "/dev/random")  # a shared mapping of /dev/zero is uncounted memory
OWN_NAME = "/proc/self/cmdline"
_SYSTEM = (
    *("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache"),
    *("/etc/localtime", "/usr/share/zoneinfo"),
)
_OF_PREFIX = ("lib", "lib64", "bin", "pyvenv.cfg")


def library_paths() -> tuple[Path, ...]:
    """Files and folders that running Python code needs to read.

    Of each prefix only the parts that hold libraries count: a content tree may lie below `/usr/local`.
    Editable installs are not among them, so neither is the clone that they point into.
    """
    prefixes = {Path(p) for p in (sys.prefix, sys.base_prefix, sys.exec_prefix)}
    paths = {prefix / name for prefix in prefixes for name in _OF_PREFIX}
    paths |= {Path(path) for path in (*_SYSTEM, *site.getsitepackages())}
    paths |= {path.resolve() for path in paths}
    existing = sorted(path for path in paths if path.exists())
    return tuple(p for p in existing if not any(q != p and q in p.parents for q in existing))


def package_path() -> Path:
    """The folder of the package nnlearn itself: needed until everything is imported."""
    return Path(__file__).resolve().parents[2]


def readable_by_others(path: Path) -> bool:
    """Whether a user without privileges could open `path`."""
    return all(p.stat().st_mode & 0o005 == 0o005 for p in (path.resolve(), *path.resolve().parents))


def mount_scratch(place: str, uid: int, gid: int) -> None:
    """Mount an empty disk on `place` that nobody else sees, in a mount namespace of this process' own."""
    linux.unshare(linux.CLONE_NEWNS)
    options = f"mode=700,size={SCRATCH_MB}m,nr_inodes=4096,uid={uid},gid={gid}"
    linux.mount("scratch", place, "tmpfs", linux.MS_NOSUID | linux.MS_NODEV | linux.MS_NOEXEC, options)


def require_private_scratch(empty: Path) -> None:
    """Make sure, in a process that ends right after, that forks of this one can have a disk of their own.

    Raises:
        OSError: They cannot; then they need a folder each, outside of a private root.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            linux.mount("none", "/", flags=linux.MS_REC | linux.MS_PRIVATE)
            mount_scratch(str(empty), os.geteuid(), os.getegid())
        except OSError as error:
            os.write(writer, str(error).encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, encoding="utf-8") as answer:
        why_not = answer.read()
    os.waitpid(child, 0)
    if why_not:
        raise OSError(f"no disk for each submission: {why_not}")


def enter_private_root(empty: Path) -> None:
    """Give this process a root directory with libraries and three devices, all read-only.

    Args:
        empty: An empty folder; the new root is mounted on it for a moment.

    Raises:
        OSError: The kernel does not allow it; the old root is still in place.
    """
    linux.mount("none", "/", flags=linux.MS_REC | linux.MS_PRIVATE)
    linux.mount("nnlearn", str(empty), "tmpfs", linux.MS_NOSUID, "mode=755,size=1m")
    for path in (*library_paths(), package_path()):
        _show(path, empty)
    for device in DEVICES:
        target = empty / device.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch()
        linux.mount(device, str(target), flags=linux.MS_BIND)
    (empty / SCRATCH.lstrip("/")).mkdir()
    # TensorFlow ends the process if it cannot learn its own name; nothing else of /proc is needed.
    (empty / "proc/self").mkdir(parents=True)
    (empty / "proc/self/exe").symlink_to(Path("/proc/self/exe").readlink())
    (empty / OWN_NAME.lstrip("/")).write_bytes(Path(OWN_NAME).read_bytes())
    linux.enter_root(str(empty))


def _show(path: Path, root: Path) -> None:
    """Make `path` visible below `root`, at the same place and read-only."""
    target = root / str(path).lstrip("/")
    target.parent.mkdir(parents=True, exist_ok=True)
    if path.is_symlink() and path.resolve().is_dir() and path.parent == Path("/"):
        target.symlink_to(path.readlink())  # /lib -> usr/lib
        return
    if path.is_dir():
        target.mkdir(exist_ok=True)
    else:
        target.touch()
    linux.mount(str(path), str(target), flags=linux.MS_BIND | linux.MS_REC)
    linux.make_read_only(str(target))
