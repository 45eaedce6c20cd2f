"""What is installed: code is public, content is private. A real wheel is built, inspected and used."""

import subprocess
import sys
import tarfile
import zipfile
from collections import Counter
from email.parser import Parser
from pathlib import Path

from autograder.authoring.visible import checks_of_topic
from nnlearn import __version__
from nnlearn.catalogue import SELF_STUDY, load_catalogue

CLONE = Path(__file__).parents[1]


def run(installed, *arguments, cwd):
    return subprocess.run(
        [sys.executable, "-m", "nnlearn", *map(str, arguments)],
        env={"PYTHONPATH": str(installed), "PATH": "", "HOME": str(cwd)},
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_wheel_holds_the_code_and_what_learners_get(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    for topic in load_catalogue().topics:
        for file in ("README.md", f"{topic.name}.py", f"{topic.name}.ipynb", "diagnoses.json", "topic.toml"):
            assert f"nnlearn/content/exercises/{topic.name}/{file}" in names
    assert "nnlearn/checking/checks.ini" in names
    assert "autograder/engine/command.py" in names
    assert not [name for name in names if name.split("/")[0] in ("solutions", "exercises", "tests")]
    assert not [name for name in names if name.startswith(("autograder/checks", "autograder/sample_class"))]


def test_a_wheel_with_twenty_topics_stays_small(wheel):
    """Below 5 MB, were the others like those of today."""
    sizes = Counter()
    for entry in zipfile.ZipFile(wheel).infolist():
        _, _, content = entry.filename.partition("nnlearn/content/exercises/")
        topic, is_of_topic, _ = content.partition("/")
        sizes[topic if is_of_topic else "code"] += entry.compress_size
    code = sizes.pop("code")
    assert set(sizes) == {topic.name for topic in load_catalogue().topics}
    assert code + 20 * sum(sizes.values()) / len(sizes) < 5_000_000, sizes


def test_no_solution_no_hidden_check_and_no_mistake_is_in_the_wheel(wheel):
    archive = zipfile.ZipFile(wheel)
    content = {
        name: archive.read(name).decode()
        for name in archive.namelist()
        if name.startswith("nnlearn/content/") and not name.endswith(".png")
    }
    assert content
    secrets = ["BEGIN SOLUTION", "@mistake", "hidden=True", "rubric", "\nanswer = ", "[[prediction.wrong]]"]
    hidden = {
        topic.name: [f"def {name}(" for name in checks_of_topic(topic).hidden_names]
        for topic in load_catalogue().topics
    }
    for name, text in content.items():
        own = hidden.get(Path(name).parent.name, ())
        assert [secret for secret in (*secrets, *own) if secret in text] == [], name


def test_for_self_study_there_is_a_wheel_of_what_the_other_leaves_out_and_nothing_else(
    wheel, selfstudy_wheel
):
    archive = zipfile.ZipFile(selfstudy_wheel)
    content = {
        name.removeprefix("nnlearn_selfstudy/content/"): archive.read(name)
        for name in archive.namelist()
        if ".dist-info/" not in name and name != "nnlearn_selfstudy/__init__.py"
    }
    wanted = {}
    for topic in load_catalogue().topics:
        for file in (topic.toml, topic.master, topic.checks, *topic.alternatives):
            wanted[file.relative_to(CLONE).as_posix()] = file.read_bytes()
    assert content == wanted

    other = zipfile.ZipFile(wheel)
    assert not set(other.namelist()) & set(archive.namelist())
    [name] = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
    metadata = Parser().parsestr(archive.read(name).decode())
    assert metadata["Name"] == SELF_STUDY
    assert metadata["Version"] == __version__
    assert metadata.get_all("Requires-Dist") == [f"nnlearn=={__version__}"]


def test_nothing_private_is_in_the_source_distribution(tmp_path):
    command = [sys.executable, "-m", "build", "--sdist", "--no-isolation", "--outdir", tmp_path, CLONE]
    subprocess.run(command, check=True, capture_output=True)
    [sdist] = tmp_path.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = [name.partition("/")[2] for name in archive.getnames()]
    assert "exercises/activations/diagnoses.json" in names
    private = ("solutions", "selfstudy", "autograder/checks", "autograder/sample_class", ".pytest_cache")
    assert [name for name in names if name.startswith(private)] == []


def test_the_installed_command_finds_the_content_that_came_with_it(installed, tmp_path):
    done = run(installed, "list", "activations", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "activations: Activation functions" in done.stdout
    assert "softmax" in done.stdout
    done = run(installed, "ask", "boundary", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Generally layers have added bias, why is that?" in done.stdout


def test_a_learner_checks_a_file_with_the_installed_command(installed, tmp_path):
    stub = installed / "nnlearn/content/exercises/activations/activations.py"
    text = stub.read_text()
    message = 'raise NotImplementedError("relu: not written yet")'
    assert message in text
    (tmp_path / "activations.py").write_text(
        text.replace(message, "x = as_floating(x)\n    return ops.where(x > 0, x, ops.zeros_like(x))")
    )
    done = run(installed, "check", "activations.py", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout.startswith("relu                     passed         4 of 4 pass\n")


def test_grading_needs_the_private_content_and_says_so(installed, tmp_path):
    (tmp_path / "ada.py").write_text("x = 1\n")
    done = run(installed, "grade", "ada.py", "--topic", "activations", cwd=tmp_path)
    assert done.returncode == 4
    assert "there are no checks to grade activations with" in done.stderr
    assert "Traceback" not in done.stderr
