"""Workspaces to watch, and programs that watch them."""

import shutil
import sys
from pathlib import Path

import pytest
from toy_course import nnlearn
from watched import Lines, Terminal


@pytest.fixture(scope="session")
def made_workspace(miniature, tmp_path_factory):
    """A workspace with two topics, `toy` and `second`, which differ in name and title only."""
    course = tmp_path_factory.mktemp("course")
    first = Path(shutil.copytree(miniature / "exercises" / "toy", course / "exercises" / "toy"))
    second = Path(shutil.copytree(first, course / "exercises" / "second"))
    for file in list(second.rglob("*toy*")):
        file.rename(file.with_name(file.name.replace("toy", "second")))
    toml = second / "topic.toml"
    toml.write_text(toml.read_text().replace("A toy", "Another toy").replace("order = 1", "order = 2"))
    root = tmp_path_factory.mktemp("learner") / "work"
    done = nnlearn("init", root, "--content", course)
    assert done.returncode == 0, done.stderr
    return root


@pytest.fixture
def workspace(made_workspace, tmp_path):
    """A workspace of the test's own."""
    return Path(shutil.copytree(made_workspace, tmp_path / "work"))


@pytest.fixture(scope="module")
def shared_workspace(made_workspace, tmp_path_factory):
    """A workspace for the tests of a module that share one watch."""
    return Path(shutil.copytree(made_workspace, tmp_path_factory.mktemp("shared") / "work"))


@pytest.fixture
def terminal():
    """Start `nnlearn` on a pseudo-terminal; it is ended with the test."""
    started = []

    def start(*arguments, **options):
        started.append(Terminal(*arguments, **options))
        return started[-1]

    yield start
    for each in started:
        each.kill()


@pytest.fixture
def lines():
    """Start a program off a terminal; it is ended with the test."""
    started = []

    def start(*arguments, cwd, program=("-m", "nnlearn")):
        started.append(Lines([sys.executable, *program, *arguments], cwd))
        return started[-1]

    yield start
    for each in started:
        each.kill()
