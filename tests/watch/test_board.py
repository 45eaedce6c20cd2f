"""What the watch says about a part, in words."""

from pathlib import Path

from nnlearn.catalogue import load_catalogue
from nnlearn.watch.board import Board


def test_a_part_without_visible_checks_waits_for_the_grading(miniature: Path) -> None:
    """It neither passes nor is it left to do; until its checks are known it is as any other."""
    board = Board(load_catalogue(miniature).topic("toy"), Path("toy.py"))
    assert (board.state("Scale"), board.count("Scale")) == ("not checked", "")
    board.checks = {"softmax": 1, "Scale": 0, "predictions": 1}
    assert (board.state("Scale"), board.count("Scale")) == ("when graded", "its checks are hidden")
    assert board.open_parts == ["softmax", "predictions"]
    assert board.passed == 0
