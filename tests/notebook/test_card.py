"""What a card says of a part, as text and as HTML."""

from nnlearn.checking.failure import WIDTH
from nnlearn.notebook.card import Card
from nnlearn.results import Outcome, PartResult, Verdict


def outcome(name, verdict):
    return Outcome(
        name, f"Title of {name}.", False, 1.0, verdict, "" if verdict == "passed" else f"About {name}"
    )


def said(part, **verdicts):
    """The messages on the card, both of which have the same."""
    outcomes = tuple(outcome(name, Verdict(verdict)) for name, verdict in verdicts.items())
    card = Card(PartResult(part, 1.0, outcomes), 0)
    found = [name for name in verdicts if f"About {name}" in card.as_text()]
    assert found == [name for name in verdicts if f">About {name}</div></pre>" in card.as_html()]
    return found


def test_of_a_part_the_first_thing_to_look_at():
    assert said("relu", one="passed", two="failed", three="raised", four="waiting") == ["two"]
    assert said("relu", one="not_written", two="failed") == ["one"]
    assert said("relu", one="passed", two="passed") == []


def test_of_predictions_each_guess_that_was_answered_whatever_is_open_yet():
    mixed = {"one": "not_written", "two": "failed", "three": "waiting", "four": "passed", "five": "failed"}
    assert said("predictions", **mixed) == ["two", "five"]
    assert said("predictions", one="not_written", two="not_written") == ["one"]


def test_a_message_is_as_wide_as_the_page_and_goes_on_below_where_it_began():
    """The browser breaks its lines; as text they have the width for where nobody can tell the room."""
    row = "  Noticed    " + "long words " * 20
    message = f"relu: it should hold\n\n{row.rstrip()}"
    failed = Outcome("one", "One.", False, 1.0, Verdict.FAILED, message)
    card = Card(PartResult("relu", 1.0, (failed,)), 0)
    html = card.as_html()
    assert f'<div style="padding-left:13ch;text-indent:-13ch">{row.rstrip()}</div>' in html
    assert '<div style="padding-left:4ch;text-indent:-4ch">relu: it should hold</div>' in html
    assert max(map(len, card.as_text().splitlines())) <= WIDTH
