"""Finished reports survive crashes, and only reports that still hold are taken over."""

from pathlib import Path

import pytest

from autograder.engine.journal import Journal, key_of
from autograder.engine.submissions import Submission
from nnlearn.errors import OutputError
from nnlearn.results import Noticed, Outcome, PartResult, Report, Verdict

ABOUT = {"seed": 0, "content": {"toy": "abc"}}
ADA = Submission("ada", Path("ada.py"), "toy", "ada.py", "0a")
BOB = Submission("bob", Path("bob.py"), "toy", "bob.py", "0b")


def report(name):
    outcome = Outcome("test_a", "A.", True, 1.0, Verdict.FAILED, "no", 0.25, Noticed("adds", "It adds."))
    return Report(name, f"{name}.py", "0a", (PartResult("a", 2.0, (outcome,)),), ("note",), "out")


def test_reports_come_back_as_they_were(tmp_path):
    with Journal(tmp_path / "run" / "j.jsonl", ABOUT, resume=False) as journal:
        journal.add(ADA, report("ada"))
    with Journal(journal.path, ABOUT, resume=True) as again:
        assert again.found == {key_of(ADA): report("ada")}
        again.add(BOB, report("bob"))
    with Journal(journal.path, ABOUT, resume=True) as third:
        assert third.found.keys() == {key_of(ADA), key_of(BOB)}


def test_a_line_cut_short_by_a_crash_costs_only_itself(tmp_path):
    with Journal(tmp_path / "j.jsonl", ABOUT, resume=False) as journal:
        journal.add(ADA, report("ada"))
        journal.add(BOB, report("bob"))
    data = journal.path.read_bytes()
    for cut in range(1, len(data.splitlines()[-1])):
        journal.path.write_bytes(data[:-cut])
        with Journal(journal.path, ABOUT, resume=True) as again:
            assert key_of(ADA) in again.found


def test_reports_made_with_other_content_or_another_seed_are_not_taken_over(tmp_path):
    with Journal(tmp_path / "j.jsonl", ABOUT, resume=False) as journal:
        journal.add(ADA, report("ada"))
    with Journal(journal.path, {**ABOUT, "seed": 1}, resume=True) as other:
        assert other.found == {}


def test_a_folder_that_cannot_be_written_is_said_at_once(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="finished reports cannot be kept"):
        Journal(tmp_path / "file" / "j.jsonl", ABOUT, resume=False)
