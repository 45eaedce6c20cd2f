"""A miniature course, made by `nnlearn topic new` and without what takes long to build."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from authoring.here import Here

from autograder.authoring.new import write_skeleton
from nnlearn.catalogue import Topic, load_catalogue


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A content tree with the topic `halving`; neither figure nor mistakes, and no demonstration is run."""
    monkeypatch.setattr("autograder.authoring.build.record_outputs", lambda _, file: file.write_text("{}\n"))
    write_skeleton("halving", tmp_path)
    shutil.rmtree(tmp_path / "autograder/checks/halving/mistakes")
    (tmp_path / "solutions/halving/interactive.js").unlink()
    toml = tmp_path / "solutions/halving/topic.toml"
    text = toml.read_text()
    text = text.replace('pitfalls = ["halves_with_rounding"]\n', "")
    toml.write_text(text[: text.index("[[prediction.wrong]]")] + text[text.index("[[response]]") :])
    master = tmp_path / "solutions/halving/halving.py"
    text = master.read_text()
    begin = text.index('# %% tags=["demo", "figure"]')
    master.write_text(text[:begin] + text[text.index("# %% [markdown]\n# Now write it.") :])
    return tmp_path


@pytest.fixture
def topic(course: Path) -> Topic:
    """The topic `halving`."""
    return load_catalogue(course).topic("halving")


@pytest.fixture
def edit() -> Callable[[Path | None, str, str], None]:
    """Replaces a piece of text, that has to be there, in a file."""

    def replace(file: Path | None, old: str, new: str) -> None:
        assert file is not None
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new, 1))

    return replace


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """`nnlearn topic check` tries everything in this process."""
    monkeypatch.setattr("autograder.authoring.trials.spawned", lambda jobs: Here())
