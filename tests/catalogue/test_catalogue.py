"""The catalogue finds the topics of a content tree and knows where their files are."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from nnlearn.catalogue import Catalogue, Limits, load_catalogue
from nnlearn.errors import ContentError

TOML = """\
title = "{name}"
order = {order}
summary = "About {name}."
requires = {requires}
[[part]]
name = "double"
points = 3
minutes = 10
difficulty = "easy"
hints = ["a", "b", "c"]
"""


def write_topic(
    root: Path,
    name: str,
    order: int = 1,
    requires: str = "[]",
    tree: str = "solutions",
    more: str = "",
) -> Path:
    """Write a topic that consists of a topic.toml."""
    folder = root / tree / name
    folder.mkdir(parents=True, exist_ok=True)
    text = TOML.format(name=name, order=order, requires=requires) + more
    (folder / "topic.toml").write_text(text)
    return folder


def refusal(content: Path) -> ContentError:
    """How the tree `content` is refused."""
    with pytest.raises(ContentError) as caught:
        load_catalogue(content)
    return caught.value


def test_topics_come_in_the_order_of_the_course(tmp_path: Path) -> None:
    """Order first, then name; topics are found in either tree."""
    write_topic(tmp_path, "zebra", 1)
    write_topic(tmp_path, "bear", 2, tree="exercises")
    write_topic(tmp_path, "ant", 2)
    assert [topic.name for topic in load_catalogue(tmp_path).topics] == ["zebra", "ant", "bear"]


def test_a_full_topic_knows_its_files(tmp_path: Path) -> None:
    """Every path of a topic comes from the catalogue; files that are not there are None."""
    folder = write_topic(tmp_path, "soft", more="[limits]\ncall_seconds = 2\n")
    (folder / "alternatives").mkdir()
    for file in ("soft.py", "alternatives/b.py", "alternatives/a.py"):
        (folder / file).write_text("")
    checks = tmp_path / "autograder/checks/soft"
    checks.mkdir(parents=True)
    (checks / "test_soft.py").write_text("")
    topic = load_catalogue(tmp_path).topic("soft")
    assert topic.master == folder / "soft.py"
    assert [file.name for file in topic.alternatives] == ["a.py", "b.py"]
    assert topic.checks == checks / "test_soft.py"
    assert topic.mistakes is None
    assert topic.stub == tmp_path / "exercises/soft/soft.py"
    assert topic.limits == Limits(call_seconds=2.0)
    assert topic.max_score == 3


def test_without_private_content_there_is_no_master(tmp_path: Path) -> None:
    """What learners have is enough for a topic."""
    write_topic(tmp_path, "soft", tree="exercises", more="hidden_checks = 4\n")
    topic = load_catalogue(tmp_path).topic("soft")
    assert (topic.master, topic.checks, topic.alternatives) == (None, None, ())
    assert topic.part("double").hidden_checks == 4


def test_hidden_checks_are_counted_in_a_full_tree_too(tmp_path: Path) -> None:
    """The built topic.toml gives the number; a damaged one gives none."""
    write_topic(tmp_path, "soft")
    built = write_topic(tmp_path, "soft", tree="exercises", more="hidden_checks = 4\n")
    assert load_catalogue(tmp_path).topic("soft").part("double").hidden_checks == 4
    (built / "topic.toml").write_text("[[part")
    assert load_catalogue(tmp_path).topic("soft").part("double").hidden_checks == 0


def test_content_digest_follows_what_a_score_depends_on(tmp_path: Path) -> None:
    """It changes with the master and not with the lesson that was built."""
    folder = write_topic(tmp_path, "soft")
    catalogue = load_catalogue(tmp_path)
    before = catalogue.topic("soft").content_digest
    (tmp_path / "exercises/soft").mkdir(parents=True)
    (tmp_path / "exercises/soft/README.md").write_text("lesson")
    assert catalogue.topic("soft").content_digest == before
    (folder / "soft.py").write_text("x = 1")
    assert catalogue.topic("soft").content_digest != before


@pytest.mark.parametrize(
    "path", ["exercises/soft/mine.py", "solutions/soft/alternatives/x.py", "elsewhere/soft.ipynb"]
)
def test_a_path_says_its_topic(tmp_path: Path, path: str) -> None:
    """By the folder that holds it, else by its name."""
    write_topic(tmp_path, "soft")
    found = load_catalogue(tmp_path).topic_of(tmp_path / path)
    assert found is not None
    assert found.name == "soft"


def test_a_path_of_no_topic(tmp_path: Path) -> None:
    """Neither folder nor name says it."""
    write_topic(tmp_path, "soft")
    assert load_catalogue(tmp_path).topic_of(tmp_path / "homework.py") is None


def test_unknown_topic_names_the_nearest(tmp_path: Path) -> None:
    """A slip of the finger is recognised; otherwise all topics are named."""
    write_topic(tmp_path, "softmax")
    write_topic(tmp_path, "dropout")
    catalogue = load_catalogue(tmp_path)
    with pytest.raises(ContentError) as caught:
        catalogue.topic("sofmax")
    assert str(caught.value) == "there is no topic called `sofmax`\n  did you mean `softmax`?"
    with pytest.raises(ContentError, match=r"the topics are dropout, softmax"):
        catalogue.topic("xyz")


def test_unknown_part_names_the_nearest(tmp_path: Path) -> None:
    """A part is looked up like a topic."""
    write_topic(tmp_path, "softmax")
    with pytest.raises(ContentError, match=r"no part called `doubel`\n  did you mean `double`"):
        load_catalogue(tmp_path).topic("softmax").part("doubel")


@pytest.mark.parametrize(
    ("tree", "step"),
    [
        ("solutions", "build it first: nnlearn topic build doubling"),
        ("exercises", "`nnlearn init` restores what came with nnlearn"),
    ],
)
def test_visible_checks_that_are_missing(tmp_path: Path, tree: str, step: str) -> None:
    """An author has not built them yet; a learner has lost them."""
    write_topic(tmp_path, "doubling", tree=tree, more="hidden_checks = 0" if tree == "exercises" else "")
    topic = load_catalogue(tmp_path).topic("doubling")
    with pytest.raises(ContentError) as caught:
        topic.require_visible_checks()
    assert caught.value.problem == (f"{topic.visible_checks} is missing: topic `doubling` has no checks here")
    assert caught.value.next_step == step
    topic.exercise_dir.mkdir(parents=True, exist_ok=True)
    topic.visible_checks.touch()
    assert topic.require_visible_checks() == topic.visible_checks


def test_an_empty_tree_has_no_topics(tmp_path: Path) -> None:
    """An instructor's new tree is not an error, but asking for a topic in it is."""
    (tmp_path / "exercises").mkdir()
    catalogue = load_catalogue(tmp_path)
    assert catalogue == Catalogue(tmp_path, ())
    with pytest.raises(ContentError, match=r"holds no topics\n  start one with `nnlearn topic new"):
        catalogue.topic("softmax")


