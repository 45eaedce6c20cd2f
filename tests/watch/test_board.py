"""What the watch says about a part, in words."""

from pathlib import Path

import pytest

from nnlearn.catalogue import load_catalogue
from nnlearn.results import Outcome, PartResult, Verdict
from nnlearn.watch.board import Board


def test_a_part_without_visible_checks_waits_for_the_grading(miniature: Path) -> None:
    """It neither passes nor is it left to do; until its checks are known it is as any other."""
    board = Board(load_catalogue(miniature).topic("toy"), Path("toy.py"))
    assert (board.state("Scale"), board.count("Scale")) == ("not checked", "")
    board.checks = {"softmax": 1, "Scale": 0, "predictions": 1}
    assert (board.state("Scale"), board.count("Scale")) == ("when graded", "its checks are hidden")
    assert board.open_parts == ["softmax", "predictions"]
    assert board.passed == 0


def test_of_guesses_each_that_was_answered_is_told(miniature: Path) -> None:
    """And of any other part one thing at a time."""
    board = Board(load_catalogue(miniature).topic("toy"), Path("toy.py"))
    verdicts = (Verdict.NOT_WRITTEN, Verdict.FAILED, Verdict.WAITING, Verdict.FAILED)
    for part, told in (("predictions", "2: nnlearn hint\n\n4: nnlearn hint"), ("softmax", "1: nnlearn hint")):
        outcomes = tuple(
            Outcome(f"test_{number}", "", False, 1.0, verdict, f"{number}: nnlearn hint {part}")
            for number, verdict in enumerate(verdicts, start=1)
        )
        board.results[part], board.focus = PartResult(part, 1.0, outcomes), part
        assert "\n\n".join(board.messages()) == told.replace(
            "nnlearn hint", "press h for a hint (0 of 3 used)"
        )


@pytest.mark.parametrize(
    "known", [[], ["softmax"], ["softmax", "Scale"], ["softmax", "Scale", "predictions"]]
)
def test_the_learner_comes_back_to_what_they_left_however_much_was_checked_before(
    miniature: Path, known: list[str]
) -> None:
    """A file may be saved while it is checked for the first time: some parts have no verdict then."""
    board = Board(load_catalogue(miniature).topic("toy"), Path("toy.py"))
    board.choose_focus()

    def take(**verdicts: Verdict) -> None:
        for name, verdict in verdicts.items():
            board.take(PartResult(name, 1.0, (Outcome("test_it", "", False, 1.0, verdict, "it"),)))

    take(**dict.fromkeys(known, Verdict.NOT_WRITTEN))
    board.saved(["softmax", "Scale", "predictions"])
    take(softmax=Verdict.NOT_WRITTEN, Scale=Verdict.FAILED, predictions=Verdict.NOT_WRITTEN)
    assert board.focus == "Scale"
    board.saved(["Scale"])
    take(Scale=Verdict.PASSED)
    assert board.focus == "softmax"
