"""A workspace is found from any folder inside it, and knows which file the learner works on."""

import json
import os
import shutil
import threading

import pytest

from nnlearn.files import digest_of
from nnlearn.workspace.state import WorkspaceError
from nnlearn.workspace.workspace import find_workspace, manifest_of


@pytest.fixture
def root(miniature, tmp_path):
    """A workspace with the topic `toy`, as `nnlearn init` leaves it."""
    root = tmp_path / "learn"
    shutil.copytree(miniature / "exercises", root / "exercises")
    files = {
        file.relative_to(root).as_posix(): digest_of(file.read_bytes())
        for file in root.rglob("*")
        if file.is_file()
    }
    manifest_of(root).parent.mkdir()
    manifest_of(root).write_text(json.dumps({"schema_version": 1, "files": files}))
    return root


def change(file, when):
    file.write_text(file.read_text() + "\n")
    os.utime(file, (when, when))


def test_it_is_found_from_any_folder_inside_it(root, monkeypatch):
    assert find_workspace(root).root == root
    assert find_workspace(root / "exercises" / "toy").root == root
    assert find_workspace(root / "exercises" / "toy" / "toy.py").root == root
    assert find_workspace(root.parent) is None
    monkeypatch.chdir(root / "exercises")
    assert find_workspace().root == root


def test_its_catalogue_holds_what_was_put_there_and_nothing_of_the_learners(root):
    (root / "exercises" / "my own notes").mkdir()
    (root / "exercises" / "my own notes" / "ideas.txt").write_text("x")
    topics = find_workspace(root).catalogue.topics
    assert [topic.name for topic in topics] == ["toy"]
    assert topics[0].solution_dir is None


def test_the_file_worked_on_is_the_one_changed_last(root):
    topic = find_workspace(root).catalogue.topic("toy")
    assert find_workspace(root).file_of(topic) == topic.stub
    os.utime(topic.notebook)  # opened, not changed
    assert find_workspace(root).file_of(topic) == topic.stub
    change(topic.notebook, 1_000)
    assert find_workspace(root).file_of(topic) == topic.notebook
    change(topic.stub, 2_000)
    assert find_workspace(root).file_of(topic) == topic.stub
    change(topic.notebook, 3_000)
    assert find_workspace(root).file_of(topic) == topic.notebook
    topic.notebook.unlink()
    assert find_workspace(root).file_of(topic) == topic.stub


def test_reading_the_lesson_in_jupyter_does_not_make_the_notebook_the_file_worked_on(root):
    topic = find_workspace(root).catalogue.topic("toy")
    stub = 'raise NotImplementedError("softmax: not written yet")'
    topic.stub.write_text(topic.stub.read_text().replace(stub, "return logits"))
    os.utime(topic.stub, (1_000, 1_000))
    notebook = json.loads(topic.notebook.read_text())
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["execution_count"] = 3
    topic.notebook.write_text(json.dumps(notebook))
    os.utime(topic.notebook, (2_000, 2_000))
    assert find_workspace(root).file_of(topic) == topic.stub
    for cell in notebook["cells"]:  # work in both: the last one counts again
        cell["source"] = "".join(cell["source"]).replace(stub, "return 2 * logits")
    topic.notebook.write_text(json.dumps(notebook))
    os.utime(topic.notebook, (3_000, 3_000))
    assert find_workspace(root).file_of(topic) == topic.notebook
    topic.stub.write_text(topic.stub.read_text() + "\n")
    os.utime(topic.stub, (4_000, 4_000))
    assert find_workspace(root).file_of(topic) == topic.stub


def test_answers_are_work_as_well(root):
    topic = find_workspace(root).catalogue.topic("toy")
    change(topic.stub, 2_000)
    text = topic.notebook.read_text()
    assert '"sum\\": None' in text
    topic.notebook.write_text(text.replace('"sum\\": None', '"sum\\": 1.0'))
    os.utime(topic.notebook, (1_000, 1_000))
    assert find_workspace(root).file_of(topic) == topic.notebook


def test_a_notebook_that_cannot_be_read_leaves_it_to_the_clock(root):
    topic = find_workspace(root).catalogue.topic("toy")
    change(topic.stub, 1_000)
    topic.notebook.write_text("{")
    os.utime(topic.notebook, (2_000, 2_000))
    assert find_workspace(root).file_of(topic) == topic.notebook


def test_a_file_may_be_deleted_and_written_again_at_any_moment(root):
    """As an editor does that saves by deleting, while a run of the checks asks for the file."""
    workspace = find_workspace(root)
    topic = workspace.catalogue.topic("toy")
    over = threading.Event()

    def save_again():
        while not over.is_set():
            topic.stub.unlink(missing_ok=True)
            topic.stub.write_text("x = 1\n")

    saving = threading.Thread(target=save_again)
    saving.start()
    try:
        files = {workspace.file_of(topic) for _ in range(2000)}
    finally:
        over.set()
        saving.join()
    assert files == {topic.stub}


def test_a_topic_with_a_file_missing_names_the_command_that_restores_it(root):
    (root / "exercises" / "toy" / "topic.toml").unlink()
    with pytest.raises(WorkspaceError, match=r"topic\.toml") as caught:
        _ = find_workspace(root).catalogue
    assert "nnlearn init" in caught.value.next_step


def test_a_topic_that_was_deleted_is_not_there(root):
    shutil.rmtree(root / "exercises" / "toy")
    assert find_workspace(root).catalogue.topics == ()


@pytest.mark.parametrize("text", ["", "{", '{"schema_version": 1, "files": []}'])
def test_a_damaged_manifest_says_how_to_mend_it(root, text):
    manifest_of(root).write_text(text)
    with pytest.raises(WorkspaceError, match="damaged") as caught:
        _ = find_workspace(root).catalogue
    assert "nnlearn init" in caught.value.next_step
