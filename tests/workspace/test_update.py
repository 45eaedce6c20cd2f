"""`nnlearn init` over whatever is there: nothing that the learner wrote is lost."""

import json

import pytest

from nnlearn.errors import OutputError
from nnlearn.workspace.update import update_workspace
from nnlearn.workspace.workspace import Workspace, find_workspace, manifest_of

PY, LESSON = "exercises/toy/toy.py", "exercises/toy/README.md"
FIRST = {PY: b"first stub\n", LESSON: b"first lesson\n", "pytest.ini": b"[pytest]\n"}
SECOND = {PY: b"second stub\n", LESSON: b"second lesson\n", "pytest.ini": b"[pytest]\n"}


@pytest.fixture
def root(tmp_path):
    """A workspace with the files of `FIRST`."""
    root = tmp_path / "learn"
    update_workspace(root, FIRST, None)
    return root


def texts(root):
    return {
        file.relative_to(root).as_posix(): file.read_bytes()
        for file in root.rglob("*")
        if file.is_file() and ".nnlearn" not in file.parts
    }


def said(update):
    return {change.path: change.what for change in update.changes if change.what != "same"}


def test_it_is_made_where_nothing_was(tmp_path):
    root = tmp_path / "a" / "b"
    update = update_workspace(root, FIRST, None)
    assert update.first
    assert set(said(update).values()) == {"new"}
    assert texts(root) == FIRST
    assert find_workspace(root / "exercises" / "toy") == Workspace(root)


def test_again_changes_nothing(root):
    before = {file: file.stat().st_mtime_ns for file in root.rglob("*.*") if ".nnlearn" not in file.parts}
    update = update_workspace(root, FIRST, None)
    assert not update.first
    assert said(update) == {}
    assert {file: file.stat().st_mtime_ns for file in before} == before


def test_a_newer_version_reaches_what_was_not_changed(root):
    assert said(update_workspace(root, SECOND, None)) == {PY: "updated", LESSON: "updated"}
    assert texts(root) == SECOND
    assert said(update_workspace(root, SECOND, None)) == {}


def test_what_the_learner_changed_stays(root):
    (root / PY).write_bytes(b"mine\n")
    assert said(update_workspace(root, FIRST, None)) == {PY: "kept"}
    assert texts(root) == {**FIRST, PY: b"mine\n"}


def test_where_both_changed_the_new_version_is_put_beside(root):
    (root / PY).write_bytes(b"mine\n")
    update = update_workspace(root, SECOND, None)
    [change] = update.of("beside")
    assert (change.path, change.beside) == (PY, f"{PY}.new")
    assert texts(root) == {**SECOND, PY: b"mine\n", f"{PY}.new": b"second stub\n"}
    # It is said once; the learner's file is not asked about again, and what they threw away stays away.
    assert said(update_workspace(root, SECOND, None)) == {PY: "kept"}
    (root / f"{PY}.new").unlink()
    assert said(update_workspace(root, SECOND, None)) == {PY: "kept"}
    assert not (root / f"{PY}.new").exists()


def test_a_third_version_replaces_the_second_beside_but_not_what_the_learner_made_of_it(root):
    third, fourth = {**SECOND, PY: b"third\n"}, {**SECOND, PY: b"fourth\n"}
    (root / PY).write_bytes(b"mine\n")
    update_workspace(root, SECOND, None)
    update_workspace(root, third, None)
    assert (root / f"{PY}.new").read_bytes() == b"third\n"
    (root / f"{PY}.new").write_bytes(b"my notes about it\n")
    [change] = update_workspace(root, fourth, None).of("beside")
    assert change.beside == f"{PY}.new2"
    assert (root / f"{PY}.new").read_bytes() == b"my notes about it\n"
    assert (root / f"{PY}.new2").read_bytes() == b"fourth\n"


def test_taking_the_new_version_ends_it(root):
    (root / PY).write_bytes(b"mine\n")
    update_workspace(root, SECOND, None)
    (root / f"{PY}.new").replace(root / PY)
    assert said(update_workspace(root, SECOND, None)) == {}
    assert said(update_workspace(root, FIRST, None)) == {PY: "updated", LESSON: "updated"}


def test_what_was_deleted_is_restored(root):
    (root / LESSON).unlink()
    assert said(update_workspace(root, FIRST, None)) == {LESSON: "restored"}
    assert texts(root) == FIRST


def test_what_is_no_longer_offered_goes_unless_it_was_changed(root):
    less = {"pytest.ini": FIRST["pytest.ini"]}
    (root / PY).write_bytes(b"mine\n")
    assert said(update_workspace(root, less, None)) == {LESSON: "removed", PY: "kept"}
    assert texts(root) == {**less, PY: b"mine\n"}


def test_files_that_were_there_before_the_workspace_stay(tmp_path):
    (tmp_path / "pytest.ini").write_bytes(b"# my own\n")
    update = update_workspace(tmp_path, FIRST, None)
    assert [change.beside for change in update.of("beside")] == ["pytest.ini.new"]
    assert texts(tmp_path) == {**FIRST, "pytest.ini": b"# my own\n", "pytest.ini.new": b"[pytest]\n"}


@pytest.mark.parametrize("stop_at", range(4))
def test_after_an_end_at_any_file_the_next_time_goes_on(root, monkeypatch, stop_at):
    """Killed between two files: each file is the old or the new one, and no edit is taken for ours."""
    from nnlearn.workspace import update as module

    (root / "pytest.ini").write_bytes(b"# mine\n")
    left = [stop_at]
    write = module.write_whole

    def write_some(file, data):
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        write(file, data)

    monkeypatch.setattr(module, "write_whole", write_some)
    newer = {**SECOND, "extra.txt": b"extra\n"}
    try:
        update_workspace(root, newer, None)
    except KeyboardInterrupt:
        assert stop_at < 3
    monkeypatch.setattr(module, "write_whole", write)
    update = update_workspace(root, newer, None)
    assert update.of("beside") == []
    assert texts(root) == {**newer, "pytest.ini": b"# mine\n"}


def test_a_lost_manifest_takes_no_edit_away(root):
    (root / PY).write_bytes(b"mine\n")
    manifest_of(root).unlink()
    assert said(update_workspace(root, FIRST, None)) == {PY: "beside"}
    assert (root / PY).read_bytes() == b"mine\n"


def test_the_manifest_says_what_was_written(root):
    document = json.loads(manifest_of(root).read_text())
    assert document["schema_version"] == 1
    assert document["topics"] is None
    assert set(document["files"]) == set(FIRST)


def test_a_folder_in_the_place_of_a_file_is_said(tmp_path):
    (tmp_path / "pytest.ini").mkdir()
    with pytest.raises(OutputError, match=r"pytest\.ini should be a file"):
        update_workspace(tmp_path, FIRST, None)
