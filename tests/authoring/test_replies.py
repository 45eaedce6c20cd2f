"""What known mistakes answer is stored, and used for grading as long as it holds."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from authoring.here import check_topic
from toy_course import REFERENCE, nnlearn

from autograder.authoring.build import build_topic, find_stale
from autograder.engine.mistakes import Gallery
from autograder.engine.stored_replies import SEED, known_replies, read_replies
from nnlearn.catalogue import Topic, load_catalogue
from nnlearn.checking.runner import CheckRunner
from nnlearn.diagnosis.matching import fingerprints_match
from nnlearn.errors import OutputError

Edit = Callable[..., None]
SUBMISSIONS = {
    "ada": REFERENCE,
    "bo": REFERENCE.replace("axis=axis", "axis=0"),
    "cy": REFERENCE.replace("e = ops.exp(z - ops.max(z, axis=axis, keepdims=True))", "e = ops.exp(z)"),
    "di": REFERENCE.replace("x * self.factor", "self.factor + x").replace('{"sum": 1.0}', '{"sum": 2.0}'),
    "ed": REFERENCE.replace("x * self.factor", "x * 7"),
}


@pytest.fixture
def toy(toy_course: Path) -> Topic:
    return load_catalogue(toy_course).topic("toy")


@pytest.fixture(scope="module")
def runner(miniature: Path) -> Iterator[CheckRunner]:
    topic = load_catalogue(miniature).topic("toy")
    assert topic.checks is not None
    with CheckRunner(topic, topic.checks) as runner:
        yield runner


def stored_in(topic: Topic) -> Any:
    assert topic.replies is not None
    return json.loads(topic.replies.read_text())


def are_lazy(known: Any) -> bool:
    """Whether these mistakes run when they are asked for; what is stored is plain data."""
    return {isinstance(item.checks, dict) for item in known} == {False}


@pytest.mark.skipif(sys.platform != "linux", reason="isolation is for Linux")
def test_reports_are_the_same_with_and_without(toy: Topic, toy_course: Path, tmp_path: Path) -> None:
    """Byte by byte, but for the times."""
    assert len(set(SUBMISSIONS.values())) == len(SUBMISSIONS)
    handed_in = tmp_path / "class"
    handed_in.mkdir()
    for learner, code in SUBMISSIONS.items():
        (handed_in / f"{learner}.py").write_text(code)

    def grade(name: str) -> Any:
        file = tmp_path / name
        done = nnlearn("grade", handed_in, "--topic", "toy", "--content", toy_course, "--json", file)
        assert done.returncode == 0, done.stderr
        return json.loads(file.read_text(), object_hook=lambda d: {k: d[k] for k in d if k != "seconds"})

    stored = grade("stored.json")
    assert toy.replies is not None
    toy.replies.unlink()
    assert json.dumps(grade("run.json")) == json.dumps(stored)
    noticed = {
        report["learner"]: {known["mistake"] for part in report["parts"] for known in part["noticed"]}
        for report in stored["topics"][0]["reports"]
    }
    assert noticed == {
        "ada": set(),
        "bo": {"divides_by_the_column_sum"},
        "cy": {"without_the_maximum"},
        "di": {"AddsTheFactor", "sum=2.0"},
        "ed": set(),
    }


def test_what_is_stored_is_what_the_mistakes_do(runner: CheckRunner) -> None:
    """For every check of the mistake's part: those that learners have, and hidden ones."""
    stored, run = known_replies(runner, SEED), Gallery(runner, SEED).known_replies()
    assert not are_lazy(stored)
    assert are_lazy(run)
    assert [(item.part, item.noticed) for item in stored] == [(item.part, item.noticed) for item in run]
    for one, other in zip(stored, run, strict=True):
        assert list(one.checks) == list(runner.checks_of(one.part)) == list(other.checks)
        assert all(fingerprints_match(one.checks[name], other.checks[name]) for name in one.checks)


def test_with_another_seed_the_mistakes_run(runner: CheckRunner) -> None:
    assert are_lazy(known_replies(runner, SEED + 1))


@pytest.mark.parametrize(
    ("tree", "file", "old", "new"),
    [
        ("solutions", "toy.py", "shifted", "moved"),
        ("autograder/checks", "test_toy.py", "1000.0", "999.0"),
        ("autograder/checks", "mistakes.py", "axis=0", "axis=1"),
    ],
)
def test_what_its_sources_have_left_behind_is_not_used(
    toy: Topic, toy_course: Path, edit: Edit, tree: str, file: str, old: str, new: str
) -> None:
    """Not for grading; `topic build --check` lists it."""
    assert read_replies(toy) is not None
    edit(toy_course / tree / "toy" / file, old, new)
    assert read_replies(toy) is None
    assert toy.checks is not None
    with CheckRunner(toy, toy.checks) as runner:
        assert are_lazy(known_replies(runner, SEED))
    done = nnlearn("topic", "build", "--check", "--content", toy_course)
    assert done.returncode == 1
    assert "autograder/checks/toy/replies.json is stale: its sources have changed\n" in done.stdout


def test_a_sentence_in_the_lesson_leaves_it_as_it_is(toy: Topic, edit: Edit) -> None:
    """What mistakes do depends on code, not on the lines it stands on."""
    edit(toy.master, "To test the tools with.", "To test the tools.\n#\n# With them.")
    assert read_replies(toy) is not None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"made_from": "x"}', '{"mistakes": [{}]}'])
