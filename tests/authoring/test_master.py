"""A master is read into cells; what is unclear is refused with file and line."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autograder.authoring.master import Kind, read_master
from nnlearn.catalogue import Topic
from nnlearn.catalogue.prediction_code import PLACE
from nnlearn.errors import ContentError

Edit = Callable[..., None]


def test_every_cell_has_its_kind_and_its_line(topic: Topic) -> None:
    """The line is that of the master, so that messages and tracebacks can name it."""
    master = read_master(topic)
    kinds = [(cell.kind, cell.name) for cell in master.cells]
    assert kinds == [
        (Kind.MARKDOWN, ""),
        (Kind.CODE, ""),
        (Kind.DEMO, ""),
        (Kind.MARKDOWN, ""),
        (Kind.PREDICTIONS, "predictions"),
        (Kind.MARKDOWN, ""),
        (Kind.MARKDOWN, ""),
        (Kind.PART, "halve"),
        (Kind.MARKDOWN, ""),
        (Kind.DEMO, ""),
        (Kind.RESPONSE, "why_halve"),
        (Kind.MARKDOWN, ""),
    ]
    lines = master.path.read_text().split("\n")
    for cell in master.cells:
        written = PLACE if cell.kind is Kind.PREDICTIONS else cell.source.split("\n")[0]
        assert lines[cell.line - 1].removeprefix("# ") == written


def test_the_public_form_holds_no_solution(topic: Topic) -> None:
    """Regions become a raise, answers None; questions stay."""
    master = read_master(topic)
    (part,) = master.of(Kind.PART)
    assert part.public.endswith('    """\n    raise NotImplementedError("halve: not written yet")')
    (predictions,) = master.of(Kind.PREDICTIONS)
    question = "    # What is -7 // 2 in Python?\n    # Allowed: an integer.\n"
    assert predictions.public == f'PREDICTIONS = {{\n{question}    "floor_of_minus_seven_halves": None,\n}}'
    assert predictions.source == predictions.public.replace("None", "-4")


