"""Asks the watch of a workspace to run a command that needs Keras, and waits until it has."""

from __future__ import annotations

import json
import os
import socket
import sys
from pathlib import Path

from nnlearn.watch.meeting import LARGEST, PATIENCE_S, READY, STREAMS, address_of, other_side
from nnlearn.workspace.workspace import find_workspace


def run_by_the_watch() -> int | None:
    """Have this very command run where Keras is there already, on the streams that it has here.

    Returns:
        Its exit code; None where no watch of the workspace takes it on, or where it has not come to an end of
        its own there: then nothing is known of how it went.
    """
    if sys.platform != "linux" or (workspace := find_workspace()) is None:
        return None
    environment = dict(os.environ)
    errand = {  # as `messages.Errand` is written, which takes longer to import
        "type": "errand",
        "arguments": sys.argv,
        "original": sys.orig_argv,
        "folder": str(Path.cwd()),
        "environment": environment,
    }
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as connection:
        try:
            connection.settimeout(PATIENCE_S)
            connection.connect(address_of(workspace.root, environment))
            process, user = other_side(connection)
            if user != os.getuid() or process == os.getppid():  # this is where the watch has it run
                return None
            if connection.recv(LARGEST) != READY:
                return None
            connection.settimeout(None)
            socket.send_fds(connection, [f"{json.dumps(errand)}\n".encode()], range(STREAMS))
            code = connection.recv(LARGEST)
        except OSError:
            return None
    return int(code) if code.isdigit() else None
