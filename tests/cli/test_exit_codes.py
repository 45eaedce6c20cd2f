"""Every command ends with the exit codes of the README, whatever it is asked for."""

import typer
from typer.main import get_command

from nnlearn.cli import build_app

# What cannot be carried out, for each command there is.
NOT_TO_BE_DONE = {
    "init": ["there/and/a/file"],
    "list": ["--content", "nowhere"],
    "lesson": ["nonsense"],
    "ask": ["--content", "nowhere"],
    "check": ["nonsense"],
    "watch": ["nonsense"],
    "hint": ["nonsense"],
    "elementary": ["nonsense"],
    "progress": ["--content", "nowhere"],
    "reset": ["nonsense"],
    "solution": ["nonsense"],
    "doctor": ["--nonsense"],
    "grade": ["nowhere"],
    "topic new": ["Not A Name", "--content", "nowhere"],
    "topic build": ["nonsense", "--content", "nowhere"],
    "topic check": ["nonsense", "--content", "nowhere"],
    "topic preview": ["nonsense", "--content", "nowhere"],
    "course init": ["a [b]"],
    "course add": ["toy", "--as", "ps1"],
    "course check": ["ps1"],
    "course preflight": ["ps1"],
    "course grade": ["ps1"],
    "course export": ["ps1"],
    "course extend": ["ps1"],
    "course compare": ["ps1"],
    "gradescope build": ["nonsense"],
    "site build": ["--content", "nowhere"],
    "site serve": ["--content", "nowhere"],
}


def leaves(group, *above):
    """The names of the commands that do something."""
    context = typer.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if hasattr(command, "list_commands"):
            yield from leaves(command, *above, name)
        else:
            yield " ".join([*above, name])


def test_every_command_is_looked_at():
    assert set(leaves(get_command(build_app()))) == set(NOT_TO_BE_DONE)


def test_wrong_words_end_every_command_with_4_and_how_it_is_used(learn, command):
    for name in NOT_TO_BE_DONE:
        done = command(*name.split(), "--no-such-option")
        assert (done.code, done.out) == (4, ""), name
        assert "--no-such-option" in done.err, name


def test_what_cannot_be_carried_out_ends_every_command_with_4_and_a_next_step(learn, command):
    (learn / "there").write_text("")
    for name, words in NOT_TO_BE_DONE.items():
        done = command(*name.split(), *words)
        assert done.code == 4, f"{name}: {done}"
        assert done.err.strip(), name
        assert done.out == "", name
