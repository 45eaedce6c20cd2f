"""Finished reports survive crashes, and only reports that still hold are taken over."""

import errno
import os
from pathlib import Path

import pytest

from autograder.engine.journal import Journal, forget, journal_in, key_of
from autograder.engine.submissions import Submission
from nnlearn.errors import OutputError
from nnlearn.results import FoundBy, Noticed, Outcome, PartResult, Report, Verdict

ABOUT = {"seed": 0, "content": {"toy": "abc"}}
ADA = Submission("ada", Path("ada.py"), "toy", "ada.py", "0a")
BOB = Submission("bob", Path("bob.py"), "toy", "bob.py", "0b")


def report(name):
    noticed = Noticed("adds", "It adds.", FoundBy.FACT)
    part = PartResult("a", 2.0, (Outcome("test_a", "A.", True, 1.0, Verdict.FAILED, "no", 0.25),), (noticed,))
    return Report(name, f"{name}.py", "0a", (part,), ("note",), "out")


def written(place, *learners, about=ABOUT):
    """A journal with the reports of these learners."""
    journal = Journal(place, about, resume=False)
    for submission in learners:
        journal.add(submission, report(submission.learner), ("landlock",))
    journal.close()
    return place


def found_in(place, about=ABOUT):
    """What a run that goes on takes over."""
    journal = Journal(place, about, resume=True)
    journal.close()
    return journal.found


def test_reports_come_back_as_they_were(tmp_path):
    place = written(tmp_path / "run" / "j.jsonl", ADA)
    again = Journal(place, ABOUT, resume=True)
    assert again.found == {key_of(ADA): (report("ada"), ("landlock",))}
    again.add(BOB, report("bob"), ())
    again.close()
    assert found_in(place).keys() == {key_of(ADA), key_of(BOB)}


def test_a_line_cut_short_by_a_crash_costs_only_itself(tmp_path):
    place = written(tmp_path / "j.jsonl", ADA, BOB)
    data = place.read_bytes()
    for cut in range(1, len(data.splitlines()[-1])):
        place.write_bytes(data[:-cut])
        assert key_of(ADA) in found_in(place)


def test_reports_made_with_other_content_another_seed_or_another_nnlearn_are_not_taken_over(
    tmp_path, monkeypatch
):
    for about in ({**ABOUT, "seed": 1}, {**ABOUT, "content": {"toy": "abd"}}):
        assert found_in(written(tmp_path / "j.jsonl", ADA), about) == {}
    place = written(tmp_path / "j.jsonl", ADA)
    monkeypatch.setattr("nnlearn.__version__", "0.0.1")
    assert found_in(place) == {}


def test_a_journal_is_named_after_the_request(tmp_path):
    asked = {"paths": ["/class"], "seed": 0}
    place = journal_in(tmp_path, asked)
    assert place == journal_in(tmp_path, dict(reversed(asked.items())))
    others = {journal_in(tmp_path, {**asked, "seed": 1}), journal_in(tmp_path, {**asked, "paths": ["/b"]})}
    assert len(others - {place}) == 2
    first, second = written(place, ADA), written(others.pop(), BOB)
    forget(first)
    assert not first.exists()
    assert key_of(BOB) in found_in(second)
    forget(second)
    assert not list(tmp_path.iterdir())


def test_who_resumes_need_not_say_again_what_was_wished(tmp_path):
    place = tmp_path / "j.jsonl"
    Journal(place, ABOUT, resume=False, wishes=["force"]).close()
    again = Journal(place, {**ABOUT, "seed": 1}, resume=True)  # also where no report holds any more
    assert again.wishes == {"force"}
    again.close()
    Journal(place, ABOUT, resume=False).close()
    assert not resumed_wishes(place)
    place.write_text("no journal\n")
    assert not resumed_wishes(place)


def resumed_wishes(place):
    journal = Journal(place, ABOUT, resume=True)
    journal.close()
    return journal.wishes


def test_a_journal_is_not_forgotten_while_somebody_writes_it(tmp_path):
    first = Journal(tmp_path / "j.jsonl", ABOUT, resume=False)
    first.add(ADA, report("ada"), ())
    forget(first.path)
    assert first.path.exists()
    first.close()
    forget(first.path)
    assert not tmp_path.exists()


def test_a_disk_that_is_full_is_said(tmp_path, monkeypatch):
    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    journal = Journal(tmp_path / "j.jsonl", ABOUT, resume=False)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="finished reports cannot be kept: No space left on device"):
        journal.add(ADA, report("ada"), ())
    journal.close()


def test_one_run_at_a_time_writes_a_journal(tmp_path):
    """Else the second would take away what the first has kept."""
    first = Journal(tmp_path / "j.jsonl", ABOUT, resume=False)
    first.add(ADA, report("ada"), ())
    with pytest.raises(OutputError, match="another run is grading the same"):
        Journal(tmp_path / "j.jsonl", ABOUT, resume=False)
    first.close()
    assert key_of(ADA) in found_in(first.path)


def test_a_folder_that_cannot_be_written_is_said_at_once(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="finished reports cannot be kept"):
        Journal(tmp_path / "file" / "j.jsonl", ABOUT, resume=False)
