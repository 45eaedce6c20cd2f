"""A miniature course, built once, that many tests share."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from sampling import (  # noqa: F401 - hooks
    pytest_addoption,
    pytest_configure,
    pytest_terminal_summary,
    skip_the_rest,
)
from toy_course import nnlearn

# Of the tests alone, and kept from one run to the next as a user's is; `make test` has the gates fill it.
os.environ.setdefault("NNLEARN_CACHE", str(Path(__file__).parents[1] / ".pytest_cache" / "nnlearn"))

EVERYBODYS = tempfile.gettempdir()  # other fixtures have temporary files go elsewhere
MINIATURE = Path(__file__).parent / "miniature"
# The files that take longest come first, so that no worker is left alone with one of them at the end.
LONGEST = (
    *("grade/test_sample_class.py", "test_notebooks.py", "engine/test_both_transports.py"),
    *("engine/test_killed.py", "course/test_same_scores.py", "course/test_traps.py"),
    *("course/test_course_check.py", "course/test_exploits.py", "course/test_preflight.py"),
    *("course/test_lifecycle.py", "topics/test_mutants.py", "exploits/test_exploits.py"),
)


def pytest_collection_modifyitems(config, items):
    """Put the longest files first, and take a sample if one is asked for."""
    here = Path(__file__).parent
    rank = {here / name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: rank.get(item.path, len(rank)))
    if config.getoption("--sample"):
        skip_the_rest(items)


@pytest.fixture(scope="session")
def miniature(tmp_path_factory):
    """The root of a built content tree with one topic, `toy`. Do not change it: copy it."""
    root = tmp_path_factory.mktemp("miniature") / "course"
    shutil.copytree(MINIATURE, root)
    done = nnlearn("topic", "build", "--content", root)
    assert done.returncode == 0, done.stderr
    return root


@pytest.fixture
def folder_for_anybody():
    """A folder that every user of this machine may work in, below nothing that anybody is kept out of."""
    with tempfile.TemporaryDirectory(
        prefix="nnlearn-anybody-", dir=EVERYBODYS, ignore_cleanup_errors=True
    ) as folder:
        Path(folder).chmod(0o777)
        yield Path(folder)


@pytest.fixture
def toy_course(miniature, tmp_path):
    """A copy of the miniature course that may be changed."""
    return Path(shutil.copytree(miniature, tmp_path / "course"))
