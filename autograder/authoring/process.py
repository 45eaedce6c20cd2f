"""Fresh Python processes: a module of this package in one, or many small jobs over several."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing.context import SpawnContext, SpawnProcess
from pathlib import Path

from autograder.engine.parent import end_with_parent
from nnlearn.runtime.environment import TENSORFLOW_ENVIRONMENT
from nnlearn.runtime.interruptions import left_to_this_process

_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Done:
    """How a process ended: its exit status (None if it was stopped) and the end of its output."""

    returncode: int | None
    last_words: str

    def how_it_ended(self, seconds: int) -> str:
        """The end in words."""
        if self.returncode is None:
            return f"took more than {seconds} s"
        return f"ended with exit status {self.returncode}"


def run_module(module: str, arguments: Sequence[str], seconds: int) -> Done:
    """Run `python -m module arguments...`, quietly, on the CPU, for at most `seconds`."""
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(path for path in (str(_ROOT), os.environ.get("PYTHONPATH")) if path),
        "PYTHONHASHSEED": "0",
        "PYTHONIOENCODING": "utf-8",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "KERAS_BACKEND": "tensorflow",
        "CUDA_VISIBLE_DEVICES": "-1",  # a GPU rounds differently
        "MPLBACKEND": "Agg",
    }
    try:
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-m", module, *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        return Done(None, _end(late.output))
    return Done(done.returncode, _end(done.stdout))


def _end(output: bytes | None) -> str:
    lines = (output or b"").decode("utf-8", "replace").rstrip().splitlines()
    return "\n".join(f"    {line}" for line in lines[-15:])


class _Spawned(SpawnProcess):
    """A fresh process that leaves the keyboard to the one that starts it."""

    def start(self) -> None:
        with left_to_this_process():
            super().start()


class _Fresh(SpawnContext):
    """Makes such processes; spawned, not forked: a TensorFlow that has run once hangs in its forks."""

    Process = _Spawned


def spawned(processes: int) -> ProcessPoolExecutor:
    """A pool of fresh processes, which compute as learners' do, and end with this one however it ends."""
    return ProcessPoolExecutor(processes, _Fresh(), initializer=_start)


def _start() -> None:
    os.environ.update(TENSORFLOW_ENVIRONMENT)
    end_with_parent()
