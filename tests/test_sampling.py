"""What `make test` runs of what grows, and what it says of the rest."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from sampling import digest_of, has_changed, remember

from autograder.authoring.new import write_skeleton
from nnlearn.catalogue import load_catalogue

CONFTEST = "from sampling import *\ndef pytest_collection_modifyitems(config, items):\n"
CONFTEST += "    if config.getoption('--sample'): skip_the_rest(items)\n"
TESTS = """
import pytest
from sampling import graded_topics, is_whole, leave_out

@pytest.mark.sampled(1, "cases", per_topic=True)
@pytest.mark.parametrize("number", range(5))
@pytest.mark.parametrize("topic", graded_topics(), ids=lambda topic: topic.name)
def test_case(topic, number):
    pass

@pytest.mark.sampled(2, "letters")
@pytest.mark.parametrize("letter", "abcdef")
def test_letter(letter):
    pass

@pytest.mark.parametrize("topic", graded_topics(), ids=lambda topic: topic.name)
def test_mutants(topic, request):
    if not is_whole(request.config, topic):
        leave_out(request.node, "mutants", 70)
"""


def read(root):
    """The topics in a content tree, as they are now."""
    return {topic.name: topic for topic in load_catalogue(root).topics}


@pytest.fixture
def content(tmp_path):
    """A tree of two topics; `between` has passed its tests."""
    for name in ("apart", "between"):
        write_skeleton(name, tmp_path / "content")
    remember([read(tmp_path / "content")["between"]])
    return tmp_path / "content"


def run(content, *arguments):
    folder = content.parent / "project"
    folder.mkdir(exist_ok=True)
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "test_it.py").write_text(TESTS)
    paths = [str(Path(__file__).parent), str(Path(__file__).parents[1])]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-v", "-p", "no:cacheprovider", "--rootdir=.", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), "NNLEARN_CONTENT": str(content)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def ran(text):
    return set(re.findall(r"test_it\.py::(\S+) PASSED|PASSED test_it\.py::(\S+)", text))


def test_a_changed_topic_is_tested_whole_and_the_rest_is_counted(content):
    text = run(content, "--sample")
    names = {one or other for one, other in ran(text)}
    assert {f"test_case[apart-{number}]" for number in range(5)} <= names
    assert sum("test_case[between" in name for name in names) == 1
    assert sum("test_letter" in name for name in names) == 2
    assert "Tested whole, having changed: apart\n" in text
    assert "Tested by a sample: between\n" in text
    assert "Left to `make test-all`: 4 cases, 4 letters, 70 mutants\n" in text
    in_two = run(content, "--sample", "-n", "2")
    assert {one or other for one, other in ran(in_two)} == names
    assert in_two.splitlines()[-5:-1] == text.splitlines()[-5:-1]


def test_without_the_option_everything_runs(content):
    text = run(content)
    assert "18 passed" in text
    assert "make test-all" not in text


def test_a_topic_has_changed_until_it_is_proved_as_it_is(content):
    assert {name: has_changed(topic) for name, topic in read(content).items()} == {
        "apart": True,
        "between": False,
    }


@pytest.mark.parametrize(
    ("file", "text", "changes"),
    [
        ("solutions/between/between.py", "# %%\nx = 1", True),
        ("solutions/between/between.py", "# %% [markdown]\n# a word", False),
        ("solutions/between/between.py", "# %% [markdown]\n# a word\n\n# %%\nx = 1", True),
        ("solutions/between/alternatives/second.py", "x = 1", True),
        ("solutions/between/topic.toml", "# a word", False),
        ("solutions/between/interactive.js", "// a word", False),
        ("autograder/checks/between/test_between.py", "# a word", True),
        ("autograder/checks/between/mistakes/halve.py", "# a word", True),
        ("autograder/checks/between/data/houses.csv", "1, 2", True),
        ("autograder/checks/between/mistakes/__pycache__/halve.pyc", "x", False),
        ("autograder/checks/between/.ipynb_checkpoints/between.ipynb", "{}", False),
        ("exercises/between/between.py", "x = 1", False),
        ("solutions/apart/apart.py", "# a word", False),
    ],
)
def test_what_an_author_writes_changes_a_topic(content, file, text, changes):
    path = content / file
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as written:
        written.write(f"\n{text}\n")
    digest_of.cache_clear()
    assert has_changed(read(content)["between"]) is changes


@pytest.mark.parametrize(
    ("key", "value", "changes"),
    [("order", "7", False), ("requires", '["apart"]', False), ("title", '"A"', True)],
)
def test_its_place_in_the_course_does_not(content, key, value, changes):
    toml = content / "solutions/between/topic.toml"
    toml.write_text(re.sub(rf"(?m)^{key} = .*$", f"{key} = {value}", toml.read_text()))
    assert f"{key} = {value}\n" in toml.read_text()
    digest_of.cache_clear()
    assert has_changed(read(content)["between"]) is changes
