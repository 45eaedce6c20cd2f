"""Putting a part or a topic back: the rest stays, and what was written is kept."""

import json
import shutil

import pytest

from nnlearn.catalogue import load_catalogue
from nnlearn.workspace.layout import offered_files
from nnlearn.workspace.parts import definition_of, replace_definition
from nnlearn.workspace.reset import reset_part, reset_topic
from nnlearn.workspace.state import WorkspaceError
from nnlearn.workspace.update import update_workspace
from nnlearn.workspace.workspace import find_workspace

RELU = 'raise NotImplementedError("relu: not written yet")'


@pytest.fixture(scope="module")
def original():
    return load_catalogue(only=["activations"]).topic("activations")


@pytest.fixture
def workspace(original, tmp_path):
    update_workspace(tmp_path, offered_files([original]), ["activations"])
    return find_workspace(tmp_path)


@pytest.fixture
def topic(workspace):
    return workspace.catalogue.topic("activations")


def write_part(topic, code="return x"):
    """Fill in `relu`, in the .py file and in the notebook, and add something of one's own to each."""
    stub = topic.stub.read_text()
    assert RELU in stub
    topic.stub.write_text(stub.replace(RELU, code) + "\n\n# my notes\n")
    notebook = json.loads(topic.notebook.read_text())
    [cell] = [cell for cell in notebook["cells"] if cell["id"] == "part-relu"]
    cell["source"] = [line.replace(RELU, code) for line in cell["source"]]
    cell["outputs"], cell["execution_count"] = [{"output_type": "stream", "name": "stdout", "text": "x"}], 7
    notebook["cells"][0]["source"] = ["my notes"]
    topic.notebook.write_text(json.dumps(notebook))


def cells(file):
    return {cell["id"]: cell for cell in json.loads(file.read_text())["cells"]}


def test_one_part_is_put_back_and_the_rest_stays(workspace, topic, original):
    write_part(topic)
    written = topic.stub.read_bytes()
    workspace.progress.record("activations", {"relu": "passed", "gelu": "passed"})
    resets = reset_part(workspace, topic, "relu", original)
    assert [reset.file for reset in resets] == [topic.stub, topic.notebook]
    assert topic.stub.read_text() == original.stub.read_text() + "\n\n# my notes\n"
    now, before = cells(topic.notebook), cells(original.notebook)
    assert now["part-relu"] == before["part-relu"]
    assert now["how-to-check"]["source"] == ["my notes"]
    assert resets[0].backup.read_bytes() == written
    assert workspace.progress.verdicts("activations") == {"gelu": "passed"}


@pytest.mark.parametrize("code", ["return (x", "if x\n        return", '"""no end', "retrun x y"])
def test_a_part_that_is_not_python_is_found_all_the_same(workspace, topic, original, code):
    write_part(topic, code)
    reset_part(workspace, topic, "relu", original)
    assert topic.stub.read_text() == original.stub.read_text() + "\n\n# my notes\n"
    assert cells(topic.notebook)["part-relu"] == cells(original.notebook)["part-relu"]


def test_a_notebook_whose_cells_lost_their_names(workspace, topic, original):
    """Some editors write ids of their own, or none."""
    write_part(topic)
    notebook = json.loads(topic.notebook.read_text())
    for number, cell in enumerate(notebook["cells"]):
        cell["id"] = f"cell-{number}"
    topic.notebook.write_text(json.dumps(notebook))
    reset_part(workspace, topic, "relu", original)
    sources = [cell["source"] for cell in cells(topic.notebook).values()]
    assert cells(original.notebook)["part-relu"]["source"] in sources


def test_a_part_that_was_deleted_comes_back(workspace, topic, original):
    definition = definition_of(topic.stub.read_text(), "relu")
    topic.stub.write_text(topic.stub.read_text().replace(definition, ""))
    reset_part(workspace, topic, "relu", original)
    assert definition_of(topic.stub.read_text(), "relu") == definition


def test_a_whole_topic(workspace, topic, original):
    write_part(topic)
    written = topic.stub.read_bytes(), topic.notebook.read_bytes()
    workspace.progress.record("activations", {"relu": "passed"})
    resets = reset_topic(workspace, topic, original)
    assert topic.stub.read_bytes() == original.stub.read_bytes()
    assert topic.notebook.read_bytes() == original.notebook.read_bytes()
    assert tuple(reset.backup.read_bytes() for reset in resets) == written
    assert workspace.progress.verdicts("activations") == {}
    again = find_workspace(workspace.root)
    assert again.saved_at(topic.stub) is None


