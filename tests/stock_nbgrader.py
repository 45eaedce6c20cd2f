"""Runs the command lines of nbgrader and nnlearn as they are, without importing nbgrader anew for each.

One process has imported them and runs nothing itself. Each command is a fork of it that does what
`python -m nbgrader ...` does from there on. The import takes longer than most commands.
"""

import importlib
import json
import os
import runpy
import subprocess
import sys
import tempfile
from pathlib import Path


class CommandLines:
    """A context in which `nbgrader` and `nnlearn` run commands; `home` is where Jupyter keeps its things."""

    def __init__(self, home):
        self.environment = {
            "HOME": str(home),
            "JUPYTER_CONFIG_DIR": str(home / "jupyter-config"),
            "JUPYTER_DATA_DIR": str(home / "jupyter-data"),
            "JUPYTER_RUNTIME_DIR": str(home / "jupyter-runtime"),
            "IPYTHONDIR": str(home / "ipython"),
            "COLUMNS": "100",
        }

    def __enter__(self):
        self._process = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **self.environment},
        )
        return self

    def __exit__(self, *error):
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()

    def nbgrader(self, *arguments, cwd, **environment):
        return self._run("nbgrader", arguments, cwd, environment)

    def nnlearn(self, *arguments, cwd, **environment):
        return self._run("nnlearn", arguments, cwd, environment)

    def _run(self, program, arguments, cwd, environment):
        words = [str(word) for word in arguments]
        with tempfile.TemporaryDirectory() as folder:
            request = {"argv": [program, *words], "cwd": str(cwd), "env": environment, "out": folder}
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
            code = int(self._process.stdout.readline())
            out, err = (Path(folder, name).read_text() for name in ("stdout", "stderr"))
        return subprocess.CompletedProcess([program, *words], code, out, err)


def serve():
    """Run commands from stdin, each in a fork, and say how each ended."""
    for module in ("nbgrader.apps.nbgraderapp", "nbgrader.server_extensions.formgrader", "nnlearn.cli"):
        importlib.import_module(module)
    while line := os.read(0, 65536):
        child = os.fork()
        if child == 0:
            become(json.loads(line))
            return
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201


def become(request):
    """Be the process that was asked for."""
    for number, name in ((1, "stdout"), (2, "stderr")):
        os.dup2(os.open(Path(request["out"], name), os.O_WRONLY | os.O_CREAT), number)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.environ.update(request["env"])
    os.chdir(request["cwd"])
    sys.path[0] = ""
    sys.argv = request["argv"]
    runpy.run_module(request["argv"][0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    serve()
