"""`build` writes exercises: the same bytes each time, all or nothing, and never over hand edits."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from pathlib import Path

import nbformat
import numpy as np
import pytest

from autograder.authoring.build import build_topic, find_stale
from nnlearn.catalogue import Topic, load_catalogue
from nnlearn.errors import ContentError, OutputError

Edit = Callable[..., None]
FIGURE = """# %% tags=["demo", "figure"]
# figure: line | A line from the lower left to the upper right.
print(np.arange(3))
plt.plot([0, 1])
plt.xlabel("x")
plt.ylabel("y")

# %% [markdown]
# Now write it."""


def contents(topic: Topic) -> dict[str, bytes]:
    """Every file of the exercise."""
    folder = topic.exercise_dir
    files = (file for file in folder.rglob("*") if file.is_file())
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


def with_figure(topic: Topic, edit: Edit) -> None:
    """Put a figure into the lesson."""
    edit(topic.master, "# %% [markdown]\n# Now write it.", FIGURE)


def test_what_is_built(topic: Topic) -> None:
    """The files that learners get, and what changed."""
    changed = build_topic(topic)
    assert sorted(contents(topic)) == [
        ".built.json",
        "README.md",
        "halving.ipynb",
        "halving.py",
        "outputs.json",
        "test_halving.py",
        "topic.toml",
    ]
    assert "exercises/halving/README.md" in changed
    assert build_topic(topic) == []
    assert find_stale(topic) == []


def test_the_stub(topic: Topic) -> None:
    """Imports and parts, with a word on how to go on."""
    build_topic(topic)
    text = topic.stub.read_text()
    assert text.startswith(
        '"""Halving.\n\nREADME.md next to this file is the lesson.\n'
        "Put your own code in place of each `raise NotImplementedError` (and of each None), then run\n\n"
        "    nnlearn check halving      to check your work\n"
        "    nnlearn hint predictions   for a hint\n"
        '"""\n\nimport numpy as np\n\n\nPREDICTIONS = {\n'
    )
    assert '    """\n    raise NotImplementedError("halve: not written yet")\n\n\n# Answered in words' in text
    assert "matplotlib" not in text
    compile(text, "halving.py", "exec")


