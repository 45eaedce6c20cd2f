"""The toy topic, and a cache of its own for what known mistakes answer to its checks."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.engine.reply_cache import PLACE
from nnlearn.catalogue import Topic, load_catalogue


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of replies in a cache of its own, still missing."""
    monkeypatch.setenv(PLACE, str(tmp_path / "cache"))
    return tmp_path / "cache" / "replies"


@pytest.fixture
def toy(toy_course: Path, cache: Path) -> Topic:
    return load_catalogue(toy_course).topic("toy")
