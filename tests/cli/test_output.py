"""What commands write is there although nobody reads what they print; JSON is alone where it is printed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from toy_course import REFERENCE, nnlearn


@pytest.fixture
def gone():
    """A pipe that nobody reads."""
    reader, writer = os.pipe()
    os.close(reader)
    yield writer
    os.close(writer)


def unread(writer, *arguments, cwd):
    """Run a command of which nobody reads a word."""
    return subprocess.run(
        [sys.executable, "-m", "nnlearn", *map(str, arguments)],
        cwd=cwd,
        stdout=writer,
        stderr=writer,
        check=False,
        timeout=300,
    ).returncode


def test_what_was_graded_is_written_although_nobody_reads_on(miniature, tmp_path, gone):
    (tmp_path / "toy.py").write_text(REFERENCE)
    asked = ("grade", "toy.py", "--content", miniature, "--csv", "x.csv", "--jobs", "1")
    assert unread(gone, *asked, cwd=tmp_path) == 0
    assert "toy.py" in (tmp_path / "x.csv").read_text()


def test_a_course_is_made_whole_although_nobody_reads_on(miniature, tmp_path, gone):
    assert unread(gone, "course", "init", "course", "--content", miniature, cwd=tmp_path) == 0
    course = tmp_path / "course"
    assert unread(gone, "course", "add", "toy", "--as", "ps1", "--due", "2099-01-01 12:00", cwd=course) == 0
    assert (course / "source/ps1/toy.ipynb").is_file()
    assert (course / "source/ps1/exercises").is_dir()
    done = nnlearn("course", "add", "toy", "--as", "ps1", cwd=course)
    assert (done.returncode, "is there already" in done.stderr) == (4, True)


def test_a_report_on_standard_output_is_alone_there(miniature, tmp_path):
    (tmp_path / "toy.py").write_text(REFERENCE + "\nprint('hello')\n")
    done = nnlearn(
        "grade", "toy.py", "--content", miniature, "--json", "/dev/stdout", "--jobs", "1", cwd=tmp_path
    )
    assert done.returncode == 0
    assert [topic["topic"] for topic in json.loads(done.stdout)["topics"]] == ["toy"]
    assert "softmax" in done.stderr


def test_json_of_preflight_is_alone_whatever_the_configuration_prints(miniature, tmp_path):
    assert nnlearn("course", "init", "course", "--content", miniature, cwd=tmp_path).returncode == 0
    course = tmp_path / "course"
    assert nnlearn("course", "add", "toy", "--as", "ps1", cwd=course).returncode == 0
    with Path(course / "nbgrader_config.py").open("a") as config:
        config.write("\nprint('the configuration is read')\n")
    generated = subprocess.run(
        [sys.executable, "-m", "nbgrader", "generate_assignment", "ps1"],
        cwd=course,
        capture_output=True,
        check=False,
    )
    assert generated.returncode == 0, generated.stderr
    done = nnlearn("course", "preflight", "ps1", "--json", cwd=course)
    assert json.loads(done.stdout)["assignment"] == "ps1"
    assert "the configuration is read" in done.stderr
