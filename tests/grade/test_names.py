"""Every file that was handed in is graded, or is somebody's submission that cannot be read."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from autograder.engine.submissions import Submission, collect
from nnlearn.catalogue import load_catalogue

CODE = "def relu(x):\n    return x\n"


def notebook(*cells: str) -> str:
    """A notebook with cells of code."""
    made = [{"cell_type": "code", "metadata": {}, "source": cell, "outputs": []} for cell in cells]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 4})


@pytest.fixture
def class_of(tmp_path: Path) -> Any:
    """Puts files into a folder, one after the other in time, and returns it."""

    def write(*names: str, **texts: str) -> Path:
        for number, name in enumerate(names):
            path = tmp_path / "in" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(notebook(f"# {name}") if "ipynb" in name else f"# {name}", encoding="utf-8")
            os.utime(path, (1e9 + number, 1e9 + number))
        return tmp_path / "in"

    return write


def graded(root: Path, catalogue: Any, **options: Any) -> tuple[dict[str, Submission], list[str]]:
    """The submissions by learner, and what was said of others."""
    said: list[str] = []
    submissions = collect([root], options.get("topic"), catalogue, on_skipped=said.append)
    assert len({s.learner for s in submissions}) == len(submissions)
    return {s.learner: s for s in submissions}, said


@pytest.mark.parametrize(
    "name",
    [
        "activations (1).ipynb",
        "activations(2).ipynb",
        "activations-1.ipynb",
        "activations-Copy1.ipynb",
        "activations copy.ipynb",
        "Copy of activations.ipynb",
        "Activations.ipynb",
        "ACTIVATIONS.IPYNB",
        "activations.ipynb.txt",
        "activations.ipynb.json",
        "activations.py.txt",
        "activations.ipynb (1).txt",
        "hana_activations_final.ipynb",
        "week1/activations/Activations v2.ipynb",
    ],
)
def test_a_name_that_was_changed_on_the_way_is_understood(class_of: Any, catalogue: Any, name: str) -> None:
    """Browsers, mail programs, Jupyter, Colab and systems all have a hand in names."""
    found, said = graded(class_of("ada/activations.ipynb", f"hana/{name}"), catalogue)
    hana = found["hana"]
    assert (hana.topic, hana.name, hana.problem) == ("activations", f"hana/{name}", "")
    assert hana.sha256
    assert hana.read_as.suffix.lower() == (".py" if ".py" in name else ".ipynb")
    assert not said


@pytest.mark.parametrize(
    ("name", "problem", "next_step"),
    [
        (
            "hana/activations.zip",
            "is an archive, and no archive is opened",
            "Hand in activations.ipynb itself",
        ),
        ("hana/work.tar.gz", "is an archive", "Hand in activations.ipynb itself"),
        ("hana.zip", "is an archive", "Hand in activations.ipynb itself"),
        ("hana/activations.html", "is a document, not a notebook", "Hand in activations.ipynb itself."),
        ("hana/activations.pdf", "is a document, not a notebook", "Hand in activations.ipynb itself."),
        ("hana/work.docx", "is a document", "Hand in activations.ipynb itself."),
        ("hana.pdf", "is a document", "Hand in activations.ipynb itself."),
        (
            "hana/data.csv",
            "neither a notebook nor a .py file was handed in, but",
            "Hand in activations.ipynb.",
        ),
        (
            "hana/homework.ipynb",
            "neither hana/homework.ipynb nor its folder has the name",
            "or pass --topic.",
        ),
        ("hana.ipynb", "neither hana.ipynb nor its folder has the name", "Hand it in as activations.ipynb;"),
        ("hana/.activations.ipynb", "is a hidden file", "Hand it in as activations.ipynb."),
    ],
)
def test_what_cannot_be_graded_is_somebodys(
    class_of: Any, catalogue: Any, name: str, problem: str, next_step: str
) -> None:
    """It does not stop the run, and it does not vanish: the message says what to do."""
    found, _ = graded(class_of("ada/activations.ipynb", name), catalogue)
    assert sorted(found) == ["ada", "hana"]
    assert not found["ada"].problem
    assert found["hana"].topic == "activations"
    assert problem in found["hana"].problem
    assert name in found["hana"].problem
    assert next_step in found["hana"].next_step


def test_a_folder_called_like_a_notebook(class_of: Any, catalogue: Any) -> None:
    """An empty one is all that there is of hana."""
    root = class_of("ada/activations.ipynb", "bo/activations.ipynb/activations.ipynb")
    (root / "hana/activations.ipynb").mkdir(parents=True)
    found, _ = graded(root, catalogue)
    assert found["hana"].problem == "hana/activations.ipynb is a folder, not a file"
    assert (found["bo"].name, found["bo"].problem) == ("bo/activations.ipynb/activations.ipynb", "")


def test_files_of_whoever_grades_are_no_submissions(class_of: Any, catalogue: Any) -> None:
    """They are named once, and nobody is made of them; reports of ours may lie in the folder."""
    root = class_of("ada/activations.ipynb", "README.md", "expected.toml", "report.html", "r.json", ".x.py")
    found, said = graded(root, catalogue)
    assert sorted(found) == ["ada"]
    assert said == [
        ".x.py, README.md, expected.toml, r.json, report.html: not taken for anybody's submission"
    ]


def test_what_systems_leave_behind_is_passed_over(class_of: Any, catalogue: Any) -> None:
    """macOS, Windows and Jupyter put files of theirs beside a notebook."""
    names = ("__MACOSX/ada/._activations.ipynb", "ada/.DS_Store", "ada/._activations.ipynb", "Thumbs.db")
    found, said = graded(class_of("ada/activations.ipynb", *names), catalogue)
    assert (sorted(found), said) == (["ada"], [])


@pytest.mark.parametrize(
    ("names", "counts", "rule"),
    [
        (("attempt2/activations.ipynb", "attempt1/activations.ipynb"), 0, "the newest attempt, as its name"),
        (("attempt10/activations.ipynb", "attempt9/activations.ipynb"), 0, "the newest attempt"),
        (("2026-11-02/activations.ipynb", "2026-11-01/activations.ipynb"), 0, "the newest attempt"),
        (("activations_v2.ipynb", "activations.ipynb"), 0, "the newest attempt"),
        (("activations (1).ipynb", "activations.ipynb"), 1, "the one that was changed last"),
        (("activations.ipynb", "Activations (1).ipynb"), 1, "the one that was changed last"),
        (("activations.ipynb", "activations_final.ipynb"), 0, "the only one with the topic's name"),
        (("activations.ipynb", "activations.zip"), 0, "the only one that can be read"),
        (("old/activations.pdf", "new/activations.pdf"), 1, "the one that was changed last"),
    ],
)
def test_of_several_the_newest_counts_and_the_others_are_named(
    class_of: Any, catalogue: Any, names: tuple[str, ...], counts: int, rule: str
) -> None:
    """By the rule that names say, else by when they were changed; both are said."""
    found, said = graded(class_of("bo/activations.ipynb", *(f"ada/{name}" for name in names)), catalogue)
    ada = found["ada"]
    assert ada.name == f"ada/{names[counts]}"
    (note,) = ada.notes
    assert note.startswith(f"ada/{names[counts]} is graded ({rule}")
    assert note.endswith(f"not graded: ada/{names[1 - counts]}")
    assert said[0].startswith(f"ada/{names[1 - counts]}: ada/{names[counts]} counts ({rule}")


def test_equal_times_are_decided_by_the_number_of_the_copy(class_of: Any, catalogue: Any) -> None:
    """An archive may have forgotten the times."""
    root = class_of("ada/activations.ipynb", "ada/activations (9).ipynb", "ada/activations (10).ipynb")
    for file in (root / "ada").iterdir():
        os.utime(file, (1e9, 1e9))
    assert graded(root, catalogue)[0]["ada"].name == "ada/activations (10).ipynb"


class TestFolderOfAnExercise:
    """A learner hands in the folder as `nnlearn init` has made it."""

    @pytest.fixture
    def exercise(self, tmp_path: Path) -> tuple[Path, Any]:
        catalogue = load_catalogue()
        built = catalogue.topic("activations").exercise_dir
        shutil.copytree(built, tmp_path / "in" / "ada" / "activations")
        return tmp_path / "in", catalogue

    @pytest.mark.parametrize(
        ("written", "counts"),
        [((), ".ipynb"), ((".ipynb",), ".ipynb"), ((".py",), ".py"), ((".py", ".ipynb"), ".ipynb")],
    )
    def test_the_notebook_counts_unless_only_the_file_was_written_in(
        self, exercise: Any, written: tuple[str, ...], counts: str
    ) -> None:
        root, catalogue = exercise
        for suffix in written:
            file = root / f"ada/activations/activations{suffix}"
            file.write_text(CODE if suffix == ".py" else notebook(CODE))
        found, said = graded(root, catalogue)
        assert sorted(found) == ["ada"]
        assert found["ada"].name == f"ada/activations/activations{counts}"
        assert len(said) == len(found["ada"].notes) == 1

    def test_it_may_be_named_itself(self, exercise: Any) -> None:
        root, catalogue = exercise
        found, _ = graded(root / "ada" / "activations", catalogue)
        assert sorted(found) == ["ada"]

    def test_outputs_and_formats_do_not_count_as_written(self, exercise: Any) -> None:
        root, catalogue = exercise
        file = root / "ada/activations/activations.ipynb"
        document = json.loads(file.read_text())
        for cell in document["cells"]:
            cell["metadata"]["collapsed"] = True
            if cell["cell_type"] == "code":
                cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "hello"}]
        file.write_text(json.dumps(document, indent=3))
        (root / "ada/activations/activations.py").write_text(CODE)
        assert graded(root, catalogue)[0]["ada"].name.endswith(".py")


class TestLearningPlatforms:
    """Archives of Canvas, Moodle and Blackboard that were unpacked as they are."""

    def test_canvas(self, class_of: Any, catalogue: Any) -> None:
        names = ("doejane_LATE_12_67_activations-1.ipynb", "roe_13_68_Activations.ipynb", "li_14_69_work.zip")
        found, _ = graded(class_of(*names), catalogue)
        assert {who: bool(s.problem) for who, s in found.items()} == {
            "doejane": False,
            "roe": False,
            "li": True,
        }

    def test_canvas_in_the_folder_that_it_was_unpacked_into(self, class_of: Any, catalogue: Any) -> None:
        names = ("doejane_12_67_activations.ipynb", "roe_13_68_activations.ipynb")
        found, _ = graded(class_of(*(f"submissions/{name}" for name in names)), catalogue)
        assert sorted(found) == ["doejane", "roe"]

    def test_canvas_uploads_grow(self, class_of: Any, catalogue: Any) -> None:
        names = ("roe_13_70_activations-1.ipynb", "roe_13_68_activations.ipynb")
        found, _ = graded(class_of(*names), catalogue)
        assert found["roe"].name == names[0]

    def test_moodle_in_folders_and_flat(self, class_of: Any, catalogue: Any) -> None:
        names = (
            "Jane Doe_123_assignsubmission_file_/activations.ipynb",
            "Li Wei_124_assignsubmission_file/activations (1).ipynb",
            "Bo Ek_125_assignsubmission_file_activations.ipynb",
            "Cy Ito_126_assignsubmission_onlinetext_/onlinetext.html",
        )
        found, _ = graded(class_of(*names), catalogue)
        assert {who: bool(s.problem) for who, s in found.items()} == {
            "Jane Doe": False,
            "Li Wei": False,
            "Bo Ek": False,
            "Cy Ito": True,
        }

    def test_two_people_of_one_name_are_two(self, class_of: Any, catalogue: Any) -> None:
        names = (f"Jane Doe_{number}_assignsubmission_file_/activations.ipynb" for number in (1, 2))
        assert sorted(graded(class_of(*names), catalogue)[0]) == ["Jane Doe (1)", "Jane Doe (2)"]

    def test_blackboard(self, class_of: Any, catalogue: Any) -> None:
        times = ("2026-03-03-11-00-00", "2026-03-03-17-00-00")
        names = [f"hw1_jdoe_attempt_{when}_activations.ipynb" for when in reversed(times)]
        found, _ = graded(class_of(*names), catalogue)
        assert found["jdoe"].name == names[0]

    def test_nobody_takes_a_place_with_a_name_within(self, class_of: Any, catalogue: Any) -> None:
        """Only what a platform or whoever grades has named says who it is."""
        names = ("bob/activations.ipynb", "aaa/bob_1_2_activations.ipynb", "aaa/bob/activations_v9.ipynb")
        moodle = "zed/bob_1_assignsubmission_file_/activations.ipynb"
        found, _ = graded(class_of(*names, moodle), catalogue)
        assert sorted(found) == ["aaa", "bob", "zed"]
        assert found["bob"].name == "bob/activations.ipynb"


def test_files_with_the_learner_and_the_topic_in_their_names(class_of: Any, catalogue: Any) -> None:
    """As nbgrader's zip_collect takes them."""
    found, _ = graded(class_of("ada_activations.ipynb", "activations-bo.py"), catalogue)
    assert sorted(found) == ["ada", "bo"]


def test_one_person_in_the_folders_of_several_topics(class_of: Any, catalogue: Any) -> None:
    """Only who handed in the same topic in two folders is told apart."""
    root = class_of("activations/ada.py", "losses/ada.py", "week3/activations/bo.py", "week3/losses/ada.py")
    folders = [root / name for name in ("activations", "losses", "week3")]
    found = {(s.topic, s.learner) for s in collect(folders, None, catalogue)}
    assert found == {
        *(("activations", name) for name in ("ada", "bo")),
        *(("losses", name) for name in ("ada (losses)", "ada (week3)")),
    }
