"""A miniature course, built once, that many tests share."""

import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import pytest
from dealing import longest_first, pytest_xdist_make_scheduler  # noqa: F401 - a hook
from jupyter_lab import browser as chromium
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
CLONE = Path(__file__).parents[1]


def pytest_collection_modifyitems(config, items):
    """Put the longest files first, and take a sample if one is asked for."""
    longest_first(items)
    if config.getoption("--sample"):
        skip_the_rest(items)


@pytest.fixture(scope="module")
def browser():
    """Chromium; where there is none, what needs it is skipped."""
    if "NNLEARN_TEST_BROWSER" not in os.environ and not shutil.which("chromium"):
        pytest.skip("there is no Chromium here")
    with chromium() as window:
        yield window


@pytest.fixture(scope="session")
def miniature(tmp_path_factory):
    """The root of a built content tree with one topic, `toy`. Do not change it: copy it."""
    root = tmp_path_factory.mktemp("miniature") / "course"
    shutil.copytree(MINIATURE, root)
    done = nnlearn("topic", "build", "--content", root)
    assert done.returncode == 0, done.stderr
    return root


def built_wheel(project, folder):
    """The wheel of a project, by the command that CONTRIBUTING names."""
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, project]
    subprocess.run(command, check=True, capture_output=True)
    [file] = folder.glob("*.whl")
    return file


@pytest.fixture(scope="session")
def wheel(tmp_path_factory):
    """What a class installs."""
    return built_wheel(CLONE, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def selfstudy_wheel(tmp_path_factory):
    """What those who learn alone install besides."""
    return built_wheel(CLONE / "selfstudy", tmp_path_factory.mktemp("selfstudy"))


@pytest.fixture(scope="session")
def installed(wheel, tmp_path_factory):
    """A folder with the first of them unpacked, as an installation has it."""
    folder = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


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
