"""Builds `exercises/<topic>/` from what authors write.

Texts are cheap and compared byte by byte. Figures and diagnoses are costly and differ a little between
machines, so they are made anew only when what they are made from has changed.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from autograder.authoring.demonstrations import outputs_digest, record_outputs
from autograder.authoring.figures import draw_figures, figure_names, figures_digest
from autograder.authoring.interactive import interactive_of
from autograder.authoring.lesson import write_lesson, write_notebook, write_stub
from autograder.authoring.manifest import NAME, Manifest, digest_at, read_manifest
from autograder.authoring.master import Kind, Master, read_master
from autograder.authoring.recording import record_mistakes, recorded_digest
from autograder.authoring.topic_copy import learners_topic_toml
from autograder.authoring.visible import CheckFile, checks_of_topic
from nnlearn.catalogue import INTERACTIVE, OUTPUTS, Topic
from nnlearn.errors import ContentError, OutputError
from nnlearn.files import digest_of
from nnlearn.learner.parameters import parameters_of

DIAGNOSES = "diagnoses.json"


@dataclass(frozen=True)
class Plan:
    """What a topic's exercise has to consist of.

    Attributes:
        topic: The topic.
        master: Its master.
        checks: Its checks, split.
        texts: The files that are written at once, by their path.
        costly: The files that take time, by their path, with what they belong to.
        made_from: The digests of what the costly files are made from.
    """

    topic: Topic
    master: Master
    checks: CheckFile
    texts: dict[str, bytes]
    costly: dict[str, str]
    made_from: dict[str, str]

    def costly_of(self, kind: str) -> list[str]:
        """The costly files of one kind."""
        return [name for name, belongs_to in self.costly.items() if belongs_to == kind]


def plan_build(topic: Topic) -> Plan:
    """Read and check all sources of a topic, and write its texts in memory.

    Raises:
        ContentError: A source is missing or not as it should be.
    """
    master = read_master(topic)
    checks = checks_of_topic(topic)
    texts = {
        "README.md": write_lesson(master),
        f"{topic.name}.py": write_stub(master),
        f"{topic.name}.ipynb": write_notebook(master),
        f"test_{topic.name}.py": checks.visible,
        "topic.toml": learners_topic_toml(topic, checks.hidden_counts, parameters_of(master.path)),
    }
    if topic.written_plots is not None:
        texts["plots.py"] = topic.written_plots.read_text(encoding="utf-8")
    if topic.written_interactive is not None:
        texts[INTERACTIVE] = interactive_of(topic.written_interactive, figure_names(master))
    costly = {f"figures/{name}.png": "figures" for name in figure_names(master)}
    made_from = {"figures": figures_digest(master)} if costly else {}
    if master.of(Kind.DEMO, Kind.FIGURE):
        costly[OUTPUTS] = "outputs"
        made_from["outputs"] = outputs_digest(master)
    if topic.has_mistakes:
        costly[DIAGNOSES] = "diagnoses"
        made_from["diagnoses"] = recorded_digest(topic, checks)
    encoded = {name: text.encode() for name, text in texts.items()}
    return Plan(topic, master, checks, encoded, costly, made_from)


def find_stale(topic: Topic) -> list[str]:
    """What in `exercises/<topic>/` is not as a build would leave it, one line for each file."""
    plan = plan_build(topic)
    folder, old = topic.exercise_dir, read_manifest(topic.exercise_dir)
    found = []
    for name in sorted({*plan.texts, *plan.costly, *old.files}):
        digest = digest_at(folder / name)
        if name not in plan.texts and name not in plan.costly:
            if digest is not None:
                found.append(f"{_shown(topic, name)} is left from an earlier build")
        elif digest is None:
            found.append(f"{_shown(topic, name)} is missing")
        elif _is_current(plan, old, name, digest):
            continue
        elif digest == old.files.get(name):
            found.append(f"{_shown(topic, name)} is stale: its sources have changed")
        else:
            found.append(f"{_shown(topic, name)} was changed by hand")
    if not found and digest_at(folder / NAME) != digest_of(_manifest(plan, folder).to_json().encode()):
        found.append(f"{_shown(topic, NAME)} does not match the files")
    return found


def build_topic(
    topic: Topic, *, force: bool = False, on_step: Callable[[str], None] = lambda _: None
) -> list[str]:
    """Build the exercise of a topic.

    Args:
        topic: A topic with its private content.
        force: Overwrite files that were changed by hand.
        on_step: Called with what is done next, in words.

    Returns:
        The files that changed, were added or went away, by their path in the content tree.

    Raises:
        ContentError: A source is not as it should be, or a file was changed by hand; nothing has changed.
        OutputError: The folder cannot be written.
    """
    on_step("reading the master and the checks")
    plan = plan_build(topic)
    folder, old = topic.exercise_dir, read_manifest(topic.exercise_dir)
    if not force:
        _refuse_hand_edits(plan, old)
    with _staging(folder.parent, topic.name) as staged:
        for name, data in plan.texts.items():
            (staged / name).write_bytes(data)
        _make(plan, old, "figures", staged, on_step)
        _make(plan, old, "outputs", staged, on_step)
        _make(plan, old, "diagnoses", staged, on_step)
        (staged / NAME).write_text(_manifest(plan, staged).to_json(), encoding="utf-8")
        return _swap_in(plan, old, staged, folder)


def _is_current(plan: Plan, old: Manifest, name: str, digest: str) -> bool:
    """Whether a built file with this digest is what a build would leave."""
    if name in plan.texts:
        return digest == digest_of(plan.texts[name])
    kind = plan.costly[name]
    return digest == old.files.get(name) and plan.made_from[kind] == old.made_from.get(kind)


def _refuse_hand_edits(plan: Plan, old: Manifest) -> None:
    edited = []
    for name in sorted({*plan.texts, *plan.costly, *old.files}):
        digest = digest_at(plan.topic.exercise_dir / name)
        if digest not in (None, old.files.get(name)) and digest != digest_of(plan.texts.get(name, b"")):
            edited.append(_shown(plan.topic, name))
    if edited:
        raise ContentError(
            "these files are built, and were changed by hand since:\n"
            + "\n".join(f"    {name}" for name in edited),
            f"bring the changes into the master, or lose them: nnlearn topic build {plan.topic.name} --force",
        )


@contextmanager
def _staging(parent: Path, name: str) -> Iterator[Path]:
    """A folder in `parent`, on the same file system as what it is for, that does not outlive the build."""
    try:
        parent.mkdir(parents=True, exist_ok=True)
        staged = Path(tempfile.mkdtemp(prefix=f".{name}.", dir=parent))
    except OSError as error:
        raise OutputError(
            f"{parent} cannot be written: {error.strerror}", "look at its rights, or at the disk"
        ) from error
    try:
        yield staged
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def _make(plan: Plan, old: Manifest, kind: str, staged: Path, on_step: Callable[[str], None]) -> None:
    """Put the costly files of one kind into `staged`: those that are there, or new ones."""
    if _are_current(plan, old, kind):
        _take_over(plan, staged, kind)
    elif kind == "figures":
        on_step("drawing the figures")
        draw_figures(plan.master, staged / "figures")
    elif kind == "outputs":
        on_step("running the demonstrations")
        record_outputs(plan.master, staged / OUTPUTS)
    else:
        on_step("recording the known mistakes")
        record_mistakes(plan.topic, staged)


def _are_current(plan: Plan, old: Manifest, kind: str) -> bool:
    """Whether the costly files of one kind are there, and as a build would leave them."""
    digests = {name: digest_at(plan.topic.exercise_dir / name) for name in plan.costly_of(kind)}
    return all(d is not None and _is_current(plan, old, n, d) for n, d in digests.items())


def _take_over(plan: Plan, staged: Path, kind: str) -> None:
    """Copy the costly files of one kind as they are."""
    for name in plan.costly_of(kind):
        (staged / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(plan.topic.exercise_dir / name, staged / name)


def _manifest(plan: Plan, folder: Path) -> Manifest:
    """The manifest of the built files that lie in `folder`."""
    digests = {name: digest_at(folder / name) for name in (*plan.texts, *plan.costly)}
    return Manifest({name: d for name, d in digests.items() if d is not None}, plan.made_from)


def _swap_in(plan: Plan, old: Manifest, staged: Path, folder: Path) -> list[str]:
    """Move everything from `staged` into place, one atomic step for each file."""
    changed = []
    names = [*plan.texts, *plan.costly]
    try:
        for name in (*names, NAME):
            if digest_at(staged / name) != digest_at(folder / name):
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (staged / name).replace(folder / name)
                changed.append(name)
        for name in sorted(old.files.keys() - set(names)):
            if (folder / name).exists():
                (folder / name).unlink()
                changed.append(name)
    except OSError as error:
        raise OutputError(
            f"{folder} cannot be written: {error.strerror}",
            f"put that right and run `nnlearn topic build {plan.topic.name}` again",
        ) from error
    return [_shown(plan.topic, name) for name in changed if name != NAME]


def _shown(topic: Topic, name: str) -> str:
    return f"exercises/{topic.name}/{name}"
