"""A command is declared once, and gets the same whether the parser looked at what was typed or not."""

from pathlib import Path

import pytest

from nnlearn.cli import build_app
from nnlearn.cli.commands import COMMANDS
from nnlearn.cli.declared import Command


@pytest.fixture
def parsed(monkeypatch):
    """What a command gets from the parser; `run` does nothing else."""

    def parse(name, *words):
        got = []
        monkeypatch.setattr(Command, "run", lambda self, **given: got.append((self, given)))
        build_app([name])([name, *words], standalone_mode=False)
        [(command, given)] = got
        assert command is COMMANDS[name]
        return given

    return parse


@pytest.mark.parametrize(
    "typed",
    [
        "init",
        "init here",
        "init here toy other",
        "list",
        "lesson toy",
        "lesson --browser toy",
        "lesson toy --jupyter",
        "check toy",
        "check --json mine.py",
        "watch",
        "watch toy --poll",
        "hint softmax",
        "hint softmax 3",
        "hint --again softmax",
        "progress --json",
        "reset toy",
        "solution softmax",
        "doctor --thorough --json",
    ],
)
def test_the_way_past_the_parser_leads_to_the_same(parsed, typed):
    name, *words = typed.split()
    taken = COMMANDS[name].taken(words)
    assert taken is not None, "this needs no parser"
    given = parsed(name, *words)
    assert {key: value for key, value in given.items() if value not in (None, False)} == taken
    assert given.keys() >= taken.keys()
    assert [type(value) for value in taken.values()] == [type(given[key]) for key in taken]


@pytest.mark.parametrize(
    "typed",
    [
        "list --help",
        "list x y",
        "list --content here",
        "reset",
        "lesson toy other",
        "lesson toy --open",
        "check mine.py --topic toy",
        "hint softmax 4",
        "hint softmax three",
        "hint -- softmax",
        "watch toy other",
    ],
)
def test_what_needs_a_closer_look_is_left_to_the_parser(typed):
    name, *words = typed.split()
    assert COMMANDS[name].taken(words) is None


def test_options_with_a_value_and_words_after_dashes(parsed):
    assert parsed("check", "mine.py", "--topic", "toy")["topic"] == "toy"
    assert parsed("list", "--content", "here")["content"] == Path("here")
    assert parsed("hint", "--", "softmax", "2")["number"] == 2
