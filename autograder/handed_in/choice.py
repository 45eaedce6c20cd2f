"""Which one counts of several things that a learner handed in for a topic.

What can be read counts before what cannot, and a file named after the topic before others. Among those the
newest attempt counts, as names say it (`attempt2`, a date, a learning platform's number). In the folder of
an exercise the notebook counts, unless only the `.py` beside it was written in. What is still equal is
decided by when it was last changed, by the number of the copy (`activations (1).ipynb`), and by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from autograder.handed_in.owners import Owned
from nnlearn.errors import SubmissionError

if TYPE_CHECKING:
    from pathlib import Path

    from nnlearn.catalogue import Topic


def the_one_that_counts(candidates: Sequence[Owned], topic: Topic | None) -> tuple[Owned, str]:
    """The one of `candidates` that is graded, and by what rule, in words; none for a single one.

    Args:
        candidates: What one learner handed in for `topic`, at least one.
        topic: The topic, whose stub tells what was written in; None where a notebook always counts.
    """
    if len(candidates) == 1:
        return candidates[0], ""
    left = [it for it in candidates if it.can_be_read]
    if len(left) == 1:
        return left[0], "the only one that can be read"
    left = left or list(candidates)
    exact = [it for it in left if it.is_exact] or [it for it in left if it.topic] or left
    if len(exact) == 1:
        return exact[0], "the only one with the topic's name"
    left = exact
    newest = max(it.attempt for it in left)
    last = [it for it in left if it.attempt == newest]
    if len(last) == 1:
        return last[0], "the newest attempt, as its name says"
    notebooks, scripts = ([it for it in last if it.kind == kind] for kind in (".ipynb", ".py"))
    if notebooks and scripts:
        notebook, script = _latest(notebooks), _latest(scripts)
        if topic and _only_the_script_was_written_in(notebook.entry.path, script.entry.path, topic):
            return script, "nothing was written in the notebook"
        return notebook, "the notebook counts, not the .py file beside it"
    return _latest(last), "the one that was changed last"


def _latest(candidates: Sequence[Owned]) -> Owned:
    return max(candidates, key=lambda it: (it.entry.modified, it.copy, it.entry.place))


def _only_the_script_was_written_in(notebook: Path, script: Path, topic: Topic) -> bool:
    """Whether a notebook is as it was given out, and the `.py` beside it is not."""
    return _as_given_out(notebook, topic.notebook) and not _as_given_out(script, topic.stub)


def _as_given_out(handed_in: Path, given: Path) -> bool:
    """Whether the code in a file is that of the built exercise."""
    from nnlearn.submission.source import load_source

    try:
        mine, theirs = (
            [cell.code.split() for cell in load_source(path).cells] for path in (handed_in, given)
        )
    except SubmissionError:  # what cannot be read is not as it was, and says so when it is graded
        return False
    return mine == theirs
