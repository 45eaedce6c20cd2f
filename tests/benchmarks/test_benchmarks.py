"""The benchmark works on a tiny class; how fast anything is depends on the machine and is not held."""

import json
import os
from pathlib import Path

import psutil
import pytest
from patience import comes_true
from rich.console import Console

from autograder.engine.processes import Processes
from autograder.engine.worker import zygote_of_this_process
from benchmarks import own, show
from benchmarks.classroom import hand_in, notebook, part_cells, write
from benchmarks.endurance import measure as measure_endurance
from benchmarks.floor import measure as measure_floor
from benchmarks.memory import processes_of, unshared_mb
from benchmarks.nbgrader_peer import assignment
from benchmarks.results import (
    Benchmark,
    Commands,
    CourseTimes,
    Endurance,
    Engine,
    Floor,
    Graded,
    Machine,
    Peer,
    Sample,
    Saves,
    Start,
)
from benchmarks.shim import check_part
from nnlearn.catalogue import load_catalogue


@pytest.fixture(scope="module")
def activations():
    return load_catalogue(own.ROOT).topic("activations")


@pytest.fixture(scope="module")
def handed(activations):
    return hand_in(activations, own.ROOT, 4)


def test_a_class_fills_in_every_part_and_no_two_hand_in_the_same(activations, handed):
    texts = set()
    for person in handed:
        book = notebook(activations, person)
        assert {part for _, part in part_cells(book, activations)} == {p.name for p in activations.parts}
        texts.add("".join(cell.source for cell in book.cells))
    assert len(texts) == len(handed)


def test_the_floor_gives_the_reference_all_points_and_a_wrong_one_less(activations, handed, tmp_path):
    for person in handed[:2]:
        write(notebook(activations, person), tmp_path / f"{person.learner}.ipynb")
    found = measure_floor(tmp_path, "activations", own.ROOT)
    assert found.scores[0] == 1.0
    assert 0 < found.scores[1] < 1.0


def test_peers_run_the_same_checks(activations, handed):
    """What other graders call from their cells tells right from wrong."""
    namespaces = []
    for person in (handed[0], hand_in(activations, own.ROOT, 2)[1]):
        namespace = {}
        for cell in notebook(activations, person).cells:
            if cell.cell_type == "code":
                exec(cell.source, namespace)
        namespaces.append(namespace)
    right, wrong = namespaces
    check_part("sigmoid", right, "activations", str(activations.checks))
    with pytest.raises(AssertionError, match="sigmoid"):
        check_part("sigmoid", wrong, "activations", str(activations.checks))


def test_an_assignment_has_a_test_cell_for_each_part(activations):
    marks = [cell.metadata.get("nbgrader", {}) for cell in assignment(activations).cells]
    graded = [mark for mark in marks if mark.get("grade")]
    assert sum(mark["points"] for mark in graded) == sum(part.points for part in activations.parts)


def warm_up(folder):
    """Waits for the other worker, so that each of the two has something to do."""
    (Path(folder) / str(os.getpid())).touch()
    assert comes_true(lambda: len(list(Path(folder).iterdir())) == 2)
    return os.getpid(), zygote_of_this_process().pid


def test_a_worker_is_counted_with_its_zygote_and_without_what_all_share(tmp_path):
    others = {process.pid for process in psutil.Process().children(recursive=True)}  # of earlier tests
    with Processes(2) as pool:
        pairs = set(pool.map(warm_up, [str(tmp_path)] * 4))
        found = processes_of(psutil.Process())
        started = {process.pid for process in psutil.Process().children(recursive=True)} - others
        assert started <= {process.pid for process in found.all}
        assert len(found.all) == len({process.pid for process in found.all})
        found.zygotes = [group for group in found.zygotes if group[-1].pid not in others]
        assert {group[0].pid for group in found.workers} == {worker for worker, _ in pairs}
        assert {group[-1].pid for group in found.zygotes} == {zygote for _, zygote in pairs}
        assert found.shared[0].pid == os.getpid()
        largest = max(unshared_mb(group) for group in found.workers)
        assert largest < found.worker_mb < unshared_mb(found.all) / 2


def test_a_long_run_is_watched_from_its_start_to_its_end(activations, tmp_path):
    # So many, looked at so often, that workers are seen, however quickly they are done.
    class_ = hand_in(activations, own.ROOT, 24)
    found = measure_endurance(class_, activations, own.ROOT, tmp_path, jobs=2, every=0.1)
    assert [sample.graded for sample in found.samples] == sorted(s.graded for s in found.samples)
    assert max(sample.worker_mb for sample in found.samples) > 0
    assert max(sample.files for sample in found.samples) > 0
    assert (found.processes_left, found.files_left) == (0, ())


# The grader starts, 38 of 40 submissions are graded while a worker grows, and there is one peak.
SAMPLES = [
    Sample(0.0, 0, 50.0, 0.0, 1, 9, 0),
    *(Sample(n, n, 80.0, {20: 110.0}.get(n, 90.0 if n < 20 else 99.0), 12, 100, 3) for n in range(1, 39)),
    Sample(60.0, 40, 80.0, 0.0, 3, 9, 0),
]


def test_results_are_shown_and_written(tmp_path):
    found = Benchmark(
        "activations",
        Machine(cores=2, load=3.0),
        Floor(4, 1.0, (1.0,) * 4),
        (Engine(1, 4, 9.0, 2.0, (1.0,) * 4, 140.0, 60.0), Engine(2, 4, 8.0, 1.2, (1.0,) * 4)),
        Start(20.5, 3.0, 0.01),
        (Peer("nbgrader 1", 2, 30.0, 1.0), Peer("otter 1", problem="[no] network")),
        Commands(5.0, 0.1),
        saves=(Saves("dropout", "Dropout", 50, 0.125, 0.2, 0.1, 5.0),),
        course=CourseTimes((Graded("stock", 1, 10.0, 3, 20.0, {}), Graded("ours", 2, 4.0, 12, 5.0, {}))),
        topics={"losses": Engine(1, 8, 9.0, 2.0, (1.0,) * 8, 140.0, 60.0, 0.24)},
        endurance=Endurance(2, 40, 60.0, tuple(SAMPLES), 0, ("forgotten",)),
    )
    console = Console(width=110, record=True)
    show.print_tables(found, console)
    text = console.export_text()
    assert "100.00" in text
    assert "20.50" in text
    assert "otter 1: not measured. [no] network" in text
    assert "provisional" in text
    assert "dropout: Dropout" in text
    assert "40" in text  # times as long takes pytest
    assert "losses" in text
    assert "0.240" in text  # processor time
    assert "A course, the same notebooks" in text
    assert "40 submissions in one run, 2 jobs, 60 s" in text
    assert "processes: 0, files: 1" in text
    show.write_json(found, tmp_path / "benchmark.json")
    show.draw(found, tmp_path / "benchmark.png")
    document = json.loads((tmp_path / "benchmark.json").read_text())
    assert document["schema_version"] == 2
    assert document["saves"][0]["median"] == 0.125
    assert document["ratios"] == {"nbgrader 1": 100.0, "floor": 0.833}
    assert document["course"]["ratios"] == {"stock": 1.0, "ours": 50.0}
    assert document["endurance"]["growth"]["worker_mb"] == [90, 99, 110]
    assert document["endurance"]["growth"]["processes"] == [12, 12, 12]
    assert (tmp_path / "benchmark.png").read_bytes().startswith(b"\x89PNG")
