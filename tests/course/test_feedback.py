"""What a learner reads under a cell of checks: what was noticed, once, and how it was found."""

from __future__ import annotations

import pytest

from autograder.course.feedback import part_as_html, part_as_text
from nnlearn.checking.failure import Failure, render
from nnlearn.results import FoundBy, Noticed, Outcome, PartResult, Verdict

WRONG = "Every column adds up to 1 instead of every row: the division runs over axis 0, <b>first</b> of all."


def failed(check: str, *noticed: str) -> Outcome:
    message = render(Failure("each row adds up to 1", part="softmax", noticed=noticed, next_step="a hint"))
    return Outcome(check, f"{check} is right.", False, 1.0, Verdict.FAILED, message)


@pytest.mark.parametrize("show", [part_as_text, part_as_html])
@pytest.mark.parametrize("found_by", FoundBy)
def test_what_was_noticed_stands_above_the_checks(show, found_by):
    noticed = Noticed("column_sum", WRONG, found_by)
    part = PartResult("softmax", 3.0, (failed("rows", WRONG), failed("values")), (noticed,))
    text = " ".join(show(part, 0.0, 3.0).split())
    assert text.count("Noticed") == text.count("Every column adds up to 1") == 1
    assert text.index("Noticed") < text.index("rows is right.") < text.index("each row adds up to 1")
    assert text.count(f"({found_by.words})") == 1
    assert text.count("Next a hint") == 1  # both checks say the same
    assert ("<b>first</b>" in text) == (show is part_as_text)


def test_each_way_of_finding_out_has_words_of_its_own():
    assert len({found_by.words for found_by in FoundBy}) == len(FoundBy)
