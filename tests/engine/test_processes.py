"""The pool of workers: each has a zygote to itself, they share one memory, and all end with the pool."""

import multiprocessing.util
import os
import sys
import tempfile
from pathlib import Path

import psutil
import pytest
from patience import comes_true, survivors

from autograder.engine.processes import Processes
from autograder.engine.worker import zygote_of_this_process
from nnlearn.errors import NnlearnError

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="isolation is for Linux")


def worker_and_zygote(folder):
    """Waits for the other worker, so that each of the two has something to do."""
    (Path(folder) / str(os.getpid())).touch()
    assert comes_true(lambda: len(list(Path(folder).iterdir())) == 2)
    return os.getpid(), zygote_of_this_process().pid


def unshared_kb(pid):
    lines = [line.split() for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()]
    return sum(int(line[1]) for line in lines if line[0].startswith("Private_"))


@pytest.fixture
def temporary(monkeypatch):
    """An empty folder for temporary files, with a path that is short enough for sockets."""
    multiprocessing.util.get_temp_dir()  # it outlives the test, so it must not lie in there
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        monkeypatch.setattr("tempfile.tempdir", folder)
        yield Path(folder)


def test_each_worker_has_a_fork_of_one_zygote_and_nothing_outlives_the_pool(temporary, tmp_path):
    others = psutil.Process().children()
    with Processes(2) as pool:
        pairs = set(pool.map(worker_and_zygote, [str(tmp_path)] * 4))
        workers, zygotes = ({pair[place] for pair in pairs} for place in (0, 1))
        assert len(pairs) == len(workers) == len(zygotes) == 2
        started = [p for p in psutil.Process().children() if p not in others]
        (waiting,) = [p for p in started if "isolation.inside.zygote" in " ".join(p.cmdline())]
        (first,) = waiting.children()
        family = [waiting, *waiting.children(recursive=True), *map(psutil.Process, workers)]
        assert zygotes <= {process.pid for process in family}
        assert sum(map(unshared_kb, zygotes)) < 0.2 * first.memory_info().rss / 1024
    assert survivors(family) == []
    assert not list(temporary.glob("nnlearn-*"))


def test_a_folder_for_temporary_files_with_too_long_a_path_is_named(temporary, monkeypatch):
    long = temporary / ("long" * 20)
    long.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(long))
    with pytest.raises(NnlearnError, match=f"(?s){long}.*set TMPDIR") as refused:
        Processes(1)
    assert "sockets in it allow 75" in str(refused.value)
