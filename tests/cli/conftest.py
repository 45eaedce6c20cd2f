"""The commands run in this process, off a terminal, as fast as they are."""

import sys
from dataclasses import dataclass

import pytest

from nnlearn.cli import main


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def command(capsys, monkeypatch):
    """Run `nnlearn` with some arguments."""

    def run(*arguments):
        with monkeypatch.context() as patch, pytest.raises(SystemExit) as ended:
            patch.setattr(sys, "argv", ["nnlearn", *map(str, arguments)])
            patch.setattr(sys, "stdout", sys.stdout)  # a command keeps it for JSON until its process ends
            main()
        captured = capsys.readouterr()
        assert "Traceback" not in captured.out + captured.err
        assert "\x1b" not in captured.out + captured.err
        return Done(ended.value.code, captured.out, captured.err)

    return run


@pytest.fixture
def learn(miniature, tmp_path, monkeypatch, command):
    """A workspace made from the miniature course, and the current folder."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.chdir(home)
    monkeypatch.setenv("HOME", str(home))
    done = command("init", "learn", "--content", miniature)
    assert (done.code, done.err) == (0, "")
    monkeypatch.chdir(home / "learn")
    return home / "learn"
