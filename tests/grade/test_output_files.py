"""Output files are refused before the work, and replaced whole after it."""

from __future__ import annotations

import codecs
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest

from autograder.render.files import OutputFile
from nnlearn.errors import OutputError


def test_nothing_is_touched_before_it_is_written(tmp_path: Path) -> None:
    """Asking for a file leaves the old one, and the folder, as they are."""
    target = tmp_path / "class.json"
    target.write_text("old", encoding="utf-8")
    file = OutputFile(target)
    assert target.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [target]
    file.write("new")
    assert target.read_text(encoding="utf-8") == "new"
    assert list(tmp_path.iterdir()) == [target]


def test_failure_while_writing_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk costs the new file, never the old one."""

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    target = tmp_path / "class.csv"
    target.write_text("old", encoding="utf-8")
    file = OutputFile(target)
    monkeypatch.setattr("autograder.render.files.os.fsync", full)
    with pytest.raises(OutputError, match=r"class\.csv: cannot write here: No space left"):
        file.write("new")
    assert target.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_missing_folders_are_made(tmp_path: Path) -> None:
    """`--html report/class.html` works in a fresh folder."""
    OutputFile(tmp_path / "report" / "week1" / "x.html").write("new")
    assert (tmp_path / "report" / "week1" / "x.html").read_text(encoding="utf-8") == "new"


def test_links_and_permissions_survive(tmp_path: Path) -> None:
    """The file behind a link is replaced, with the permissions it had."""
    real = tmp_path / "real.html"
    real.write_text("old", encoding="utf-8")
    real.chmod(0o640)
    link = tmp_path / "link.html"
    link.symlink_to(real)
    OutputFile(link).write("new")
    assert link.is_symlink()
    assert real.read_text(encoding="utf-8") == "new"
    assert real.stat().st_mode & 0o777 == 0o640


def test_devices_are_written_to_not_replaced() -> None:
    """`--json /dev/null` must not make a regular file of /dev/null."""
    null = Path("/dev/null")
    OutputFile(null).write("x")
    assert null.is_char_device()


def test_names_that_are_no_utf8_can_be_written(tmp_path: Path) -> None:
    """A file name with stray bytes survives the way into JSON and back."""
    target = tmp_path / "class.json"
    OutputFile(target).write(json.dumps({"learner": "\udcff"}, ensure_ascii=False))
    assert json.loads(target.read_text(encoding="utf-8")) == {"learner": "\udcff"}


@pytest.mark.parametrize(
    ("name", "problem"),
    [("", "it is a folder"), ("file/x.json", "File exists"), ("file/no/x.json", "Not a directory")],
)
def test_refused_at_once(tmp_path: Path, name: str, problem: str) -> None:
    """The message says what is wrong with the path."""
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match=problem):
        OutputFile(tmp_path / name)


def test_folder_that_takes_no_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The probe really makes a file: permissions are not guessed."""

    def refuse(*_: Any, **__: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(tempfile, "NamedTemporaryFile", refuse)
    with pytest.raises(OutputError, match="cannot write here: Permission denied"):
        OutputFile(tmp_path / "x.json")


@pytest.mark.parametrize(("text", "mark"), [("id\nada\n", b""), ("id\nNúñez\n", codecs.BOM_UTF8)])
def test_a_table_has_the_mark_that_spreadsheets_need(tmp_path: Path, text: str, mark: bytes) -> None:
    """Excel takes a CSV file without one for a file in the system's own encoding."""
    OutputFile(tmp_path / "class.csv").write_csv(text)
    assert (tmp_path / "class.csv").read_bytes() == mark + text.encode()
