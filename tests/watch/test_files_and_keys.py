"""Saves are noticed with events and without; keys are told apart, on terminals and on Windows' consoles."""

import os
import queue
import sys
import threading
import time
from types import SimpleNamespace

import pytest

from nnlearn.watch import keys
from nnlearn.watch.files import OFTEN_S, SELDOM_S, SavedFiles

PATIENCE_S = 30


def rewrite(file):
    file.write_text("in place")


def rename_over(file):
    new = file.with_suffix(".new")
    new.write_text("by renaming")
    new.replace(file)


def delete(file):
    file.unlink()


@pytest.fixture
def file(tmp_path):
    file = tmp_path / "toy.py"
    file.write_text("first")
    return file


@pytest.fixture
def saved(file):
    """Files that are watched, by events unless told otherwise."""
    opened = []

    def watch(post=lambda _: None, *, polling=False):
        opened.append(SavedFiles((file, file.with_suffix(".ipynb")), post, polling=polling))
        return opened[-1]

    yield watch
    for each in opened:
        each.close()


@pytest.mark.parametrize("change", [rewrite, rename_over, delete])
def test_events_tell_of_every_way_to_save(saved, file, change):
    events = queue.SimpleQueue()
    files = saved(events.put)
    deadline = time.monotonic() + PATIENCE_S
    while True:  # until the events have begun to be listened to
        os.utime(file)
        try:
            events.get(timeout=0.2)
            break
        except queue.Empty:
            assert time.monotonic() < deadline
    while not events.empty():
        events.get()
    files.touched()
    files.look()
    change(file)
    events.get(timeout=PATIENCE_S)
    files.touched()
    assert files.look()
    assert files.look_every == SELDOM_S
    assert not files.look()


@pytest.mark.parametrize("change", [rewrite, rename_over, delete])
def test_a_look_finds_what_no_event_has_told_and_looks_more_often_from_then_on(saved, file, change):
    files = saved(polling=True)
    assert files.look_every == OFTEN_S
    files.look_every = SELDOM_S
    assert not files.look()
    change(file)
    assert files.look()
    assert files.look_every == OFTEN_S
    assert not files.look()


def test_a_file_that_comes_back_while_it_is_looked_at_was_never_gone(saved, file):
    files = saved(polling=True)
    file.unlink()
    threading.Timer(0.05, lambda: file.write_text("back again")).start()
    assert files.look()
    assert file.read_text() == "back again"
    assert not files.look()


def test_a_folder_that_is_not_there_is_looked_for(tmp_path):
    files = SavedFiles((tmp_path / "later" / "toy.py",), lambda _: None, polling=False)
    deadline = time.monotonic() + PATIENCE_S
    while files.look_every != OFTEN_S:
        time.sleep(0.05)
        assert time.monotonic() < deadline
    (tmp_path / "later").mkdir()
    (tmp_path / "later" / "toy.py").write_text("there")
    assert files.look()
    files.close()


def test_what_was_saved_last_comes_last(saved, file):
    files = saved(polling=True)
    notebook = file.with_suffix(".ipynb")
    notebook.write_text("{}")
    os.utime(notebook, (2_000_000_000, 2_000_000_000))
    file.write_text("later, by an older clock")
    assert files.look() == [file, notebook]
    os.utime(file, (2_000_000_001, 2_000_000_001))
    assert files.look() == [file]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("hQ", ["h", "q"]),
        ("\x1b[A\x1b[Bj", ["up", "down", "j"]),
        ("\x1b", ["escape"]),
        ("\x1b[24~", []),  # F12: none of its letters is a key
        ("\r \x1b[6~", ["enter", "page down", "page down"]),
    ],
)
def test_what_a_terminal_sends_becomes_keys(text, names):
    assert keys.names_of(text) == names


def test_a_console_of_windows_gives_the_same_keys(monkeypatch):
    typed = list("h\xe0H\xe0sq")  # h, up, a key that nothing is for, q
    console = SimpleNamespace(kbhit=lambda: bool(typed), getwch=lambda: typed.pop(0))
    monkeypatch.setitem(sys.modules, "msvcrt", console)
    monkeypatch.setattr(sys, "platform", "win32")
    found = queue.SimpleQueue()
    keyboard = keys.keyboard(found.put)
    keyboard.open()
    assert [found.get(timeout=PATIENCE_S).name for _ in range(3)] == ["h", "up", "q"]
    keyboard.close()
