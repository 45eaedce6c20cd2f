"""What `nnlearn doctor` finds out beyond versions: does Keras start, are saves noticed, is Jupyter there?"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from nnlearn.errors import NnlearnError
from nnlearn.workspace.workspace import FOLDER, Workspace, find_workspace


@dataclass(frozen=True)
class Finding:
    """One thing nnlearn needs.

    Attributes:
        name: What it is.
        found: Its version or value, or an empty string if it is not there.
        mend: The command that puts it right, or an empty string if it is right.
        wrong: What is wrong with it, or an empty string.
        optional: Whether nnlearn works without it.
    """

    name: str
    found: str
    wrong: str = ""
    mend: str = ""
    optional: bool = False


_NOTEBOOK = 'python -m pip install "nnlearn[notebook]"'
_START = "import keras; print(float(keras.ops.sum(keras.ops.ones((2, 3)))))"
_PATIENCE_S = 120
_WAIT_MS = 400


def keras_starts() -> Finding:
    """Whether Keras can be imported and can add numbers; takes seconds."""
    begun = time.monotonic()
    try:
        done = subprocess.run(  # noqa: S603 - this very Python
            [sys.executable, "-c", _START], capture_output=True, text=True, timeout=_PATIENCE_S, check=False
        )
    except subprocess.TimeoutExpired:
        return Finding("keras starts", "", f"not within {_PATIENCE_S} seconds", "close other programs")
    seconds = time.monotonic() - begun
    if done.returncode == 0 and done.stdout.strip().endswith("6.0"):
        return Finding("keras starts", f"in {seconds:.1f} s")
    said = (done.stderr.strip().splitlines() or [f"it ended with {done.returncode}"])[-1]
    return Finding("keras starts", "", said, "python -m pip install --force-reinstall tensorflow keras")


def surroundings() -> Iterator[Finding]:
    """The workspace, how saved files are noticed, and Jupyter."""
    try:
        workspace = find_workspace()
        yield _workspace(workspace)
    except NnlearnError as error:
        workspace = None
        yield Finding("workspace", "", error.problem, error.next_step, optional=True)
    yield _file_events(workspace)
    yield _jupyter("jupyterlab", "JupyterLab, for notebooks")
    yield _jupyter("ipykernel", "the kernel that notebooks run in")


def _workspace(workspace: Workspace | None) -> Finding:
    if workspace is None:
        return Finding("workspace", "", "this folder is in none", "nnlearn init", optional=True)
    _ = workspace.catalogue  # raises what is wrong with it
    waiting = [name for name in workspace.written if ".new" in name and (workspace.root / name).exists()]
    if waiting:
        return Finding(
            "workspace",
            str(workspace.root),
            f"a new version waits beside your file: {', '.join(waiting)}",
            "take from it what you need, then delete it",
            optional=True,
        )
    return Finding("workspace", str(workspace.root), optional=True)


def _file_events(workspace: Workspace | None) -> Finding:
    """Whether a saved file is noticed at once; where it is not, the watch looks again and again."""
    try:
        found = version("watchfiles")
    except PackageNotFoundError:
        return Finding(
            "file watching", "", "not installed", "python -m pip install watchfiles", optional=True
        )
    if workspace is None:
        return Finding("file watching", f"watchfiles {found}", optional=True)
    if _event_arrives(workspace.root / FOLDER):
        return Finding("file watching", f"watchfiles {found}, saves are noticed at once", optional=True)
    return Finding(
        "file watching",
        f"watchfiles {found}, by looking again and again",
        "this disk tells nothing about saved files",
        "keep the workspace on a disk of this machine",
        optional=True,
    )


def _event_arrives(folder: Path) -> bool:
    """Save a file, and see whether the system says so."""
    from watchfiles import watch

    probe = folder / "probe.lock"
    timer = threading.Timer(0.03, lambda: probe.write_text("saved"))
    changes = watch(folder, debounce=20, step=10, rust_timeout=_WAIT_MS, yield_on_timeout=True)
    try:
        timer.start()
        return any(Path(name).name == probe.name for _, name in next(changes, ()))
    except OSError:
        return False
    finally:
        timer.join()
        changes.close()
        probe.unlink(missing_ok=True)


def _jupyter(package: str, what: str) -> Finding:
    if importlib.util.find_spec(package) is None:
        return Finding(package, "", f"not installed: {what}", _NOTEBOOK, optional=True)
    return Finding(package, version(package), optional=True)
