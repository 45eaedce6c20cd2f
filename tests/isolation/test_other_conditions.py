"""Grading without root, and without namespaces: the same tests once more."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

UID = 65534
SECONDS = 1800  # not for ever
HERE = Path(__file__).parent


@pytest.mark.skipif(os.geteuid() != 0, reason="the other tests run as an ordinary user already")
def test_confinement_holds_for_an_ordinary_user(folder_for_anybody):
    """Root enters a mount namespace where Python is readable, then becomes somebody else."""
    run = subprocess.run(
        [
            *(sys.executable, str(HERE / "as_user.py"), str(UID), sys.executable, "-m", "pytest"),
            *("-v", "-p", "no:cacheprovider", f"--basetemp={folder_for_anybody}/tests"),
            *(str(HERE / f"test_{name}.py") for name in ("confinement", "bounds", "zygote", "fresh")),
            *("-k", "not doctor and (test_confinement or test_bounds or lent or test_fresh)"),
        ],
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    if run.returncode == 77:
        pytest.skip(run.stderr.strip())
    assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-2000:]


def test_zygotes_without_namespaces():
    """Many containers allow none: no private file system, and nothing dies with a PID namespace."""
    run = subprocess.run(
        [
            *(sys.executable, str(HERE / "without_namespaces.py"), sys.executable, "-m", "pytest"),
            *("-v", "-p", "no:cacheprovider", str(HERE / "test_zygote.py")),
            *("-k", "not everything and not own"),
        ],
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-2000:]