def test_the_notebook(topic: Topic) -> None:
    """Valid, without outputs, demonstrations tagged, an empty cell for each answer in words."""
    build_topic(topic)
    notebook = nbformat.read(topic.notebook, as_version=nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook.metadata.kernelspec.name == "python3"
    tags = {cell.id: cell.metadata.get("tags", []) for cell in notebook.cells}
    assert tags["part-halve"] == []
    assert tags["answer-why_halve"] == ["answer"]
    assert sum(tag == ["demo"] for tag in tags.values()) == 3
    assert tags["check-halve"] == ["demo", "check", "raises-exception"]
    cells = {cell.id: cell for cell in notebook.cells}
    assert cells["answer-why_halve"].source == ""
    effort = "To write, about 10 min after reading: Predictions (5 min, easy), `halve` (5 min, easy)."
    assert cells["how-to-check"].source.endswith(f"\n\n{effort}")
    assert cells["part-halve"].source.endswith('raise NotImplementedError("halve: not written yet")')
    assert cells["check-halve"].source == 'import nnlearn\n\nnnlearn.check("halve")'
    order = [cell.id for cell in notebook.cells]
    assert order.index("check-halve") == order.index("part-halve") + 1
    assert all(not cell.get("outputs") for cell in notebook.cells)


def test_the_lesson(topic: Topic) -> None:
    """Markdown and demonstrations as they are, parts with what is to be written."""
    build_topic(topic)
    text = topic.lesson.read_text()
    assert "# Halving\n\n*To write after reading: about 10 min*\n\nOne paragraph" in text
    assert (
        '**Your part: `halve`** · 2 points · 5 min, easy\n\n```python\ndef halve(x):\n    """Divide' in text
    )
    assert '    """\n    ...\n```' in text
    assert "**Your part: Predictions** · 1 point · 5 min, easy\n" in text
    assert "*In words, in the notebook or in `ANSWERS` at the end of `halving.py` · 2 points*" in text
    assert "nnlearn check halving" in text
    assert "NotImplementedError(" not in text


def test_demonstrations_of_the_lesson_take_the_parts_from_the_learners_file(topic: Topic, edit: Edit) -> None:
    """Those that use one, and not those that make something of the same name; a notebook has its cells."""
    uses, makes = "print(halve(4))", "halve = print\nhalve(4)"
    assert topic.master is not None
    code = "".join(f'\n# %% tags=["demo"]\n{demo}\n' for demo in (uses, makes))
    topic.master.write_text(topic.master.read_text() + code)
    build_topic(topic)
    text = topic.lesson.read_text()
    assert f"```python\nfrom halving import halve\n\n{uses}\n```" in text
    assert f"```python\n{makes}\n```" in text
    assert "from halving" not in topic.notebook.read_text()


def test_the_stub_has_a_place_for_what_is_answered_in_words(topic: Topic, edit: Edit) -> None:
    """The question as a comment, its code as it stands; what a learner writes between the quotes is kept."""
    assert topic.master is not None
    question = '# %% [markdown] tags=["response"] name="why_halve"\n'
    assert question in topic.master.read_text()
    edit(topic.master, question, f"{question}# ## In words\n#\n# ```python\n# halve(4)  # 2\n# ```\n#\n")
    build_topic(topic)
    stub = topic.stub.read_text()
    place = stub.index("# Answered in words, between the quotes: a person reads it.\nANSWERS = {\n")
    begun = stub[place:].split("\n")[2:8]
    assert begun == [
        "    # In words",
        "    #",
        "    # ```python",
        "    # halve(4)  # 2",
        "    # ```",
        "    #",
    ]
    assert stub.endswith('    "why_halve": r"""\n\n""",\n}\n')
    answered = stub.replace('r"""\n\n"""', 'r"""\nSince $\\frac{4}{2}$ is 2: "exact".\n"""')
    namespace: dict[str, object] = {}
    exec(answered, namespace)
    assert namespace["ANSWERS"] == {"why_halve": '\nSince $\\frac{4}{2}$ is 2: "exact".\n'}


def test_the_learners_topic_toml(topic: Topic, course: Path) -> None:
    """It reads as the original does, without what is private, with what is hidden counted, and parameters."""
    build_topic(topic)
    data = tomllib.loads((topic.exercise_dir / "topic.toml").read_text())
    assert data["response"] == [{"name": "why_halve", "points": 2}]
    assert [part["hidden_checks"] for part in data["part"]] == [0, 2]
    key, about = "floor_of_minus_seven_halves", "whole-number division"
    question = "What is -7 // 2 in Python?"
    asked = {"key": key, "about": about, "question": question, "allowed": "integer"}
    [prediction] = data["prediction"]
    assert "-4" not in prediction.pop("sealed")  # nobody reads it in passing
    assert prediction == asked
    original = tomllib.loads(topic.toml.read_text())
    assert data["part"][1]["hints"] == original["part"][1]["hints"]
    (course / "solutions").rename(course / "elsewhere")
    assert load_catalogue(course).topic("halving").part("halve").hidden_checks == 2
    assert load_catalogue(course).topic("halving").predictions == topic.predictions  # the checks can
    parameters = {part.name: part.parameters for part in load_catalogue(course).topic("halving").parts}
    assert parameters == {"predictions": (), "halve": ("x",)}


def test_two_builds_are_equal(topic: Topic, edit: Edit) -> None:
    """From nothing, on the same machine, byte by byte."""
    with_figure(topic, edit)
    build_topic(topic)
    first = contents(topic)
    for name in first:
        (topic.exercise_dir / name).unlink()
    build_topic(topic)
    assert contents(topic) == first
    assert "figures/line.png" in first


def test_a_figure_is_small_and_looks_as_it_was_drawn(tmp_path: Path) -> None:
    """Fewer colours than were drawn, and nowhere one that is visibly another."""
    import matplotlib.pyplot as plt
    from PIL import Image

    from autograder.authoring.draw_figures import _save
    from autograder.authoring.figure_faults import DPI

    figure, axes = plt.subplots(figsize=(6, 3))
    values = np.linspace(0, 1, 6000).reshape(60, 100)
    shown = axes.imshow(values, cmap="viridis", aspect="auto", interpolation="bilinear")
    figure.colorbar(shown)
    for number in range(6):
        axes.plot(np.linspace(0, 99, 50), 30 + 25 * np.sin(np.arange(50) / (3 + number)))
    drawn, built = tmp_path / "drawn.png", tmp_path / "built.png"
    figure.savefig(drawn, dpi=DPI, bbox_inches="tight", facecolor="white")
    _save(built, "Six waves over a gradient of colours.")
    before, after = (np.asarray(Image.open(file).convert("RGB")).astype(int) for file in (drawn, built))
    assert before.shape == after.shape
    assert np.abs(before - after).max() <= 16
    assert built.stat().st_size < drawn.stat().st_size / 2


def test_figures_are_drawn_only_when_their_code_changes(topic: Topic, edit: Edit) -> None:
    """A sentence in the lesson costs no time, a number in a plot does."""
    with_figure(topic, edit)
    build_topic(topic)
    assert "![A line from the lower left to the upper right.](figures/line.png)" in (topic.lesson.read_text())
    assert "<summary>The code of this figure</summary>" in topic.lesson.read_text()
    assert "plt.plot([0, 1])" in topic.lesson.read_text()
    edit(topic.master, "One paragraph", "A paragraph")
    steps: list[str] = []
    build_topic(topic, on_step=steps.append)
    assert steps == ["reading the master and the checks"]
    edit(topic.master, "plt.plot([0, 1])", "plt.plot([0, 2])")
    assert "exercises/halving/figures/line.png is stale: its sources have changed" in find_stale(topic)
    build_topic(topic, on_step=steps.append)
    assert "drawing the figures" in steps


def test_a_figure_that_is_gone_goes_away(topic: Topic, edit: Edit) -> None:
    """Files of an earlier build are removed, others are left alone."""
    with_figure(topic, edit)
    build_topic(topic)
    (topic.exercise_dir / "my_notes.txt").write_text("mine")
    edit(topic.master, FIGURE, "# %% [markdown]\n# Now write it.")
    assert "exercises/halving/figures/line.png is left from an earlier build" in find_stale(topic)
    build_topic(topic)
    assert not (topic.exercise_dir / "figures/line.png").exists()
    assert (topic.exercise_dir / "my_notes.txt").read_text() == "mine"


@pytest.mark.parametrize(
    ("code", "what"),
    [
        ("plt.plot([0, 1])", "ZeroDivisionError: division by zero"),
        ("plt.close('all')", "ValueError: the cell leaves no figure: make one with plt.figure()"),
    ],
)
def test_a_lesson_that_does_not_run(topic: Topic, edit: Edit, code: str, what: str) -> None:
    """The line of the master is named, and the old tree stays."""
    build_topic(topic)
    before = contents(topic)
    with_figure(topic, edit)
    edit(topic.master, 'plt.ylabel("y")', code if "close" in code else f"{code}\n1 / 0")
    with pytest.raises(ContentError) as caught:
        build_topic(topic)
    text = topic.master.read_text().split("\n") if topic.master else []
    line = (
        text.index("1 / 0") + 1
        if "1 / 0" in text
        else text.index("# figure: " + FIGURE[39:].split("\n")[0]) + 1
    )
    assert f"{topic.master}:{line}: the lesson does not run: {what}" in str(caught.value)
    assert contents(topic) == before
    assert [p.name for p in topic.exercise_dir.parent.iterdir()] == ["halving"]


def test_figures_that_are_not_as_they_should_be(topic: Topic, edit: Edit) -> None:
    """All faults of all figures are named at once, with their lines, and nothing is built."""
    with_figure(topic, edit)
    edit(topic.master, "to the upper right.", "to the upper right, from 0 to 2.")
    edit(topic.master, 'plt.ylabel("y")', "from nnlearn import figures\nfigures.says(0, 1)")
    with pytest.raises(ContentError) as caught:
        build_topic(topic)
    line = (topic.master.read_text() if topic.master else "").split("\n").index("print(np.arange(3))")
    assert str(caught.value) == (
        f"{topic.master}:{line}: figure `line`: its text says 2, and its code has 1\n"
        f"{topic.master}:{line}: figure `line`: the y axis of panel 1 has numbers and no label: "
        "give it one, or the same limits as a labelled panel in its row\n"
        "  put the cell right, or the text in its first line (CONTRIBUTING.md says what a figure needs)"
    )
    assert not topic.exercise_dir.exists()


def test_a_page_has_all_of_its_code(topic: Topic, edit: Edit) -> None:
    """What the lesson imports, its demonstrations, and the code of its figures, folded."""
    with_figure(topic, edit)
    build_topic(topic)
    page = topic.lesson.read_text()
    assert page.count("<details>") == page.count("</details>") == 2
    assert "<summary>What the code on this page imports</summary>\n\n```python\nimport numpy as np\n" in page
    for line in ("import matplotlib.pyplot as plt", "print(np.arange(3))", "with lesson.if_written():"):
        assert line in page
    assert "# figure: line" not in page


def test_hand_edits_are_not_overwritten(topic: Topic) -> None:
    """They are listed; --force overwrites them."""
    build_topic(topic)
    topic.lesson.write_text("my own words")
    topic.stub.write_text("x = 1\n")
    assert find_stale(topic) == [
        "exercises/halving/README.md was changed by hand",
        "exercises/halving/halving.py was changed by hand",
    ]
    with pytest.raises(ContentError) as caught:
        build_topic(topic)
    assert str(caught.value) == (
        "these files are built, and were changed by hand since:\n"
        "    exercises/halving/README.md\n    exercises/halving/halving.py\n"
        "  bring the changes into the master, or lose them: nnlearn topic build halving --force"
    )
    assert topic.lesson.read_text() == "my own words"
    build_topic(topic, force=True)
    assert find_stale(topic) == []


def test_what_is_stale_missing_or_damaged(topic: Topic, edit: Edit) -> None:
    """Each file gets its line."""
    build_topic(topic)
    edit(topic.master, "One paragraph", "A paragraph")
    topic.visible_checks.unlink()
    assert find_stale(topic) == [
        "exercises/halving/README.md is stale: its sources have changed",
        "exercises/halving/halving.ipynb is stale: its sources have changed",
        "exercises/halving/test_halving.py is missing",
    ]
    build_topic(topic)
    manifest = topic.exercise_dir / ".built.json"
    written = json.loads(manifest.read_text())
    manifest.write_text(json.dumps({**written, "files": {**written["files"], "README.md": "?"}}))
    assert find_stale(topic) == ["exercises/halving/.built.json does not match the files"]
    build_topic(topic)
    assert find_stale(topic) == []


def test_nothing_built_yet(topic: Topic) -> None:
    """Everything is missing, and that is not an error."""
    assert "exercises/halving/README.md is missing" in find_stale(topic)


def test_an_exercise_folder_that_cannot_be_written(topic: Topic) -> None:
    """Said before anything is drawn."""
    topic.exercise_dir.parent.write_text("a file where a folder should be")
    with pytest.raises(OutputError, match=r"exercises cannot be written"):
        build_topic(topic)


def test_a_topic_without_checks(topic: Topic) -> None:
    """The message says where they are expected."""
    assert topic.checks is not None
    topic.checks.unlink()
    with pytest.raises(ContentError, match=r"has no checks: expected autograder/checks/halving/test_"):
        build_topic(topic)
