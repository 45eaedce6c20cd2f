"""What fits on a screen, and what goes first where it does not."""

from __future__ import annotations

import itertools
from types import SimpleNamespace
from typing import Any

import pytest
from rich.cells import cell_len
from rich.style import Style

from nnlearn.catalogue import Topic, load_catalogue
from nnlearn.results import Outcome, PartResult, Verdict
from nnlearn.watch.board import Board
from nnlearn.watch.draw import board_lines
from nnlearn.watch.pages import lesson_page, topics_page

TOPICS = load_catalogue().topics
FAILED, PASSED, NOT_WRITTEN = Verdict.FAILED, Verdict.PASSED, Verdict.NOT_WRITTEN
MESSAGE = (
    "relu: relu(x) should be x where positive and 0 elsewhere, but element [0, 0] is 2.5, not 0\n"
    "\n"
    "  Call       relu(x)            x: shape (2, 3), float32\n"
    "  Expected   at [0, 0]: [0   0   3  ]  ± 1e-05\n"
    "  Got        at [0, 0]: [2.5 -0  3  ]  2 of 6 differ\n"
    "  Noticed    Negative numbers come back with their sign removed instead of as 0. That is their size.\n"
    "  Next       nnlearn hint relu   (0 of 3 used)\n"
    "  Where      activations.py:39"
)


def board_of(topic: Topic, *verdicts: Verdict, message: str = MESSAGE) -> Board:
    """The topic with the first part checked, by checks with these verdicts; nothing else is written."""
    board = Board(topic, topic.stub, passed_elsewhere=(0, 20))
    for part in topic.parts:
        board.results[part.name] = PartResult(part.name, 1.0, (outcome(0, NOT_WRITTEN, ""),))
    outcomes = tuple(outcome(number, verdict, message) for number, verdict in enumerate(verdicts))
    first = board.focus = topic.parts[0].name
    board.results[first] = PartResult(first, 1.0, outcomes)
    return board


def outcome(number: int, verdict: Verdict, message: str) -> Outcome:
    said = "" if verdict is PASSED else message
    return Outcome(f"test_{number}", f"What check {number} asks for.", False, 1.0, verdict, said)


def shown(board: Board, width: int, height: int) -> list[str]:
    return [line.plain.rstrip() for line in board_lines(board, width, height)]


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
@pytest.mark.parametrize(("width", "height"), [(60, 20), (80, 24), (120, 50)])
def test_every_state_is_seen_with_the_effort_of_what_is_not_written(
    topic: Topic, width: int, height: int
) -> None:
    """Beside the states that have a verdict stands how the checks went."""
    first, *others = topic.parts
    lines = shown(board_of(topic, PASSED, FAILED), width, height)
    assert len(lines) == height
    assert any(
        line.startswith(f"> {first.name} ") and " failed " in line and "1 of 2" in line for line in lines
    )
    for part in others:
        [line] = [line for line in lines if line.startswith(f"  {part.name} ")]
        assert part.minutes
        assert part.effort in line or f"not written    {part.minutes} min" in line
        assert "checks" not in line.partition("not written")[2][:30]
    assert any(
        f"0 of {len(topic.parts)} parts pass, 0 of {len(topic.parts) + 20} in the course" in x for x in lines
    )


@pytest.mark.parametrize("width", [60, 80])
def test_a_first_line_breaks_between_what_should_hold_and_what_is_so(width: int) -> None:
    lines = shown(board_of(TOPICS[0], FAILED), width, 30)
    place = lines.index("relu: relu(x) should be x where positive and 0 elsewhere,")
    assert lines[place + 1] == "    but element [0, 0] is 2.5, not 0"
    assert max(cell_len(line) for line in lines) <= width


def test_what_does_not_pass_comes_first_where_there_is_no_room_for_all_checks() -> None:
    verdicts = (PASSED, PASSED, FAILED, PASSED, Verdict.WAITING)
    lines = shown(board_of(TOPICS[0], *verdicts), 80, 29)
    place = lines.index(f"The checks of {TOPICS[0].parts[0].name}:")
    assert lines[place + 1 : place + 3] == [
        "failed       What check 2 asks for.",
        "waiting      What check 4 asks for.",
    ]
    assert lines[place + 3].endswith("more lines: press m")
    in_order = [line for line in shown(board_of(TOPICS[0], *verdicts), 80, 50) if " What check " in line]
    assert [int(line.split()[3]) for line in in_order] == [0, 1, 2, 3, 4]


def test_what_is_not_written_yet_is_no_error() -> None:
    """Its first line is no red one; that of a failure is."""
    for verdict, message, style in (
        (NOT_WRITTEN, "relu: not written yet", "bold"),
        (FAILED, "relu: wrong", "bold red"),
    ):
        lines = board_lines(board_of(TOPICS[0], verdict, message=message), 80, 24)
        assert [line.style for line in lines if line.plain == message] == [style]


def test_hints_notes_and_questions_are_read_on_any_ground() -> None:
    """They have no colour: yellow and cyan are hard to read on white."""
    board = board_of(TOPICS[0], FAILED)
    board.notice, board.hint, board.notes = "Press r again.", "Hint 1 of 3 for relu: think.", ("It is so.",)
    lines = board_lines(board, 80, 40)
    styles = {str(style) for line in lines for style in (line.style, *(span.style for span in line.spans))}
    assert styles <= {
        "",
        "bold",
        "dim",
        "dim not bold",
        "not bold dim",
        "red",
        "bold red",
        "green",
        "bold reverse",
    }
    plain = [line.plain for line in lines]
    assert plain[plain.index("Note: It is so.") + 1] == ""


def test_the_list_of_topics_leaves_titles_out_where_lines_would_be_cut() -> None:
    standing: Any = SimpleNamespace(topics=TOPICS, passed=lambda _: 0)
    page = topics_page(standing, TOPICS[1])
    for width, titled in ((60, False), (80, True)):
        lines = [line.plain for line in page.lines(width, 24)]
        assert max(len(line) for line in lines) <= width
        for topic, line in itertools.zip_longest(TOPICS, lines[1 : len(TOPICS) + 1]):
            assert line.startswith(f"{'>' if topic is TOPICS[1] else ' '} {topic.name} ")
            assert topic.effort in line
            assert (topic.title in line) == titled


def test_a_lesson_has_formulas_as_text_and_no_ground_of_its_own() -> None:
    """What stands on black is a bar across a light terminal."""
    for topic in TOPICS:
        lines = lesson_page(topic, topic.lesson.read_text(encoding="utf-8")).make(80)
        text = "\n".join(line.plain for line in lines)
        assert "$" not in text
        assert "\\frac" not in text
        grounds = {
            span.style.bgcolor for line in lines for span in line.spans if isinstance(span.style, Style)
        }
        assert all(ground is None or ground.is_default for ground in grounds)
