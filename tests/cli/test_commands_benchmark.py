"""The benchmark of commands measures what it says; how fast anything is, is not held here."""

import pytest
from rich.console import Console

from benchmarks.commands import commands_of, measure, show
from benchmarks.results import Machine


def test_each_command_is_timed_and_shown(learn):
    waits = measure(["nnlearn list", "nnlearn hint softmax"], learn, 1)
    assert [wait.command for wait in waits] == ["nnlearn list", "nnlearn hint softmax"]
    assert all(0 < wait.fastest <= wait.median and wait.processor > 0 for wait in waits)
    console = Console(width=110, record=True)
    console.print(show(waits, Machine(cores=2, load=0.1)))
    assert "nnlearn hint softmax" in console.export_text()


def test_a_command_that_fails_is_no_measurement(learn):
    with pytest.raises(RuntimeError, match="no part called"):
        measure(["nnlearn hint nonsense"], learn, 1)


def test_every_command_of_the_list_can_be_typed(command, learn):
    for line in commands_of("toy", "softmax"):
        assert command(*line.split()[1:]).code == 0, line
