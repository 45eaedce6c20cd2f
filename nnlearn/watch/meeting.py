"""Where commands of other terminals meet the warm process of a watch, which has Keras imported already.

They meet at a socket without a file, which is gone with the process. Only on Linux: elsewhere nothing is
forked. Nothing here takes long to import.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import socket
import struct
from collections.abc import Mapping
from pathlib import Path

import nnlearn
from nnlearn.runtime.environment import WARM_ENVIRONMENT

LARGEST = 2**18
"""So many bytes an errand may have."""
STREAMS = 3
"""Standard input, output and error."""
PATIENCE_S = 2.0
"""So long either side waits for the other, which may be stopped."""
READY = b"ready"
"""What a command hears before it sends anything: its streams stay open with what nobody reads."""
_READ_AT_IMPORT = ("CUDA_", "KERAS_", "OMP_", "OPENBLAS_", "PYTHON", "TENSORFLOW_", "TF_", "XLA_")


def address_of(root: Path, environment: Mapping[str, str]) -> str:
    """Where somebody in this environment meets a process that can do their work: it is like their own.

    Args:
        root: The workspace.
        environment: The environment.
    """
    program = [str(root.resolve()), str(nnlearn.__file__), nnlearn.__version__, platform.python_version()]
    alike = {k: v for k, v in environment.items() if k.startswith(_READ_AT_IMPORT)}
    own = {k: v for k, v in alike.items() if k not in WARM_ENVIRONMENT}
    text = json.dumps([program, own], sort_keys=True)
    return f"\0nnlearn-{os.getuid()}-{hashlib.sha256(text.encode()).hexdigest()}"


def other_side(connection: socket.socket) -> tuple[int, int]:
    """The process at the other end, and whose it is."""
    known = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    process, user, _ = struct.unpack("3i", known)
    return process, user
