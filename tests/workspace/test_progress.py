"""What is remembered about a learner's work, whoever writes it and whatever happens to the file."""

import errno
import json
import multiprocessing
import subprocess
import sys
from pathlib import Path

import pytest

from nnlearn import files
from nnlearn.errors import OutputError
from nnlearn.workspace.progress import Progress
from nnlearn.workspace.state import WorkspaceError


def file_of(root):
    return root / ".nnlearn" / "progress.json"


def test_an_empty_workspace_has_no_progress(tmp_path):
    progress = Progress(tmp_path)
    assert progress.verdicts("activations") == {}
    assert progress.hints_used("activations", "softmax") == 0
    assert list(tmp_path.iterdir()) == []


def test_verdicts_are_merged_and_last(tmp_path):
    Progress(tmp_path).record("activations", {"relu": "failed", "softmax": "not_written"})
    Progress(tmp_path).record("activations", {"relu": "passed"})
    Progress(tmp_path).record("dropout", {"Dropout": "raised"})
    assert Progress(tmp_path).verdicts("activations") == {"relu": "passed", "softmax": "not_written"}
    assert Progress(tmp_path).verdicts("dropout") == {"Dropout": "raised"}


def test_hints_are_counted_to_three_and_the_last_is_shown_again(tmp_path):
    progress = Progress(tmp_path)
    assert [progress.use_hint("activations", "relu") for _ in range(5)] == [1, 2, 3, 3, 3]
    assert Progress(tmp_path).hints_used("activations", "relu") == 3
    assert progress.hints_used("activations", "softmax") == 0
    assert progress.verdicts("activations") == {}


def test_forgetting_a_verdict_leaves_the_hints_and_the_other_parts(tmp_path):
    progress = Progress(tmp_path)
    progress.record("activations", {"relu": "passed", "softmax": "passed"})
    progress.use_hint("activations", "relu")
    progress.forget("activations", "relu")
    assert progress.verdicts("activations") == {"softmax": "passed"}
    assert progress.hints_used("activations", "relu") == 1
    progress.forget("activations")
    assert progress.verdicts("activations") == {}


def test_the_file_is_as_documented_and_keeps_what_others_added(tmp_path):
    Progress(tmp_path).record("activations", {"relu": "passed"})
    Progress(tmp_path).use_hint("activations", "relu")
    document = json.loads(file_of(tmp_path).read_text())
    assert document == {
        "schema_version": 1,
        "topics": {"activations": {"relu": {"verdict": "passed", "hints": 1}}},
    }
    document["colour"] = "blue"
    document["topics"]["activations"]["relu"]["minutes"] = 12
    file_of(tmp_path).write_text(json.dumps(document))
    Progress(tmp_path).record("activations", {"relu": "failed"})
    written = json.loads(file_of(tmp_path).read_text())
    assert written["colour"] == "blue"
    assert written["topics"]["activations"]["relu"] == {"verdict": "failed", "hints": 1, "minutes": 12}


def write_many(root, number):
    progress = Progress(root)
    for i in range(20):
        progress.record(f"topic{number}", {f"part{i}": "passed"})
        progress.record("shared", {f"part{number}_{i}": "failed"})
    progress.use_hint("shared", "part")


def write_at_once(root, processes=4):
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=write_many, args=(root, number)) for number in range(processes)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0] * processes
    progress = Progress(root)
    for number in range(processes):
        assert len(progress.verdicts(f"topic{number}")) == 20
    assert len(progress.verdicts("shared")) == 20 * processes
    assert progress.hints_used("shared", "part") == 3
    assert sorted(file.name for file in (root / ".nnlearn").iterdir()) == ["progress.json", "progress.lock"]


def test_processes_that_write_at_once_lose_nothing(tmp_path):
    write_at_once(tmp_path)


def test_a_file_that_is_open_elsewhere_is_replaced_when_it_is_closed(tmp_path, monkeypatch):
    """Windows refuses to replace a file for as long as another program has it open."""
    refusals = [PermissionError(errno.EACCES, "Permission denied")] * 3
    replace = Path.replace

    def replace_when_free(source, target):
        if refusals:
            raise refusals.pop()
        replace(source, target)

    file = tmp_path / "text"
    monkeypatch.setattr(files, "_PATIENT", True)
    monkeypatch.setattr(Path, "replace", replace_when_free)
    monkeypatch.setattr(files.time, "sleep", lambda _: None)
    files.write_whole(file, b"new")
    assert file.read_bytes() == b"new"
    assert refusals == []


def test_a_lock_dies_with_its_holder(tmp_path):
    program = (
        "import os, sys; from pathlib import Path; from nnlearn.files import locked\n"
        "with locked(Path(sys.argv[1])): os._exit(3)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, tmp_path / "lock"], check=False)
    assert done.returncode == 3
    with files.locked(tmp_path / "lock"):
        pass


def test_a_lock_that_is_never_let_go_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "_PATIENCE_S", 0.05)
    with (
        files.locked(tmp_path / "lock"),
        pytest.raises(OutputError, match="locked by another program"),
        files.locked(tmp_path / "lock"),
    ):
        pass


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "\x00\xff",
        '{"topics": {}}',
        '{"schema_version": "1"}',
        '{"schema_version": 1, "topics": []}',
        '{"schema_version": 1, "topics": {"a": 3}}',
        '{"schema_version": 1, "topics": {"a": {"b": 3}}}',
        '{"schema_version": 1, "topics": {"a": {"b": {"hints": "many"}}}}',
        '{"schema_version": 1, "topics": {"a": {"b": {"verdict": 1}}}}',
        "[" * 100_000,
    ],
)
def test_a_damaged_file_is_set_aside_and_said(tmp_path, text):
    file_of(tmp_path).parent.mkdir()
    file_of(tmp_path).write_text(text)
    progress = Progress(tmp_path)
    assert progress.verdicts("activations") == {}
    [note] = progress.notes
    assert "was damaged" in note
    assert "progress.damaged-1.json" in note
    assert (tmp_path / ".nnlearn" / "progress.damaged-1.json").read_text() == text
    progress.record("activations", {"relu": "passed"})
    assert Progress(tmp_path).verdicts("activations") == {"relu": "passed"}


def test_each_damaged_file_is_kept(tmp_path):
    for number in (1, 2):
        file_of(tmp_path).parent.mkdir(exist_ok=True)
        file_of(tmp_path).write_text(f"damage {number}")
        Progress(tmp_path).record("activations", {"relu": "passed"})
    kept = sorted(file.read_text() for file in (tmp_path / ".nnlearn").glob("*damaged*"))
    assert kept == ["damage 1", "damage 2"]


def test_a_file_of_a_newer_version_is_left_alone(tmp_path):
    file_of(tmp_path).parent.mkdir()
    text = '{"schema_version": 2, "topics": {}}'
    file_of(tmp_path).write_text(text)
    with pytest.raises(WorkspaceError, match="newer nnlearn") as caught:
        Progress(tmp_path).record("activations", {"relu": "passed"})
    assert "--upgrade" in caught.value.next_step
    assert file_of(tmp_path).read_text() == text


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / ".nnlearn" / "progress.lock").mkdir(parents=True)
    with pytest.raises(OutputError, match="cannot be written"):
        Progress(tmp_path).record("activations", {"relu": "passed"})
