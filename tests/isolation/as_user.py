"""Runs a command as another user who can read this Python: `as_user.py UID COMMAND...`; root only.

Python may lie in a folder that only root can enter. In a mount namespace of its own this process covers
such folders by empty ones that everybody may enter, and shows only Python in them.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from nnlearn.runtime import linux

CANNOT = 77


def closed_folder(path: Path) -> Path | None:
    """The outermost folder on the way to `path` that only its owner may enter."""
    return next((p for p in reversed(path.parents) if not p.stat().st_mode & 0o001), None)


def open_way(path: Path) -> None:
    """Cover the closed folder above `path` and show `path` in it."""
    closed = closed_folder(path)
    if closed is None:
        return
    aside = Path("/mnt") if Path("/mnt").is_dir() else Path("/media")
    linux.mount(str(path), str(aside), flags=linux.MS_BIND | linux.MS_REC)
    linux.mount("cover", str(closed), "tmpfs", 0, "mode=755")
    path.mkdir(parents=True)
    linux.mount(str(aside), str(path), flags=linux.MS_BIND | linux.MS_REC)
    linux._checked(linux._libc.umount2(str(aside).encode(), linux.MNT_DETACH), "umount")


def main() -> None:
    """Open the way to Python, change user, run."""
    uid = int(sys.argv[1])
    try:
        linux.unshare(linux.CLONE_NEWNS)
        linux.mount("none", "/", flags=linux.MS_REC | linux.MS_PRIVATE)
        for path in (sys.base_prefix, sys.prefix):
            open_way(Path(path))
    except OSError as error:
        print(f"no way to show Python to another user: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(CANNOT)
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    environment = {"HOME": "/nonexistent", "PATH": "/usr/bin:/bin", "TF_CPP_MIN_LOG_LEVEL": "3"}
    os.execve(sys.argv[2], sys.argv[2:], environment)


if __name__ == "__main__":
    main()
