"""A miniature course, built once, that many tests share."""

import shutil
from pathlib import Path

import pytest
from toy_course import nnlearn

MINIATURE = Path(__file__).parent / "miniature"


@pytest.fixture(scope="session")
def miniature(tmp_path_factory):
    """The root of a built content tree with one topic, `toy`. Do not change it: copy it."""
    root = tmp_path_factory.mktemp("miniature") / "course"
    shutil.copytree(MINIATURE, root)
    done = nnlearn("topic", "build", "--content", root)
    assert done.returncode == 0, done.stderr
    return root


@pytest.fixture
def toy_course(miniature, tmp_path):
    """A copy of the miniature course that may be changed."""
    return Path(shutil.copytree(miniature, tmp_path / "course"))