PART = "    # BEGIN SOLUTION\n    return np.asarray(x) / 2\n    # END SOLUTION\n"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            PART,
            "    return np.asarray(x) / 2\n",
            "32: the part `halve` has no solution region\n"
            "  mark what learners write with # BEGIN SOLUTION and # END SOLUTION",
        ),
        (
            "    # END SOLUTION\n",
            "",
            "41: # BEGIN SOLUTION without an # END SOLUTION below it\n"
            "  mark what learners write with # END SOLUTION",
        ),
        (
            "    # BEGIN SOLUTION\n",
            "",
            "42: # END SOLUTION without a # BEGIN SOLUTION above it\n"
            "  mark what learners write with # BEGIN SOLUTION",
        ),
        (
            "    return np.asarray(x) / 2\n",
            "    # BEGIN SOLUTION\n",
            "42: # BEGIN SOLUTION inside the region that line 41 begins\n"
            "  mark what learners write with # END SOLUTION",
        ),
        (
            "    # END SOLUTION\n",
            "    # End solution\n",
            "43: `# End solution` looks like a marker of a solution region and is none\n"
            "  write exactly `# BEGIN SOLUTION` or `# END SOLUTION`, alone on the line",
        ),
        (
            PART,
            "    # BEGIN SOLUTION\n    if x:\n    # END SOLUTION\n        return x\n",
            "32: without its solution regions the part `halve` is not Python: unexpected indent\n"
            "  a region holds whole statements. What remains is:\n    def halve(x):",
        ),
        (
            '    """Divide every number by 2.\n',
            '    "" f"""Divide every number by 2.\n',
            "32: the part `halve` has no docstring\n"
            "  say there what it takes, returns and raises: it is all a learner has",
        ),
        (
            "def halve(x):\n",
            "def halve2(x):\n",
            "32: a solution region in a cell that defines no part of topic.toml\n  the parts are halve",
        ),
        (
            "def halve(x):\n",
            "def halve(x:\n",
            "32: not Python: '(' was never closed\n  put that line right",
        ),
        (
            '# %% tags=["demo"]\nimport matplotlib',
            '# %% tags=["dmo"]\nimport matplotlib',
            "10: unknown tag `dmo`\n  did you mean `demo`?",
        ),
        (
            '# %% tags=["demo"]\nimport matplotlib',
            "# %% tags=[demo]\nimport matplotlib",
            '10: cannot read `tags=[demo]` of the cell\n  write tags=["demo"]',
        ),
        (
            '# %% tags=["demo"]\nimport matplotlib',
            '# %% tag=["demo"]\nimport matplotlib',
            "10: unknown word `tag` at the cell\n  did you mean `tags`?",
        ),
        (
            '# %% tags=["demo"]\nimport matplotlib',
            '# %% tags=["demo", "figure"]\nimport matplotlib',
            "10: a figure cell begins with its name and a text for those who cannot see it\n"
            "  write as its first line: # figure: NAME | what the picture shows",
        ),
        (
            '# %% tags=["demo"]\nimport matplotlib',
            '# %% tags=["figure"]\nimport matplotlib',
            '10: a figure cell needs the tag `demo` too\n  tags=["demo", "figure"]',
        ),
        (
            'name="why_halve"',
            'name="why"',
            '54: no [[response]] in topic.toml is called `why`\n  write name="..." with one of: why_halve',
        ),
        (
            "PREDICTIONS = ...",
            'PREDICTIONS = {"floor_of_minus_seven_halves": -4}',
            "20: topic.toml asks and answers the predictions, and a master only marks their place\n"
            "  write `PREDICTIONS = ...` alone in the cell",
        ),
        (
            "PREDICTIONS = ...",
            "PREDICTIONS = ...\n\n# %%\nPREDICTIONS = ...",
            "23: the predictions `predictions` is there twice\n  the first is on line 20",
        ),
    ],
)
def test_what_is_refused(topic: Topic, edit: Edit, old: str, new: str, message: str) -> None:
    """File, line, problem and next step."""
    edit(topic.master, old, new)
    with pytest.raises(ContentError) as caught:
        read_master(topic)
    found = str(caught.value).replace(f"{topic.master}:", "")
    assert found == message or (message.count("\n") > 1 and found.startswith(message))


def test_what_topic_toml_lists_has_to_be_there(topic: Topic, edit: Edit) -> None:
    """A part, a response or the predictions without their cell are named."""
    edit(topic.master, '# %% [markdown] tags=["response"] name="why_halve"', "# %% [markdown]")
    with pytest.raises(ContentError) as caught:
        read_master(topic)
    assert str(caught.value) == (
        f"{topic.master}: the response `why_halve` is missing, though topic.toml lists it\n"
        "  write its cell, or take it out of topic.toml"
    )
    edit(topic.master, "PREDICTIONS = ...", "pass")
    with pytest.raises(ContentError, match=r"the response .* is missing"):
        read_master(topic)
    edit(topic.master, "# %% [markdown]\n# Why", '# %% [markdown] tags=["response"] name="why_halve"\n# Why')
    with pytest.raises(ContentError, match=r"the cell `PREDICTIONS = ...` is missing, though topic.toml"):
        read_master(topic)


def test_a_topic_without_master(topic: Topic) -> None:
    """The message says where it is expected."""
    assert topic.master is not None
    topic.master.unlink()
    with pytest.raises(ContentError, match=r"has no master: expected .*solutions/halving/halving.py"):
        read_master(topic)


def test_comments_that_look_like_magics_stay(topic: Topic, edit: Edit) -> None:
    """Jupytext would take `# %timeit` for a commented magic, and uncomment it."""
    edit(topic.master, "import numpy as np\n", "import numpy as np\n# %timeit is slow\n# cat dog\n")
    (code,) = read_master(topic).of(Kind.CODE)
    assert code.source == "import numpy as np\n# %timeit is slow\n# cat dog"
