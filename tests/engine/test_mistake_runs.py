"""Known mistakes run when somebody asks what they answer, and nobody has found out before."""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import pytest
from authoring.here import check_topic
from toy_course import REFERENCE, nnlearn

from autograder.engine.fill_reply_cache import fill_reply_cache
from autograder.engine.mistake_runs import Gallery
from autograder.engine.reply_cache import PLACE
from nnlearn.catalogue import Topic, load_catalogue
from nnlearn.checking.runner import CheckRunner

SUBMISSIONS = {
    "ada": REFERENCE,
    "bo": REFERENCE.replace("axis=axis", "axis=0"),
    "cy": REFERENCE.replace("e = ops.exp(z - ops.max(z, axis=axis, keepdims=True))", "e = ops.exp(z)"),
    "di": REFERENCE.replace("x * self.factor", "self.factor + x").replace('{"sum": 1.0}', '{"sum": 2.0}'),
    "ed": REFERENCE.replace("x * self.factor", "x * 7"),
}
CHECK = "test_rows_add_up_to_one"
FIRST = "Known mistakes of toy have not been run here before."


@pytest.fixture(scope="module")
def runner(miniature: Path) -> Iterator[CheckRunner]:
    topic = load_catalogue(miniature).topic("toy")
    assert topic.checks is not None
    with CheckRunner(topic, topic.checks) as runner:
        yield runner


@pytest.mark.skipif(sys.platform != "linux", reason="isolation is for Linux")
def test_reports_are_the_same_whatever_is_known(toy_course: Path, cache: Path, tmp_path: Path) -> None:
    """Byte by byte, but for the times; and what was found out is not found out again."""
    assert len(set(SUBMISSIONS.values())) == len(SUBMISSIONS)
    handed_in = tmp_path / "class"
    handed_in.mkdir()
    for learner, code in SUBMISSIONS.items():
        (handed_in / f"{learner}.py").write_text(code)

    def grade(place: Path) -> tuple[Any, str]:
        file = tmp_path / "report.json"
        words = ("grade", handed_in, "--topic", "toy", "--content", toy_course, "--json", file, "--jobs", 2)
        done = nnlearn(*words, cwd=tmp_path, **{PLACE: str(place)})
        assert done.returncode == 0, done.stderr
        report = json.loads(file.read_text(), object_hook=lambda d: {k: d[k] for k in d if k != "seconds"})
        return report, done.stderr

    first, said = grade(cache.parent)
    assert said.count(FIRST) == 1
    known = [file.read_bytes() for file in cache.iterdir()]
    second, said = grade(cache.parent)
    assert FIRST not in said
    assert [file.read_bytes() for file in cache.iterdir()] == known
    assert len(known) == 1
    third, said = grade(Path("/dev/null/cache"))
    assert said.count("Note: what known mistakes answer is found out anew in each run") == 1
    assert "/dev/null/cache/replies: Not a directory. Set NNLEARN_CACHE to" in said
    assert json.dumps(first) == json.dumps(second) == json.dumps(third)
    noticed = {
        report["learner"]: {known["mistake"] for part in report["parts"] for known in part["noticed"]}
        for report in first["topics"][0]["reports"]
    }
    assert noticed == {
        "ada": set(),
        "bo": {"divides_by_the_column_sum"},
        "cy": {"without_the_maximum"},
        "di": {"AddsTheFactor", "sum=2.0"},
        "ed": set(),
    }


def test_a_mistake_runs_when_it_is_asked_for_and_once(
    runner: CheckRunner, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By whoever asks: another process finds the answer that was there, and one added since it began."""
    ran = []
    run = CheckRunner.run

    def count(self: CheckRunner, bench: Any, only: str) -> Any:
        ran.append(only)
        return run(self, bench, only=only)

    monkeypatch.setattr(CheckRunner, "run", count)
    one, other = Gallery(runner).known_replies(), Gallery(runner).known_replies()
    assert ran == []
    before = one[0].checks[CHECK]
    assert before == one[0].checks[CHECK] == other[0].checks[CHECK]
    assert ran == [CHECK]
    assert one[1].checks[CHECK] is None  # it passes
    later = Gallery(runner).known_replies()
    assert later[0].checks[CHECK] == before
    assert later[1].checks[CHECK] is None
    assert len(ran) == 2
    with pytest.raises(KeyError):
        one[0].checks["test_multiplies"]  # a check of another part
    assert len(ran) == 2


def test_what_the_reference_answers_is_kept_call_by_call(
    runner: CheckRunner, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = {check: Gallery(runner).evidence_of_reference(check) for check in runner.check_names}
    assert all(evidence.passed and evidence.asked for evidence in found.values())
    monkeypatch.setattr(CheckRunner, "run", None)
    later = Gallery(runner)
    for check, evidence in found.items():
        kept = later.evidence_of_reference(check)
        assert (kept.passed, kept.is_random, kept.asked) == (True, evidence.is_random, evidence.asked)


def test_another_seed_is_another_matter(runner: CheckRunner, cache: Path) -> None:
    values = [Gallery(runner, seed).known_replies()[0].checks[CHECK] for seed in (0, 1, 0)]
    assert values[0] == values[2] != values[1]
    assert len(list(cache.iterdir())) == 2


def test_what_the_gates_found_out_nobody_has_to_find_out_again(
    toy: Topic, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """But for a check that waited, and a hidden one that it did not take to tell the mistake apart."""
    check_topic(toy)
    mistake = "divides_by_the_column_sum"
    assert_known(toy, monkeypatch, but=[(mistake, "test_survives_huge_logits"), (mistake, "test_gradient")])


def test_all_mistakes_can_be_run_beforehand(toy: Topic, monkeypatch: pytest.MonkeyPatch) -> None:
    assert fill_reply_cache(toy) == 4
    assert_known(toy, monkeypatch)


def assert_known(toy: Topic, monkeypatch: pytest.MonkeyPatch, but: Collection[tuple[str, str]] = ()) -> None:
    """Nothing has to run any more to tell how checks go for mistakes, `but` these."""

    class HasToRun(Exception):
        """What should be known is not."""

    def refuse(*_: Any, **__: Any) -> None:
        raise HasToRun

    assert toy.checks is not None
    missing = set()
    with CheckRunner(toy, toy.checks) as runner:
        known = Gallery(runner).known_replies()
        monkeypatch.setattr(CheckRunner, "run", refuse)
        for item in known:
            for check in item.checks:
                try:
                    item.checks[check]
                except HasToRun:
                    missing.add((item.noticed.mistake, check))
    assert missing == set(but)
