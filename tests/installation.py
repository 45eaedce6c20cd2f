"""nnlearn as somebody has it who has just installed it, from the wheel."""

import os
import subprocess
import sysconfig
import venv

from patience import PATIENCE_S


class Environment:
    """An environment of Python's that finds what nnlearn needs, and holds what is installed into it."""

    def __init__(self, root):
        venv.create(root, with_pip=False)
        self.bin = root / ("Scripts" if os.name == "nt" else "bin")
        [site] = root.rglob("site-packages")
        # Not nnlearn itself: a path that is named here is searched, and nothing in it installed.
        (site / "needed.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
        if os.name == "posix":  # what is found by its path has no commands in `bin`
            pytest = self.bin / "pytest"
            pytest.write_text(f'#!/bin/sh\nexec {self.bin / "python"} -m pytest "$@"\n')
            pytest.chmod(0o755)

    def variables(self, home):
        """The whole environment of a program that is run in it, by somebody who has nothing but a home.

        What they need is there, so that `pip` has to ask nobody.
        """
        path = os.pathsep.join((str(self.bin), os.defpath))
        return {"HOME": str(home), "PATH": path, "PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1"}

    def install(self, wheel):
        self._run("python", "-m", "pip", "install", wheel, cwd=wheel.parent, check=True)

    def run(self, *arguments, cwd):
        """Run `nnlearn`; the code it ended with, its output, and what it complained of."""
        done = self._run("nnlearn", *arguments, cwd=cwd, check=False)
        assert "Traceback" not in done.stdout + done.stderr
        return done.returncode, done.stdout, done.stderr

    def _run(self, program, *arguments, cwd, **options):
        return subprocess.run(
            [self.bin / program, *arguments],
            cwd=cwd,
            env=self.variables(cwd),
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            **options,
        )
