"""What is answered in words reaches the report, from either kind of file, as text and as nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from toy_course import REFERENCE, nnlearn

from autograder.engine.written_answers import MOST, written_answers
from nnlearn.catalogue import Topic, load_catalogue
from nnlearn.submission.source import read_source

SAID = 'Since it <b>is</b>: "so".'


@pytest.fixture
def toy(miniature: Path) -> Topic:
    """A topic with one question, `why`."""
    return load_catalogue(miniature).topic("toy")


def answered(topic: Topic, name: str, data: bytes) -> list[str]:
    answers = written_answers(topic, read_source(Path(name), data), data)
    assert [answer.question for answer in answers] == ["why"]
    return [answer.text for answer in answers]


def notebook(topic: Topic, text: Any, **metadata: Any) -> dict[str, Any]:
    """The notebook that a learner starts with, answered; with other metadata, if any, and no id."""
    document: dict[str, Any] = json.loads(topic.notebook.read_text())
    [cell] = [cell for cell in document["cells"] if cell["id"] == "answer-why"]
    cell["source"] = text
    if metadata:
        del cell["id"]
        cell["metadata"] = metadata
    return document


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (f'ANSWERS = {{"why": r"""\n{SAID}\n"""}}', SAID),
        ('ANSWERS: dict = {"why": "one, " "two"}', "one, two"),
        ('ANSWERS = {"why": "first"}\nANSWERS = {"why": "then"}', "then"),
        ('ANSWERS = {"why": "a\\x1b[2Jb\\u202ec", "other": "x"}', "abc"),
        ('ANSWERS = {"why": r"""\n\n"""}', ""),
        ('ANSWERS = {"why": None}', ""),
        ('ANSWERS = {**{}, None: 3, "other": "x"}', ""),
        ("ANSWERS = dict(why=1 / 0)", ""),
        ("x = 1", ""),
        ("ANSWERS = {", ""),
        ('ANSWERS = {"why": open("/etc/passwd").read()}', "(not a text in quotes: look into the file)"),
        ('ANSWERS = {"why": f"{1 / 0}"}', "(not a text in quotes: look into the file)"),
    ],
)
def test_in_a_file_of_python_texts_are_read_and_nothing_is_run(toy: Topic, code: str, text: str) -> None:
    assert answered(toy, "toy.py", code.encode()) == [text]


@pytest.mark.parametrize("source", [SAID, [SAID[:5], SAID[5:]]])
@pytest.mark.parametrize("metadata", [{}, {"nbgrader": {"grade_id": "response_why"}}])
def test_in_a_notebook_the_cell_for_it_is_known_by_its_id(
    toy: Topic, source: Any, metadata: dict[str, Any]
) -> None:
    """That of the exercise, or that of an assignment."""
    document = notebook(toy, source, **metadata)
    assert answered(toy, "toy.ipynb", json.dumps(document).encode()) == [SAID]


@pytest.mark.parametrize("metadata", [{"nbgrader": []}, {"nbgrader": {"grade_id": ["response_why"]}}])
def test_metadata_of_any_shape_is_no_answer(toy: Topic, metadata: dict[str, Any]) -> None:
    document = notebook(toy, SAID, **metadata)
    document["cells"] += [3, {"cell_type": "markdown", "source": {}, "id": "answer-why"}, {"id": 1}]
    assert answered(toy, "toy.ipynb", json.dumps(document).encode()) == [""]


def test_no_more_is_kept_than_anybody_reads(toy: Topic) -> None:
    [text] = answered(toy, "toy.py", f'ANSWERS = {{"why": "{"a" * 50_000}"}}'.encode())
    assert text == f"{'a' * MOST}\n(The rest is left out: look into the file.)"


def test_both_are_in_the_json_and_on_the_page(toy: Topic, miniature: Path, tmp_path: Path) -> None:
    hand_in = tmp_path / "class"
    hand_in.mkdir()
    answers = f"ANSWERS = {{'why': {SAID!r}}}\n"
    (hand_in / "ada.py").write_text(f"{REFERENCE}\n\n{answers}")
    (hand_in / "bo.ipynb").write_text(json.dumps(notebook(toy, SAID)))
    out, page = tmp_path / "class.json", tmp_path / "class.html"
    done = nnlearn("grade", hand_in, "--topic", "toy", "--content", miniature, "--json", out, "--html", page)
    assert done.returncode == 0, done.stderr
    [topic] = json.loads(out.read_text())["topics"]
    assert [report["answers"] for report in topic["reports"]] == [[{"question": "why", "text": SAID}]] * 2
    assert page.read_text().count("Since it &lt;b&gt;is&lt;/b&gt;: &#34;so&#34;.") == 2
