"""Processes of Dask for one test, and what they grade."""

import re
import shutil
import tempfile
from pathlib import Path

import pytest
from dask_processes import CLASS, Dask
from patience import PATIENCE_S


@pytest.fixture
def dask():
    """Nothing runs yet."""
    with tempfile.TemporaryDirectory(prefix="dask-") as folder:
        processes = Dask(Path(folder))
        yield processes
        processes.end()


@pytest.fixture(scope="module")
def content(miniature, tmp_path_factory):
    """The miniature course, with time for a busy machine: nobody here loops."""
    root = Path(shutil.copytree(miniature, tmp_path_factory.mktemp("content") / "course"))
    toml = root / "solutions/toy/topic.toml"
    toml.write_text(re.sub(r"_seconds = \d+", f"_seconds = {PATIENCE_S}", toml.read_text()))
    return root


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory):
    folder = tmp_path_factory.mktemp("class") / "toy"
    folder.mkdir()
    for name, code in CLASS.items():
        (folder / name).write_text(code)
    return folder
