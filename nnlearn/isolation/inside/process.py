"""The learner's process: confines itself, then serves a host's replies over its socket.

It is a fork of the zygote; where a fork is not to be had, a process that was started as one and became this.
"""

from __future__ import annotations

import os
import resource
import socket
import sys
import types
from functools import cache
from typing import Any, NoReturn

from nnlearn.isolation.channel import Channel, ChannelClosedError
from nnlearn.isolation.confinement import Bounds, Enclosure, confine
from nnlearn.isolation.confinement.root import package_path
from nnlearn.isolation.processes import EXIT_OUT_OF_MEMORY
from nnlearn.isolation.wire import WireError
from nnlearn.runtime.streams import open_standard_streams

FOR_LESSONS = ("nnlearn.data", "nnlearn.figures", "nnlearn.lesson")
_SOCKET = 3  # what a learner's process holds: 0, 1, 2 and this


def run_learner(
    connection: int, output: int, enclosure: Enclosure, bounds: Bounds, data_bytes: int
) -> NoReturn:
    """Serve one submission and end the process; never returns.

    Args:
        connection: Descriptor of the socket to the grader.
        output: Descriptor of the pipe that takes what the learner's code prints.
        enclosure: What holds around the zygote.
        bounds: What this process may use.
        data_bytes: Size of the zygote's data.
    """
    status = 1
    try:
        _keep_only(connection, output)
        layers = confine(enclosure, bounds, data_bytes)
        channel = Channel(socket.socket(fileno=_SOCKET))
        held_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        channel.send(("ready", layers.held, held_kb / 1024))
        _serve(channel)
        status = 0
    except MemoryError:
        status = EXIT_OUT_OF_MEMORY
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(status)


def _keep_only(connection: int, output: int) -> None:
    """Rearrange descriptors so that this process holds its input, output and socket, nothing else."""
    nothing = os.open("/dev/null", os.O_RDONLY)
    high = [os.dup(descriptor) for descriptor in (nothing, output, output, connection)]
    for target, source in enumerate(high):
        os.dup2(source, target, inheritable=target != _SOCKET)
    os.closerange(_SOCKET + 1, os.sysconf("SC_OPEN_MAX"))
    open_standard_streams()


def _serve(channel: Channel) -> None:
    from nnlearn.host.host import Host
    from nnlearn.protocol.requests import Program, Rules

    try:
        name, cells, lists = channel.receive()
        rules = {part: Rules(*map(tuple, one)) for part, one in lists.items()}
        host = Host(Program(name, tuple(cells), rules))
        _forget_own_modules()
        while True:
            number, beginning, request = channel.receive()
            if beginning:
                host.handle(beginning)
            _answer(channel, number, host.handle(request))
    except ChannelClosedError:
        return


@cache  # by the zygote: for a fork the look at thousands of names, each on another page, takes 5 ms
def own_modules() -> tuple[str, ...]:
    """The names of all modules of nnlearn that are loaded, but for those that lessons import."""
    own = (name for name in sys.modules if name.split(".")[0] == "nnlearn")
    return tuple(name for name in own if name not in FOR_LESSONS)


def _forget_own_modules() -> None:
    """Keep nnlearn's modules, which watch the learner's code, from being found by their names."""
    for name in own_modules():
        del sys.modules[name]
    sys.modules["nnlearn"] = _stand_in()
    # Where a clone is installed as it stands, its folder cannot be read and need not be named.
    clone = str(package_path().parent)
    sys.path[:] = [path for path in sys.path if path != clone]


def _stand_in() -> types.ModuleType:
    """`nnlearn` as the learner's code finds it: what lessons import, and `check`, which does nothing here.

    A learner may have left a call of it in a cell; the file is being checked as it is. The function is made
    from text, so that its globals lead nowhere.
    """
    module = types.ModuleType("nnlearn")
    exec("def check(part, topic=None): pass", vars(module))  # noqa: S102 - the text above
    vars(module).update({name.rpartition(".")[2]: sys.modules[name] for name in FOR_LESSONS})
    return module


def _answer(channel: Channel, number: int, reply: tuple[Any, ...]) -> None:
    try:
        channel.send((number, reply))
    except (ChannelClosedError, MemoryError):
        raise
    except WireError as error:
        bases = ["builtins.ValueError", "builtins.Exception", "builtins.BaseException"]
        message = f"the value cannot be handed in: {error}"
        channel.send((number, ("raised", "ValueError", message, bases, [])))
