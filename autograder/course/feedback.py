"""What a learner reads under a cell of checks: the score of a part and why, in text and in HTML.

Hidden checks say no more here than their titles and the kind of failure, which is all that an outcome holds
of them. Whatever a learner's code may have had a hand in is cleaned and escaped.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from markupsafe import Markup

from autograder.render.text import count, points, without_noticed
from nnlearn.checking.failure import WIDTH
from nnlearn.results import Noticed, Outcome, PartResult, Verdict
from nnlearn.text import clean, laid_out, one_line

_NOT_RUN = "#5f6368"
_MARK = {
    Verdict.PASSED.words: "#1b6b3a",
    Verdict.WAITING.words: _NOT_RUN,
    Verdict.NOT_WRITTEN.words: _NOT_RUN,
}
_NOT_PASSED = "#a50e0e"
_PRE = (
    "white-space:pre-wrap;word-break:normal;overflow-wrap:anywhere;"
    "margin:.3em 0 .8em 1.5em;padding:0;background:none;border:0;font-size:.9em"
)
_MOST_NOTES = 20


def part_as_text(part: PartResult, score: float, max_score: float | None) -> str:
    """The score of a part, out of what it is worth or None, and the outcome of each of its checks."""
    lines = [_headline(part, score, max_score), ""]
    for noticed in part.noticed:
        lines += [*textwrap.wrap(_noticed(noticed), WIDTH, initial_indent="  ", subsequent_indent="  "), ""]
    for outcome in part.outcomes:
        lines.append(f"  {part.told(outcome):<12} {one_line(outcome.title)}{_hidden(outcome)}")
        if outcome.message and not _said_before(part, outcome):
            lines += [f"      {line}".rstrip() for line in _message(outcome).splitlines()]
            lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def part_as_html(part: PartResult, score: float, max_score: float | None) -> str:
    """The same as HTML: a headline and a list, words before colour."""
    rows = []
    for outcome in part.outcomes:
        colour = _MARK.get(part.told(outcome), _NOT_PASSED)
        message = Markup("")
        if outcome.message and not _said_before(part, outcome):
            message = Markup('<pre style="{}">{}</pre>').format(_PRE, _message(outcome))
        rows.append(
            Markup('<li style="margin:.2em 0"><b style="color:{}">{}</b> {}{}{}</li>').format(
                colour, part.told(outcome), one_line(outcome.title), _hidden(outcome), message
            )
        )
    head = Markup("<p><b>{}</b></p>").format(_headline(part, score, max_score))
    noticed = Markup("").join(Markup("<p>{}</p>").format(_noticed(each)) for each in part.noticed)
    return str(Markup("<div>{}{}<ul>{}</ul></div>").format(head, noticed, Markup("").join(rows)))


def notes_as_text(notes: Sequence[str]) -> str:
    """What there is to say about a notebook as a whole."""
    return "\n".join(["About your notebook as a whole:", *(f"  - {note}" for note in _few(notes))]) + "\n"


def notes_as_html(notes: Sequence[str]) -> str:
    """The same as HTML."""
    items = Markup("").join(Markup("<li>{}</li>").format(note) for note in _few(notes))
    return str(Markup("<div><p><b>About your notebook as a whole</b></p><ul>{}</ul></div>").format(items))


def _headline(part: PartResult, score: float, max_score: float | None) -> str:
    passed = sum(outcome.verdict is Verdict.PASSED for outcome in part.outcomes)
    checks = f"{passed} of {count(len(part.outcomes), 'check')} passed"
    worth = (
        "voluntary, without points" if max_score is None else f"{points(score)} of {points(max_score)} points"
    )
    return f"{part.name}: {worth}, {checks}"


def _noticed(noticed: Noticed) -> str:
    return f"Noticed: {one_line(noticed.message)} ({noticed.found_by.words})"


def _message(outcome: Outcome) -> str:
    """What a check says besides: what was noticed stands above all checks."""
    return laid_out(clean(without_noticed(outcome.message)), WIDTH)


def _hidden(outcome: Outcome) -> str:
    return " (a check that runs only when it is graded)" if outcome.hidden else ""


def _said_before(part: PartResult, outcome: Outcome) -> bool:
    """Whether an earlier check of the part says the same, as when a part is not written."""
    before = part.outcomes[: part.outcomes.index(outcome)]
    return any(_message(other) == _message(outcome) for other in before)


def _few(notes: Sequence[str]) -> list[str]:
    lines = [one_line(note, 400) for note in notes[:_MOST_NOTES]]
    more = len(notes) - len(lines)
    return [*lines, f"and {more} more"] if more > 0 else lines
