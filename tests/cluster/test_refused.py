"""What a cluster cannot be used for is said before anything is graded, by name."""

import shutil
import sys
from pathlib import Path

import pytest
from dask_processes import graded
from toy_course import nnlearn

import autograder
import nnlearn as installed
from autograder.engine.cluster.versions import differences

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="isolation is for Linux")

WITHOUT_NAMESPACES = Path(__file__).parents[1] / "isolation" / "without_namespaces.py"


def another_version(folder):
    """A copy of nnlearn with another number."""
    for package in (installed, autograder):
        source = Path(package.__file__).parent
        private = shutil.ignore_patterns("checks", "sample_class", "__pycache__")
        shutil.copytree(source, folder / source.name, ignore=private)
    about = folder / "nnlearn/__init__.py"
    about.write_text(about.read_text().replace(installed.__version__, "9.9.9"))
    return folder


def test_workers_that_do_not_fit_are_refused_with_what_is_the_matter(dask, content, handed_in, tmp_path):
    address = dask.start_scheduler()
    dask.start_worker(PYTHONPATH=str(another_version(tmp_path / "other")))
    dask.start_worker(around=[sys.executable, str(WITHOUT_NAMESPACES)])
    dask.until_workers(2)
    done = graded(content, handed_in, tmp_path, "--cluster", address, "--require-isolation")
    assert done.returncode == 4, done.stderr
    refused = [line for line in done.stderr.splitlines() if line.startswith("REFUSED: the worker tcp://")]
    assert len(refused) == 2
    [other] = [line for line in refused if "version" in line]
    assert "of another version: nnlearn 9.9.9 (code " in other
    assert f"there and {installed.__version__} (code " in other
    [bare] = [line for line in refused if line != other]
    assert "--require-isolation: this machine lacks layers of isolation" in bare
    assert "netns: there is no network" in done.stderr
    assert "none of the cluster's workers can grade this: 2 workers refused" in done.stderr
    assert not (tmp_path / "out.json").exists()
    assert dask.nothing_is_left()


def test_each_version_that_differs_is_named_on_both_sides():
    here = {"Python": "3.12.1", "Keras": "3.15.1", "NumPy": "2.4.6"}
    there = {"Python": "3.11.9", "Keras": "3.15.1"}
    said = differences(here, there)
    assert said == "Python 3.11.9 there and 3.12.1 here, NumPy none there and 2.4.6 here"
    assert differences(here, here) == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--cluster", "local:none"], "expected local:N with the number of workers, got `none`"),
        (["--cluster", "local:2", "--jobs", "2"], "--jobs says how many submissions this machine grades"),
        (["--cluster-report", "x.json"], "--cluster-report says what a cluster did, and there is none"),
        (["--cluster", "nowhere"], "--cluster nowhere: no scheduler of Dask can be reached there"),
        (
            ["--cluster", "tcp://127.0.0.1:1"],
            "--cluster tcp://127.0.0.1:1: no scheduler of Dask can be reached",
        ),
    ],
)
def test_a_cluster_that_cannot_be_is_an_error_of_usage(content, handed_in, tmp_path, arguments, said):
    grade = ["grade", handed_in, "--topic", "toy", "--content", content]
    done = nnlearn(*grade, *arguments, cwd=tmp_path)
    assert done.returncode == 4
    assert said in done.stderr
    assert "Traceback" not in done.stderr
