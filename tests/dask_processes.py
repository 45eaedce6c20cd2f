"""A scheduler and workers of Dask as processes of their own, and a class for them to grade."""

import contextlib
import json
import os
import re
import subprocess
import sys

import psutil
from patience import PATIENCE_S, comes_true
from toy_course import REFERENCE

DASK = [sys.executable, "-m", "dask"]
# Looks for what a node has unpacked, and for the scheduler that would run what it is told.
SPY = """
import glob, os, socket
found = [path for path in glob.glob("{folder}/**", recursive=True) if "check" in path or "solution" in path]
for path in ("{folder}", "{inside}"):
    try:
        found += os.listdir(path)
    except OSError:
        pass
try:
    socket.create_connection(("127.0.0.1", {port}), timeout=2)
    found.append("the scheduler")
except OSError:
    pass
print("found:", found)
"""
SLOW = "import time\ntime.sleep(1.5)\n"
CLASS = {
    "ada.py": REFERENCE,
    "bo.py": REFERENCE.replace("axis=axis, keepdims=True)\n\n\nclass", "axis=0, keepdims=True)\n\n\nclass"),
    "cy.py": REFERENCE.replace("return x * self.factor", "import os; os._exit(3)"),
    "di.py": "raise ValueError('no')\n" + REFERENCE,
    "ed.ipynb": "{",
    **{f"slow{number}.py": SLOW + REFERENCE for number in range(6)},
}


class Dask:
    """Processes of Dask: one scheduler at a time, and workers that come and go.

    Args:
        folder: Where they keep their things and say what they do; its path is short enough for sockets.
    """

    def __init__(self, folder):
        self.temporary = folder / "tmp"
        self.temporary.mkdir()
        self._folder = folder
        self._started = []
        self.scheduler = None
        self.address = ""

    def start_scheduler(self, *arguments):
        """Start one, and wait until it listens."""
        file = self._folder / f"scheduler{len(self._started)}.json"
        where = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file)]
        self.scheduler = self._start([*DASK, "scheduler", *where, *arguments])
        assert comes_true(file.exists)
        self.address = json.loads(file.read_text())["address"]
        return self.address

    def start_worker(self, *arguments, around=(), **environment):
        """Start one with one slot, without the nanny that would start another when it is killed."""
        where = ["--no-nanny", "--nthreads", "1", "--no-dashboard", "--memory-limit", "0"]
        command = [*around, *DASK, "worker", self.address, *where, *arguments]
        return self._start(command, **environment)

    def until_workers(self, number):
        """Wait until the scheduler has said that so many workers are there."""
        said = self._folder / "said0"
        assert comes_true(lambda: said.read_text().count("Register worker") >= number)

    def nodes(self):
        """All processes of nodes that live, whoever their parents are: each has to do with a folder here."""
        others = {os.getpid(), *(process.pid for process in self._started)}
        return [
            process for process in psutil.process_iter() if process.pid not in others and self._is_in(process)
        ]

    def nothing_is_left(self):
        """Whether no node, and no file of one, is there any more."""
        return not list(self.temporary.iterdir()) and not self.nodes()

    def end(self):
        """Kill what is there, and all that it has started."""
        for process in (*self._started, *self.nodes()):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        for process in self._started:
            process.wait(PATIENCE_S)

    def _is_in(self, process):
        try:
            about = [process.cwd(), *process.cmdline(), process.environ().get("TMPDIR", "")]
        except psutil.Error:  # it has ended
            return False
        return any(str(self.temporary) in text for text in about)

    def _start(self, command, **environment):
        said = (self._folder / f"said{len(self._started)}").open("w")
        scratch = self._folder / "scratch"  # Dask's own; it is not ours to clear up
        environment = {
            **os.environ,
            "TMPDIR": str(self.temporary),
            "DASK_TEMPORARY_DIRECTORY": str(scratch),
            **environment,
        }
        with said:
            process = psutil.Popen(command, cwd=self._folder, stdout=said, stderr=said, env=environment)
        self._started.append(process)
        return process


def request(content, handed_in, *arguments):
    """The command that grades the class."""
    return [
        *[sys.executable, "-m", "nnlearn", "grade", str(handed_in), "--topic", "toy"],
        *["--content", str(content), "--seed", "3", "--json", "out.json", *map(str, arguments)],
    ]


def graded(content, handed_in, folder, *arguments):
    """Grade the class to the end."""
    command = request(content, handed_in, *arguments)
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )


def without_times(folder):
    """The report that was written, but for how long things took."""
    return re.sub(r'"seconds": [\d.e-]+', '"seconds": 0', (folder / "out.json").read_text())
