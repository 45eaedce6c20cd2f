"""`nnlearn gradescope build`: what is in the archive, and what is not."""

import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import version

import pytest
from exporters.conftest import MINIATURE
from typer.testing import CliRunner

from autograder.authoring.topic_copy import learners_topic_toml
from autograder.exporters.commands import app
from nnlearn.catalogue import load_catalogue
from nnlearn.errors import ContentError, OutputError


def build(*arguments, content=MINIATURE):
    """Run the command; errors come out as they are raised."""
    command = ["build", *map(str, arguments), "--content", str(content)]
    result = CliRunner().invoke(app, command)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def read(path):
    archive = zipfile.ZipFile(path)
    return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def two_topics(tmp_path):
    """A tree in which `second` requires `toy`; every private file of `toy` holds a canary."""
    root = tmp_path / "tree"
    shutil.copytree(MINIATURE, root)
    for tree in ("solutions", "autograder/checks"):
        shutil.copytree(root / tree / "toy", root / tree / "second")
    (root / "solutions/second/toy.py").rename(root / "solutions/second/second.py")
    (root / "autograder/checks/second/test_toy.py").rename(root / "autograder/checks/second/test_second.py")
    toml = root / "solutions/second/topic.toml"
    toml.write_text(
        toml.read_text().replace("requires = []", 'requires = ["toy"]').replace("order = 1", "order = 2")
    )
    for path in [*(root / "solutions/toy").rglob("*.*"), *(root / "autograder/checks/toy").rglob("*.*")]:
        with path.open("a") as file:
            file.write("\n# canary\n")
    return root


def test_it_holds_what_gradescope_runs_and_one_topic(tmp_path):
    shown = build("toy", "-o", tmp_path / "toy.zip", "--hidden-checks", "hidden")
    files = read(tmp_path / "toy.zip")
    assert [name for name in files if not name.endswith(".whl")] == [
        "READ_ME_FIRST.txt",
        "constraints.txt",
        "content/autograder/checks/toy/mistakes/__init__.py",
        "content/autograder/checks/toy/mistakes/scale.py",
        "content/autograder/checks/toy/mistakes/softmax.py",
        "content/autograder/checks/toy/test_toy.py",
        "content/solutions/toy/topic.toml",
        "content/solutions/toy/toy.py",
        "run_autograder",
        "settings.json",
        "setup.sh",
    ]
    assert b'"hidden_checks": "hidden"' in files["settings.json"]
    assert files["READ_ME_FIRST.txt"].startswith(b"PRIVATE: ")
    assert "PRIVATE: it holds the solution and the hidden checks of toy." in shown
    for script in ("setup.sh", "run_autograder"):
        assert zipfile.ZipFile(tmp_path / "toy.zip").getinfo(script).external_attr >> 16 & 0o111 == 0o111
        subprocess.run(["bash", "-n", "-c", files[script].decode()], check=True)
        assert b"@" not in files[script]


def test_the_same_tree_gives_the_same_bytes(tmp_path):
    build("toy", "-o", tmp_path / "one.zip")
    copy = shutil.copytree(MINIATURE, tmp_path / "elsewhere", copy_function=shutil.copyfile)
    (copy / "autograder/checks/toy/__pycache__").mkdir()
    (copy / "autograder/checks/toy/__pycache__/x.pyc").touch()
    build("toy", "-o", tmp_path / "two.zip", content=copy)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_of_other_topics_nothing_private_is_in_it(two_topics, tmp_path):
    with pytest.raises(ContentError, match="build it first: nnlearn topic build toy"):
        build("second", "-o", tmp_path / "second.zip", content=two_topics)
    assert not (tmp_path / "second.zip").exists()
    exercise = two_topics / "exercises/toy"
    exercise.mkdir(parents=True)
    public = learners_topic_toml(load_catalogue(two_topics).topic("toy"), {"softmax": 2}, {})
    (exercise / "topic.toml").write_text(public)
    build("second", "-o", tmp_path / "second.zip", content=two_topics)
    files = read(tmp_path / "second.zip")
    assert [name for name in files if "toy" in name] == ["content/exercises/toy/topic.toml"]
    assert not [name for name, data in files.items() if b"canary" in data]

    zipfile.ZipFile(tmp_path / "second.zip").extractall(tmp_path / "source")
    unpacked = load_catalogue(tmp_path / "source/content").topic("second")
    assert unpacked.content_digest == load_catalogue(two_topics).topic("second").content_digest


def test_a_tree_without_checks_is_refused(tmp_path):
    shutil.copytree(MINIATURE / "solutions", tmp_path / "tree/solutions")
    with pytest.raises(ContentError, match="no checks or no master"):
        build("toy", "-o", tmp_path / "toy.zip", content=tmp_path / "tree")


def test_an_archive_that_is_there_is_replaced_only_by_force(tmp_path):
    (tmp_path / "toy.zip").write_text("mine")
    with pytest.raises(OutputError, match="pass --force"):
        build("toy", "-o", tmp_path / "toy.zip")
    assert (tmp_path / "toy.zip").read_text() == "mine"
    build("toy", "-o", tmp_path / "toy.zip", "--force")
    assert zipfile.is_zipfile(tmp_path / "toy.zip")
    assert [path.name for path in tmp_path.iterdir()] == ["toy.zip"]


def test_the_wheel_is_one_that_pip_installs_and_holds_no_content(tmp_path):
    build("toy", "-o", tmp_path / "toy.zip")
    [name] = [name for name in read(tmp_path / "toy.zip") if name.endswith(".whl")]
    wheel = tmp_path / name
    wheel.write_bytes(read(tmp_path / "toy.zip")[name])
    names = zipfile.ZipFile(wheel).namelist()
    assert {"nnlearn/checking/checks.ini", "autograder/exporters/gradescope/files/setup.sh"} <= set(names)
    assert not [n for n in names if n.startswith(("autograder/checks", "autograder/sample_class"))]
    assert not [n for n in names if "__pycache__" in n or "/content/" in n]
    target = tmp_path / "site"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target"]
    subprocess.run([*pip, str(target), str(wheel)], check=True)
    program = (
        f"import sys; sys.path.insert(0, {str(target)!r})\n"
        "import importlib.metadata as m, autograder.exporters.gradescope.run as run, nnlearn\n"
        "print(run.__file__, nnlearn.__file__, m.distribution('nnlearn').locate_file(''))\n"
        "print(sorted(e.name for e in m.distribution('nnlearn').entry_points))"
    )
    done = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.count(str(target)) == 3
    assert "'autograder', 'nnlearn', 'nnlearn'" in done.stdout


def test_the_pinned_versions_are_those_that_graded_here(tmp_path):
    build("toy", "-o", tmp_path / "toy.zip")
    text = read(tmp_path / "toy.zip")["constraints.txt"].decode()
    pins = dict(line.split("==") for line in text.splitlines() if not line.startswith("#"))
    for package in ("keras", "tensorflow", "numpy", "landlock", "jupytext", "pytest", "msgpack"):
        assert version(package).startswith(pins[package])
    assert "nbgrader" not in pins
    assert "nnlearn" not in pins
    assert list(pins) == sorted(pins)
