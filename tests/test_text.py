"""Hostile text, made fit to be shown: one way for terminals, pages, reports and replies."""

import pytest

from nnlearn.text import clean, one_line, without_controls


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain\ntext\r\n", "plain\ntext\n"),
        ("\x1b[31mred\x1b[0m \x1b]0;title\x07after", "red after"),
        ("\x1b]0;never ended", ""),
        ("\x1bc\x9b31m\x00\x07\x7f", "31m"),
        ("a\tb\n\x1b[1mab\tc", "a   b\nab  c"),
        ("\u202eevil\u200b", "evil"),
        ("Zoë 名前 \u0915\u094d\u200d\u0937", "Zoë 名前 \u0915\u094d\u200d\u0937"),
        ("no\u00a0break\u2028line \ud800", "no break line \N{REPLACEMENT CHARACTER}"),
    ],
)
def test_nothing_steers_a_terminal_or_hides_what_is_around_it(text, shown):
    assert clean(text) == shown
    assert clean(shown) == shown


def test_one_line_is_short_and_has_no_gaps():
    assert one_line("  two\n\n lines\t") == "two lines"
    assert one_line("x" * 50, 10) == "x" * 9 + "…"
    assert one_line("x" * 10, 10) == "x" * 10


def test_what_is_printed_keeps_its_tabs():
    assert without_controls("\x1b[1mcolumn\tcolumn\n\r\u202e") == "column\tcolumn\n\u202e"
