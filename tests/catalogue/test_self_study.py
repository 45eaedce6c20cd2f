"""What is private of the content that came with nnlearn, where it is installed for those who learn alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from catalogue.test_catalogue import write_topic

from nnlearn import __version__
from nnlearn.catalogue import catalogue, load_catalogue
from nnlearn.errors import ContentError

Install = Callable[[str], Path]


@pytest.fixture
def came(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tree without private content that is taken for the one that came with nnlearn."""
    root = tmp_path / "came"
    write_topic(root, "soft", tree="exercises", more="hidden_checks = 4\n")
    monkeypatch.setattr(catalogue, "came_with_nnlearn", lambda: root)
    monkeypatch.delenv(catalogue.CONTENT_VARIABLE, raising=False)
    return root


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Install the other distribution, in a version; returns its content."""

    def installed(version: str) -> Path:
        site = tmp_path / "site"
        content = site / "nnlearn_selfstudy" / "content"
        for name in ("soft", "later"):
            (write_topic(content, name) / f"{name}.py").write_text("")
            checks = content / "autograder" / "checks" / name
            checks.mkdir(parents=True)
            (checks / f"test_{name}.py").write_text("")
        (site / "nnlearn_selfstudy" / "__init__.py").write_text("")
        metadata = site / f"nnlearn_selfstudy-{version}.dist-info" / "METADATA"
        metadata.parent.mkdir()
        metadata.write_text(f"Metadata-Version: 2.1\nName: nnlearn-selfstudy\nVersion: {version}\n")
        monkeypatch.syspath_prepend(str(site))
        return content

    return installed


def test_it_is_read_with_the_exercises_where_that_is_asked_for(came: Path, install: Install) -> None:
    """The exercises say which topics there are, and how many checks are hidden."""
    content = install(__version__)
    [topic] = load_catalogue(self_study=True).topics
    assert topic.master == content / "solutions/soft/soft.py"
    assert topic.checks == content / "autograder/checks/soft/test_soft.py"
    assert topic.exercise_dir == came / "exercises/soft"
    assert topic.part("double").hidden_checks == 4
    assert load_catalogue().topic("soft").master is None


@pytest.mark.usefixtures("came")
def test_where_it_is_not_installed_nothing_is_there() -> None:
    """No solution, no check, and no error."""
    topic = load_catalogue(self_study=True).topic("soft")
    assert (topic.master, topic.checks) == (None, None)


@pytest.mark.usefixtures("came")
def test_that_of_another_version_is_refused_and_a_tree_of_ones_own_has_nothing_to_do_with_it(
    tmp_path: Path, install: Install
) -> None:
    """Its checks may ask for what these exercises do not."""
    install("0.0.9")
    with pytest.raises(ContentError) as refused:
        load_catalogue(self_study=True)
    assert str(refused.value) == (
        f"nnlearn-selfstudy 0.0.9 belongs to nnlearn 0.0.9, and this is nnlearn {__version__}\n"
        f"  install nnlearn-selfstudy {__version__}, from where you have nnlearn"
    )
    write_topic(tmp_path / "own", "mine", tree="exercises")
    assert load_catalogue(tmp_path / "own", self_study=True).topic("mine").master is None