def test_a_damaged_file_is_as_good_as_none(toy: Topic, text: str) -> None:
    assert toy.replies is not None
    toy.replies.write_text(text)
    assert read_replies(toy) is None
    assert find_stale(toy) == ["autograder/checks/toy/replies.json is stale: its sources have changed"]


def test_a_file_that_is_missing_is_made(toy: Topic) -> None:
    """With the learners' file, which is what visible checks got."""
    before, diagnoses = stored_in(toy), toy.diagnoses.read_bytes()
    assert toy.replies is not None
    toy.replies.unlink()
    assert find_stale(toy) == ["autograder/checks/toy/replies.json is missing"]
    steps: list[str] = []
    assert build_topic(toy, on_step=steps.append) == ["autograder/checks/toy/replies.json"]
    assert steps == ["reading the master and the checks", "recording the known mistakes"]
    assert find_stale(toy) == []
    assert stored_in(toy) == before
    assert toy.diagnoses.read_bytes() == diagnoses
    hidden = {"test_survives_huge_logits", "test_gradient", "test_sum"}
    visible = [
        {**item, "checks": {name: got for name, got in item["checks"].items() if name not in hidden}}
        for item in before["mistakes"]
    ]
    assert json.loads(diagnoses)["mistakes"] == [v for v in visible if any(v["checks"].values())]


def test_it_has_a_line_for_each_mistake(toy: Topic) -> None:
    assert toy.replies is not None
    lines = toy.replies.read_text().splitlines()
    named = [json.loads(line.rstrip(","))["name"] for line in lines if line.startswith('{"part"')]
    assert named == [item["name"] for item in stored_in(toy)["mistakes"]]


def test_many_mistakes_are_recorded_in_their_order(toy: Topic) -> None:
    """Also where several processes share them."""
    more = [f'[[prediction.wrong]]\nanswer = {n}.5\nwhy = "Not {n}.5."\n\n' for n in range(60)]
    toy.toml.write_text(toy.toml.read_text().replace("[[response]]", "".join(more) + "[[response]]"))
    toy = load_catalogue(toy.toml.parents[2]).topic("toy")
    build_topic(toy)
    names = [item["name"] for item in stored_in(toy)["mistakes"]]
    assert names[-60:] == [f"sum={n}.5" for n in range(60)]
    assert check_topic(toy).problems == []


def test_a_doctored_file_is_caught(toy: Topic) -> None:
    """The gate runs the mistakes, and names the one that does otherwise."""
    document = stored_in(toy)
    mistakes = {item["name"]: item for item in document["mistakes"]}
    mistakes["AddsTheFactor"]["checks"]["test_multiplies"] = None
    mistakes["without_the_maximum"]["checks"]["test_survives_huge_logits"][-1][-1]["values"][0] = 0.25
    document["mistakes"].remove(mistakes["sum=2.0"])
    assert toy.replies is not None
    toy.replies.write_text(json.dumps(document))
    words = "no longer does in {} what autograder/checks/toy/replies.json holds: delete it and build again"
    assert [(problem.gate, problem.what) for problem in check_topic(toy).problems] == [
        ("replies", f"without_the_maximum {words.format('test_survives_huge_logits')}"),
        ("replies", f"AddsTheFactor {words.format('test_multiplies')}"),
        ("replies", f"sum=2.0 {words.format('test_sum_is_filled_in, test_sum')}"),
    ]


def test_a_topic_without_mistakes_keeps_none(topic: Topic) -> None:
    """What an earlier build left is listed, and taken away."""
    build_topic(topic)
    assert topic.replies is not None
    assert not topic.replies.exists()
    topic.replies.write_text("{}")
    assert find_stale(topic) == ["autograder/checks/halving/replies.json is left from an earlier build"]
    assert build_topic(topic) == ["autograder/checks/halving/replies.json"]
    assert not topic.replies.exists()


def contents(*folders: Path | None) -> dict[Path, bytes]:
    """Every file in these folders."""
    return {f: f.read_bytes() for folder in folders if folder for f in folder.rglob("*") if f.is_file()}


def test_a_folder_of_checks_that_cannot_be_written(
    toy: Topic, edit: Edit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Said before anything is drawn or recorded, and nothing has changed."""
    edit(toy.mistakes, "Without subtracting", "Unless one subtracts")
    before = contents(toy.checks_dir, toy.exercise_dir)
    make_folder = tempfile.mkdtemp

    def refuse(*, prefix: str, dir: Path) -> str:  # noqa: A002 - as it is called
        if dir == toy.checks_dir:
            raise PermissionError(13, "Permission denied")
        return make_folder(prefix=prefix, dir=dir)

    monkeypatch.setattr(tempfile, "mkdtemp", refuse)
    steps: list[str] = []
    with pytest.raises(OutputError) as caught:
        build_topic(toy, on_step=steps.append)
    assert str(caught.value) == (
        f"{toy.checks_dir} cannot be written: Permission denied\n  look at its rights, or at the disk"
    )
    assert steps == ["reading the master and the checks"]
    assert contents(toy.checks_dir, toy.exercise_dir) == before
    assert [file.name for file in toy.exercise_dir.parent.iterdir()] == ["toy"]


def test_a_file_that_cannot_be_replaced(toy: Topic) -> None:
    """The learners' files are as before, and nothing is left beside the checks."""
    assert toy.replies is not None
    toy.replies.unlink()
    toy.replies.mkdir()
    before = contents(toy.checks_dir, toy.exercise_dir)
    with pytest.raises(OutputError, match=r"replies\.json cannot be written: Is a directory"):
        build_topic(toy)
    assert contents(toy.checks_dir, toy.exercise_dir) == before
