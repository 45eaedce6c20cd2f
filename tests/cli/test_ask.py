"""`nnlearn ask`: a question, its answer in short, and where to go on."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from nnlearn.catalogue import load_catalogue
from nnlearn.catalogue.answers import Answered, Link, Where, answers_file, encoded, read_answers

QUESTIONS = (
    Answered(
        2,
        "Why is a bias added?",
        "It shifts the point where a unit switches. Nothing else does.",
        ("[Somebody 1958](https://example.org/bias)",),
        "A bias makes it steeper.",
        "Weights do that.",
        (Where("toy", Link('"Why?"', "why"), Link("figure `shift`", "why"), (Link("softmax", "part-1"),)),),
    ),
    Answered(3, "What is a loss?", "A number. It has no biases.", ("[Else](https://example.org/loss)",)),
    Answered(5, "Who asked?"),
)


@pytest.fixture
def asked(tmp_path, monkeypatch):
    """A content tree with three questions and nothing else, in the current folder."""
    tree = tmp_path / "course"
    answers_file(tree).parent.mkdir(parents=True)
    answers_file(tree).write_bytes(encoded(QUESTIONS))
    monkeypatch.chdir(tmp_path)
    return tree


def test_one_question_by_its_number(command, asked):
    done = command("ask", "2", "--content", asked)
    assert (done.code, done.err) == (0, "")
    assert done.out == (
        "2. Why is a bias added?\n\n"
        "It shifts the point where a unit switches. Nothing else does.\n\n"
        "The original said: A bias makes it steeper.\n\n"
        "Weights do that.\n\n"
        "Source: Somebody 1958 (https://example.org/bias)\n"
        'Lesson: nnlearn lesson toy, below "Why?"\n'
        "Shown: figure `shift`\n"
        "Graded: softmax\n"
    )


def test_one_that_is_not_answered_says_so(command, asked):
    assert (
        command("ask", "5", "--content", asked).out
        == "5. Who asked?\n\nThis course does not answer it yet.\n"
    )


def test_words_that_several_have(command, asked):
    """Those first that have them in the question, not in the answer alone; a word is found in longer ones."""
    done = command("ask", "BIAS", "--content", asked)
    assert done.out == (
        "  2  Why is a bias added?\n  3  What is a loss?\n\nTo read the answer: nnlearn ask NUMBER\n"
    )


@pytest.mark.parametrize("words", [["steeper"], ["somebody", "switches"], ["what loss"], ["softmax"]])
def test_words_that_one_has(command, asked, words):
    """In the answer, the sources or what is graded, quoted or not; all of them."""
    out = command("ask", *words, "--content", asked).out
    assert out.startswith("3. What" if "loss" in words[0] else "2. Why")


def test_no_words_list_all(command, asked):
    assert [line.split()[0] for line in command("ask", "--content", asked).out.splitlines()[:3]] == [
        "2",
        "3",
        "5",
    ]


@pytest.mark.parametrize(
    ("words", "problem", "next_step"),
    [
        (
            ["7"],
            "this course has no question 7",
            "the numbers are 2 to 5; `nnlearn ask` alone lists all questions",
        ),
        (["stepper"], "no question and no answer has `stepper`", "did you mean `steeper`?"),
        (
            ["loss", "steeper"],
            "no question and no answer has all of these words: loss, steeper",
            "`nnlearn ask` alone lists all questions",
        ),
    ],
)
def test_what_nobody_asked(command, asked, words, problem, next_step):
    done = command("ask", *words, "--content", asked)
    assert (done.code, done.out) == (4, "")
    assert done.err == f"nnlearn: {problem}\n  {next_step}\n"


def test_as_json(command, asked):
    document = json.loads(command("ask", "loss", "--json", "--content", asked).out)
    assert document["schema_version"] == 1
    assert [one["number"] for one in document["questions"]] == [3]
    assert document["questions"][0]["answer"] == "A number. It has no biases."


def test_in_a_workspace_its_own_course_is_asked(command, learn, asked, monkeypatch):
    """Whatever came with nnlearn."""
    monkeypatch.chdir(learn)
    assert "has no list of questions" in command("ask").err
    manifest = learn / ".nnlearn/workspace.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"content": str(asked)}))
    assert command("ask", "5").out.startswith("5. Who asked?")


@pytest.mark.parametrize("text", ["{", '{"schema_version": 1}', '{"schema_version": 2, "questions": []}'])
def test_a_file_that_is_none(command, asked, text):
    answers_file(asked).write_text(text)
    done = command("ask", "--content", asked)
    assert done.code == 4
    assert "questions.json" in done.err
    assert "nnlearn topic build" in done.err


def test_every_answer_of_the_course_names_what_is_there():
    """What the built file says is what the topics say."""
    catalogue = load_catalogue()
    topics = {topic.name: topic for topic in catalogue.topics}
    for one in read_answers(None):
        for where in one.where:
            lesson = topics[where.topic].lesson.read_text(encoding="utf-8")
            assert where.answered.text in lesson
            known = {part.name for part in topics[where.topic].parts}
            known |= {item.key for item in topics[where.topic].predictions}
            assert {link.text for link in where.graded} <= known
        assert not one.where or one.answer


def test_it_loads_no_topic_and_no_library():
    """It answers at once because it reads one file."""
    code = (
        "import sys; sys.argv = ['nnlearn', 'ask', '1']\n"
        "from nnlearn.cli import main\n"
        "try: main()\n"
        "finally: print(sorted({'numpy', 'typer', 'rich', 'keras'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=Path("/")
    )
    assert done.stdout.splitlines()[-1] == "[]", done.stdout + done.stderr
