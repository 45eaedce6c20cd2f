"""Runs a command where the kernel refuses one layer of isolation: `refusing.py LAYER COMMAND...`."""

from __future__ import annotations

import errno
import os
import platform
import struct
import sys

from nnlearn.runtime import linux

# The numbers of system calls on x86-64 and on AArch64.
CALLS = {
    "unshare": (272, 97),
    "mount": (165, 40),
    "setresuid": (117, 147),
    "capset": (126, 91),
    "landlock": (444, 444),
    "setrlimit": (160, 164),
    "prlimit": (302, 261),
    "prctl": (157, 167),
}
# What the first argument, or a bit of it, has to be for a call to be refused.
ANY = 0
SET_FILTER = 22
LAYERS = {
    "userns": [("unshare", linux.CLONE_NEWUSER)],
    "mountns": [("unshare", linux.CLONE_NEWNS)],
    "mount": [("mount", ANY)],
    "pidns": [("unshare", linux.CLONE_NEWPID)],
    "netns": [("unshare", linux.CLONE_NEWNET)],
    "ipcns": [("unshare", linux.CLONE_NEWIPC)],
    "namespaces": [("unshare", ANY)],
    "landlock": [("landlock", ANY)],
    "seccomp": [("prctl", SET_FILTER)],
    "rlimits": [("setrlimit", ANY), ("prlimit", ANY)],
    "uid": [("setresuid", ANY)],
    "capabilities": [("capset", ANY)],
    "mount and landlock": [("mount", ANY), ("landlock", ANY)],
}
LOAD, EQUAL, ANY_BIT, RETURN = 0x20, 0x15, 0x45, 0x06
NUMBER, FIRST_ARGUMENT, THIRD_ARGUMENT = 0, 16, 32
ALLOW, REFUSE = 0x7FFF0000, 0x00050000 | errno.EPERM


def program(layer: str) -> bytes:
    """The filter in classic BPF."""
    column = ("x86_64", "aarch64").index(platform.machine())
    code = []
    for name, bits in LAYERS[layer]:
        code.append((LOAD, 0, 0, NUMBER))
        if name == "prlimit":  # only where it sets something
            code += [
                (EQUAL, 0, 3, CALLS[name][column]),
                (LOAD, 0, 0, THIRD_ARGUMENT),
                (EQUAL, 1, 0, 0),
                (RETURN, 0, 0, REFUSE),
            ]
        elif bits == ANY:
            code += [(EQUAL, 0, 1, CALLS[name][column]), (RETURN, 0, 0, REFUSE)]
        else:
            code += [
                (EQUAL, 0, 3, CALLS[name][column]),
                (LOAD, 0, 0, FIRST_ARGUMENT),
                (EQUAL if name == "prctl" else ANY_BIT, 0, 1, bits),
                (RETURN, 0, 0, REFUSE),
            ]
    code.append((RETURN, 0, 0, ALLOW))
    return b"".join(struct.pack("HBBI", *instruction) for instruction in code)


def main() -> None:
    """Have the layer refused, in children too; run."""
    linux.forbid_new_privileges()
    linux.install_seccomp(program(sys.argv[1]))
    os.execv(sys.argv[2], sys.argv[2:])


if __name__ == "__main__":
    main()
