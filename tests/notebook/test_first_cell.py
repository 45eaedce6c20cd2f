"""Where nnlearn is missing, as in Colab, a notebook's first cell installs it: in a real kernel without it."""

from __future__ import annotations

import json
import site
import subprocess
import sys
import venv
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from patience import PATIENCE_S

from nnlearn.catalogue import load_catalogue


@pytest.fixture
def bare_kernel(tmp_path: Path, wheel: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The Python of a kernel that has all that nnlearn needs, but not nnlearn; pip finds the wheel alone."""
    home = tmp_path / "bare"
    venv.create(home, with_pip=True, symlinks=True)
    python = home / "bin" / "python"
    [packages] = home.glob("lib/python*/site-packages")
    for package in Path(site.getsitepackages()[0]).iterdir():
        if "nnlearn" not in package.name and not (packages / package.name).exists():
            (packages / package.name).symlink_to(package)
    spec = tmp_path / "jupyter" / "kernels" / "bare"
    spec.mkdir(parents=True)
    command = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    (spec / "kernel.json").write_text(
        json.dumps({"argv": command, "display_name": "bare", "language": "python"})
    )
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    for name, value in {"NO_INDEX": "1", "FIND_LINKS": str(wheel.parent), "NO_DEPS": "1"}.items():
        monkeypatch.setenv(f"PIP_{name}", value)
    return python


def imported(python: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """What comes of importing nnlearn, away from its source."""
    command = [python, "-c", "import nnlearn"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_it_installs_nnlearn_and_the_checks_work(bare_kernel: Path, tmp_path: Path) -> None:
    assert "No module named 'nnlearn'" in imported(bare_kernel, tmp_path).stderr
    topic = load_catalogue().topic("activations")
    notebook = nbformat.read(topic.notebook, as_version=4)
    cells = {cell.id: cell for cell in notebook.cells}
    cells["part-relu"].source = "def relu(x):\n    return keras.ops.maximum(as_floating(x), 0)"
    wanted = [cell for cell in notebook.cells if cell.cell_type == "code"]
    notebook.cells = wanted[: wanted.index(cells["check-relu"]) + 1]
    (folder := tmp_path / "empty").mkdir()
    NotebookClient(
        notebook, kernel_name="bare", timeout=4 * PATIENCE_S, resources={"metadata": {"path": str(folder)}}
    ).execute()
    card = json.dumps(cells["check-relu"].outputs)
    assert "slope" in card or "gradient" in card, "maximum splits the slope at 0: that is said"
    assert imported(bare_kernel, tmp_path).returncode == 0


def test_where_it_is_there_the_first_cell_is_silent() -> None:
    cells = nbformat.read(load_catalogue().topic("activations").notebook, as_version=4).cells
    [first] = [cell for cell in cells if cell.id == "start-keras"]
    # Without IPython: what installs would fail.
    done = subprocess.run([sys.executable, "-c", first.source], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
