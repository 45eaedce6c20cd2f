"""A reference with one thing changed loses points: the checks of every topic notice a slip of the pen.

All mutants of a topic that has changed are graded, and a sample of those of others, the same in every run.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sampling import graded_topics, is_whole, leave_out
from topics import pace
from topics.mutants import Mutant, mutants_of
from topics.mutation import Examiner, disagreements, equivalents, sample, unknown

from nnlearn.catalogue import Topic, load_catalogue

TOPICS = graded_topics()
PER_TOPIC = 12
LISTED_PER_TOPIC = 1  # each costs all checks of its part


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_the_list_names_mutants_that_exist(topic: Topic) -> None:
    assert unknown(topic) == []


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_only_what_is_listed_keeps_full_marks(topic: Topic, request: pytest.FixtureRequest) -> None:
    """That listed mutants have full marks shows too that the others lose theirs by their own fault."""
    listed = equivalents(topic)
    chosen = list(mutants_of(topic))
    if not is_whole(request.config, topic):
        keys = {(mutant.part, mutant.mutation): mutant for mutant in chosen}
        chosen = sample([mutant for key, mutant in keys.items() if key not in listed], PER_TOPIC)
        chosen += sample([mutant for key, mutant in keys.items() if key in listed], LISTED_PER_TOPIC)
        leave_out(request.node, "mutants", len(keys) - len(chosen))
    examiner = Examiner(topic)
    try:
        graded = [examiner.grade(mutant) for mutant in chosen]
    finally:
        examiner.close()
    assert list(disagreements(graded, listed)) == []


@pytest.fixture(scope="module")
def toy(miniature: Path) -> Topic:
    return load_catalogue(miniature).topic("toy")


@pytest.fixture(scope="module")
def examiner(toy: Topic) -> Iterator[Examiner]:
    examiner = Examiner(toy)
    yield examiner
    examiner.close()


def test_mutants_of_the_solution_alone_all_different(toy: Topic) -> None:
    """Nothing that learners are given is changed: docstrings, signatures, helpers."""
    mutants = mutants_of(toy)
    assert len({mutant.cells for mutant in mutants}) == len(mutants) == len({m.mutation for m in mutants})
    changes = " ".join(mutant.mutation for mutant in mutants)
    assert "def " not in changes
    assert "axis=axis" in changes


def changed(toy: Topic, old: str, new: str) -> Mutant:
    """The reference with `old` replaced by `new`."""
    any_mutant = next(mutant for mutant in mutants_of(toy) if mutant.part == "softmax")
    reference = toy.master.read_text("utf-8") if toy.master else ""
    assert old in reference
    return Mutant("softmax", "by hand", (*any_mutant.cells, ("last", reference.replace(old, new, 1))))


def test_an_endless_loop_is_caught(toy: Topic, examiner: Examiner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("topics.pace._CPU_SECONDS", 0.2)
    looping = changed(toy, "    # BEGIN SOLUTION\n", "    # BEGIN SOLUTION\n    while True:\n        pass\n")
    assert examiner.grade(looping).caught_by


def test_time_is_that_of_the_thread_that_a_mutant_runs_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Checks run in a thread of their own, which may have worked for longer than the one that starts them."""
    monkeypatch.setattr("topics.pace._CPU_SECONDS", 0.05)
    starter = threading.Thread(target=pace.start)
    starter.start()
    starter.join()
    assert time.thread_time() > 0.05
    assert pace.pace()
    with pytest.raises(pace.EndlessLoop):
        while pace.pace():
            pass


def test_full_marks_and_lost_marks_are_told_apart(toy: Topic, examiner: Examiner) -> None:
    same = examiner.grade(changed(toy, "import keras", "import keras"))
    assert list(disagreements([same], set())) == ["survives: softmax: by hand"]
    assert list(disagreements([same], {("softmax", "by hand")})) == []
    caught = next(
        graded
        for graded in map(examiner.grade, mutants_of(toy))
        if graded.caught_by and graded.mutant.part == "softmax"
    )
    assert list(disagreements([caught], set())) == []
    key = (caught.mutant.part, caught.mutant.mutation)
    assert "listed as equivalent, but" in next(disagreements([caught], {key}))
