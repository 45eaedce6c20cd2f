"""Runs a command as in a container that may not make namespaces: `in_container.py COMMAND...`."""

import os
import platform
import struct
import sys

from nnlearn.runtime import linux

UNSHARE = {"x86_64": 272, "aarch64": 97}
LOAD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, ERROR = 0x7FFF0000, 0x00050000
NOT_PERMITTED = 1


def instruction(code, true, false, value):
    return struct.pack("HBBI", code, true, false, value)


linux.forbid_new_privileges()
linux.install_seccomp(
    instruction(LOAD, 0, 0, 0)
    + instruction(JUMP_IF_EQUAL, 0, 1, UNSHARE[platform.machine()])
    + instruction(RETURN, 0, 0, ERROR | NOT_PERMITTED)
    + instruction(RETURN, 0, 0, ALLOW)
)
os.execv(sys.argv[1], sys.argv[1:])
