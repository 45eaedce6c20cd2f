"""What nbgrader runs when it makes feedback: it says how late something was and what that has cost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import List, Unicode

from autograder.course.terms import Terms, lateness_of
from autograder.render.text import points


class SayLateness(NbGraderPreprocessor):  # type: ignore[misc]
    """Works out what lateness costs by the marks of now, and says it at the top of the notebook."""

    # The exporter of feedback sets it for every preprocessor, as nbgrader's own expect.
    display_data_priority = List(Unicode()).tag(config=True)

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Put the line there, where the assignment has a due date."""
        from nbformat.v4 import new_markdown_cell

        about = resources["nbgrader"]
        terms = Terms.of(Path(CourseDirectory(config=self.config).root), self.config)
        with Gradebook(about["db_url"]) as gradebook:
            submission = gradebook.find_submission(about["assignment"], about["student"])
            terms.extend(submission)
            terms.charge(submission)
            gradebook.db.commit()
            book = gradebook.find_submission_notebook(
                about["notebook"], about["assignment"], about["student"]
            )
            text = note(submission, float(book.late_submission_penalty or 0.0), terms)
        if text:
            nb.cells.insert(0, new_markdown_cell(text, id="late-note"))  # type: ignore[no-untyped-call]
        return nb, resources


def note(submission: Any, penalty: float, terms: Terms) -> str:
    """What a learner is told: when it was due and came, and what was taken off this notebook."""
    due = submission.assignment.duedate
    if due is None:
        return ""
    text = f"This was due {terms.shown(due)}"
    if submission.extension:
        text += f", for you {terms.shown(submission.duedate)}"
    if submission.timestamp is None:
        return f"{text}. When it was handed in is not known; it counts as in time."
    text += f", and handed in {terms.shown(submission.timestamp)}: "
    late = terms.late(submission)
    if not late.seconds:
        return f"{text}in time."
    cost = f"{points(penalty)} points of this notebook are taken off" if penalty else "nothing is taken off"
    rule = f" (Being late: {terms.policy.words}.)" if terms.policy else ""
    length = lateness_of(submission, terms).length
    return f"{text}**{length}**, {cost}.{rule}"