def test_what_is_as_it_was_is_left_alone(workspace, topic, original):
    before = topic.stub.stat().st_mtime_ns
    assert reset_topic(workspace, topic, original) == ()
    assert reset_part(workspace, topic, "softmax", original) == ()
    assert topic.stub.stat().st_mtime_ns == before
    assert not (workspace.root / ".nnlearn" / "backups").exists()


def test_each_reset_has_a_backup_of_its_own(workspace, topic, original):
    kept = []
    for code in ("return 1", "return 2", "return 3"):
        topic.stub.write_text(original.stub.read_text().replace(RELU, code))
        kept += [reset.backup for reset in reset_part(workspace, topic, "relu", original)]
    assert [code for code in ("1", "2", "3") if f"return {code}" in kept[int(code) - 1].read_text()] == [
        "1",
        "2",
        "3",
    ]


def test_a_file_that_is_gone_comes_back_with_its_topic(workspace, topic, original):
    topic.stub.unlink()
    [reset] = reset_topic(workspace, topic, original)
    assert (reset.file, reset.backup) == (topic.stub, None)


@pytest.mark.parametrize("text", ["not json", "[]", '{"cells": 3}', '{"worksheets": []}', '{"cells": []}'])
def test_a_notebook_that_cannot_be_read_names_the_other_way(workspace, topic, original, text):
    topic.notebook.write_text(text)
    with pytest.raises(WorkspaceError, match="cannot be read") as caught:
        reset_part(workspace, topic, "relu", original)
    assert caught.value.next_step.endswith("nnlearn reset activations")
    assert topic.notebook.read_text() == text


def test_the_last_definition_is_the_one_that_counts():
    text = "def f():\n    return 1\n\n\n@deco\ndef f():\n    return 2\n\n\nx = 3\n"
    assert definition_of(text, "f") == "@deco\ndef f():\n    return 2"
    assert replace_definition(text, "f", "def f():\n    pass") == (
        "def f():\n    return 1\n\n\ndef f():\n    pass\n\n\nx = 3\n"
    )


def test_predictions_are_a_part_as_well():
    text = "PREDICTIONS = {\n    'a': 1,\n}\n"
    assert definition_of(text, "predictions") == text.rstrip()
    assert definition_of("PREDICTIONS: dict = {}\n", "predictions") == "PREDICTIONS: dict = {}"


def test_every_part_of_every_topic_is_found_in_both_files():
    for topic in load_catalogue().topics:
        if not topic.stub.exists():
            continue
        code = [
            "".join(cell["source"])
            for cell in json.loads(topic.notebook.read_text(encoding="utf-8"))["cells"]
            if cell["cell_type"] == "code"
        ]
        for part in topic.parts:
            definition = definition_of(topic.stub.read_text(encoding="utf-8"), part.name)
            assert definition, part.name
            assert sum(definition_of(text, part.name) == definition for text in code) == 1, part.name


def test_a_workspace_holds_what_vs_code_and_pytest_need(workspace):
    import configparser
    import sys

    settings = json.loads((workspace.root / ".vscode" / "settings.json").read_text())
    assert settings["python.testing.pytestEnabled"] is True
    assert settings["python.testing.pytestArgs"] == ["exercises"]
    assert settings["python.defaultInterpreterPath"] == sys.executable
    ini = configparser.ConfigParser()
    ini.read(workspace.root / "pytest.ini")
    assert ini["pytest"]["testpaths"] == "exercises"
    assert shutil.which("git") is None or ".nnlearn/*.lock" in (workspace.root / ".gitignore").read_text()
    names = {file.name for file in (workspace.root / "exercises" / "activations").iterdir()}
    assert names == {
        "README.md",
        "activations.py",
        "activations.ipynb",
        "test_activations.py",
        "figures",
    }
    apart = {file.name for file in (workspace.root / ".nnlearn" / "course" / "activations").iterdir()}
    assert apart == {"topic.toml", "diagnoses.json", "plots.py", "interactive.js", "outputs.json"}
    topic = find_workspace(workspace.root).catalogue.topic("activations")
    assert {file.name for file in topic.read_by_nnlearn if file.is_file()} == apart