def test_a_missing_root(tmp_path: Path) -> None:
    """The message says where the name came from."""
    error = refusal(tmp_path / "nowhere")
    assert error.problem == f"--content: there is no folder {tmp_path / 'nowhere'}"


def test_a_root_that_is_no_content_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither exercises/ nor solutions/ is there."""
    monkeypatch.setenv("NNLEARN_CONTENT", str(tmp_path))
    with pytest.raises(ContentError) as caught:
        load_catalogue()
    assert str(caught.value) == (
        f"NNLEARN_CONTENT: {tmp_path} holds neither exercises/ nor solutions/, so it is no content "
        "tree\n  point --content or NNLEARN_CONTENT at the folder that holds exercises/"
    )


def test_a_folder_without_topic_toml(tmp_path: Path) -> None:
    """It is named, with the two ways out."""
    (tmp_path / "exercises/scratch").mkdir(parents=True)
    (tmp_path / "exercises/scratch/notes.txt").write_text("")
    error = refusal(tmp_path)
    folder = tmp_path / "exercises/scratch"
    assert error.problem == f"{folder}: a topic's folder needs a topic.toml, and there is none"
    assert "nnlearn topic new" in error.next_step


def test_leftovers_of_tools_are_no_topics(tmp_path: Path) -> None:
    """A cache folder, or a folder with nothing but one, is passed over."""
    write_topic(tmp_path, "soft")
    (tmp_path / "exercises/__pycache__").mkdir(parents=True)
    (tmp_path / "exercises/.soft.building").mkdir()
    (tmp_path / "exercises/old/__pycache__").mkdir(parents=True)
    assert [topic.name for topic in load_catalogue(tmp_path).topics] == ["soft"]


def test_a_folder_that_python_cannot_import(tmp_path: Path) -> None:
    """The folder's name is also a module's name."""
    write_topic(tmp_path, "my-topic")
    assert str(refusal(tmp_path)) == (
        f"{tmp_path / 'solutions/my-topic'}: a topic's folder is named as a Python module "
        "(letters, digits, _), got `my-topic`\n  rename it, for example: my_topic"
    )


def test_requires_names_a_topic(tmp_path: Path) -> None:
    """An unknown one is refused, with the nearest."""
    write_topic(tmp_path, "softmax")
    write_topic(tmp_path, "losses", requires='["sofmax"]')
    assert str(refusal(tmp_path)) == (
        f"{tmp_path / 'solutions/losses/topic.toml'}: requires[0]: expected the name of a topic, "
        "got `sofmax`\n  did you mean `softmax`?"
    )


def test_requires_in_a_ring(tmp_path: Path) -> None:
    """The ring is shown."""
    write_topic(tmp_path, "a", 1, '["b"]')
    write_topic(tmp_path, "b", 2, '["c"]')
    write_topic(tmp_path, "c", 3, '["b"]')
    assert "cannot require each other in a ring: b -> c -> b" in str(refusal(tmp_path))


def test_loading_imports_no_keras(tmp_path: Path) -> None:
    """Nor anything else that `nnlearn list` would have to wait for."""
    for number in range(20):
        write_topic(tmp_path, f"topic_{number}", number)
        write_topic(tmp_path, f"topic_{number}", number, tree="exercises")
    code = (
        "import sys\nfrom pathlib import Path\nfrom nnlearn.catalogue import load_catalogue\n"
        f"assert len(load_catalogue(Path({str(tmp_path)!r})).topics) == 20\n"
        "print({'keras', 'tensorflow', 'numpy', 'rich', 'typer'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
