"""How a part went, as a card for a notebook: HTML, and the same as plain text.

The HTML takes colours, fonts and background from whatever shows it, so that it fits every theme; the words
say all that the accent at its edge says. It holds nothing that runs and nothing that is fetched.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from html import escape

from nnlearn.catalogue import PREDICTIONS
from nnlearn.checking.failure import WIDTH
from nnlearn.notebook.cells import shell
from nnlearn.notebook.held import Notice
from nnlearn.notebook.plots import Picture
from nnlearn.results import Outcome, PartResult, Verdict
from nnlearn.text import hanging, laid_out

# Against white and against Jupyter's dark grey, all have a contrast above 3:1.
_GREEN, _VERMILION, _GREY = "#009E73", "#D55E00", "#808080"


@dataclass(frozen=True)
class Card:
    """What there is to show.

    Attributes:
        result: How the part went.
        hidden: How many more checks run when it is graded.
        picture: What the part does, drawn.
        notes: What there is to know about the notebook as a whole.
        notice: Why the verdict, if there is one, is not about what the notebook's cells say now.
        beyond: What there is besides for a part that passes, a line each.
    """

    result: PartResult
    hidden: int
    picture: Picture | None = None
    notes: tuple[str, ...] = ()
    notice: Notice | None = None
    beyond: tuple[str, ...] = ()

    @property
    def counts(self) -> bool:
        """Whether it is a verdict on what the notebook's cells say now."""
        return bool(self.result.outcomes) and self.notice is None

    @property
    def passed(self) -> bool:
        """Whether all checks pass that are to be run."""
        was_checked = bool(self.result.outcomes) or self.notice is None
        return was_checked and self.result.verdict is Verdict.PASSED

    @property
    def count(self) -> str:
        """How many checks pass."""
        outcomes = self.result.outcomes
        if self.notice and not outcomes:
            return self.notice.title
        if not outcomes:
            return f"there is no visible check; {self.hidden} run when graded"
        passing = sum(outcome.verdict is Verdict.PASSED for outcome in outcomes)
        more = f"; {self.hidden} more run when graded" if self.hidden else ""
        return f"{passing} of {len(outcomes)} visible checks pass{more}"

    @property
    def title(self) -> str:
        """The part and how it stands."""
        words = self.result.verdict.words if self.result.outcomes else "not checked"
        about = f", {self.notice.title}" if self.notice and self.result.outcomes else ""
        return f"{self.result.name} {words}{about}"

    @property
    def summary(self) -> str:
        """The part and its count, on one line."""
        return f"{self.result.name}: {self.count}"

    @property
    def messages(self) -> list[str]:
        """What is said of the check to look at first, or of each guess that was answered."""
        to_look_at = self.result.to_look_at(apart=self.result.name == PREDICTIONS)
        return [outcome.message for outcome in to_look_at]

    def as_text(self) -> str:
        """The card as plain text."""
        lines = [f"{self.title}: {self.count}"]
        for text in self.notice.text if self.notice else ():
            lines += ["", *textwrap.wrap(text, WIDTH, subsequent_indent="  ")]
        if self.notice and self.result.outcomes:
            lines.append("")
        lines += [f"  {o.verdict.words:<14} {o.title}" for o in self.result.outcomes]
        for message in self.messages:
            lines += ["", laid_out(message, WIDTH)]
        if self.picture:
            lines += ["", *textwrap.wrap(f"Picture: {self.picture.alt}", WIDTH)]
        for note in self.notes:
            lines += ["", *textwrap.wrap(f"Note: {note}", WIDTH)]
        lines += ["", *self.beyond] if self.beyond else []
        return "\n".join(lines)

    def as_html(self) -> str:
        """The card as HTML."""
        accent = _GREY if self.notice else _GREEN if self.passed else _VERMILION
        mark = "…" if self.notice else "✓" if self.passed else "✗"
        about = "".join(
            f'<p style="margin:0 0 .4em">{escape(t)}</p>' for t in (self.notice.text if self.notice else ())
        )
        checks = "".join(_item(outcome) for outcome in self.result.outcomes)
        messages = "".join(_message(text) for text in self.messages)
        picture = f'<div style="margin-top:.8em">{self.picture.svg}</div>' if self.picture else ""
        notes = "".join(f'<p style="margin:.8em 0 0">Note: {escape(note)}</p>' for note in self.notes)
        besides = "<br>".join(escape(line) for line in self.beyond)
        beyond = f'<p style="margin:.8em 0 0">{besides}</p>' if besides else ""
        return (
            f'<section aria-label="{escape(self.title)}" style="{_BOX};border-left-color:{accent}">'
            f'<p style="margin:0 0 .4em"><strong>{mark} {escape(self.title)}</strong>'
            f" &nbsp;{escape(self.count)}</p>{about}"
            f'<ul style="list-style:none;margin:0;padding:0">{checks}</ul>'
            f"{messages}{picture}{notes}{beyond}</section>"
        )


_BOX = (
    "border:1px solid rgba(128,128,128,.5);border-left-width:6px;"
    "padding:.6em 1em;margin:.3em 0;max-width:60em"
)
_PRE = (
    "margin:.8em 0 0;padding:0;white-space:pre-wrap;overflow-wrap:anywhere;"
    "background:transparent;line-height:1.4"
)
_MARKS = {Verdict.PASSED: "✓", Verdict.WAITING: "…"}


def _message(text: str) -> str:
    """A message as wide as whatever shows it: each line goes on below where it began."""
    lines = ((hanging(line), escape(line) or " ") for line in text.splitlines())
    shown = "".join(f'<div style="padding-left:{n}ch;text-indent:-{n}ch">{line}</div>' for n, line in lines)
    return f'<pre style="{_PRE}">{shown}</pre>'


def _item(outcome: Outcome) -> str:
    mark = f'<span aria-hidden="true">{_MARKS.get(outcome.verdict, "✗")}</span>'
    words = f"<b>{escape(outcome.verdict.words)}</b> &nbsp;{escape(outcome.title)}"
    return f'<li style="padding-left:1.4em;text-indent:-1.4em">{mark} {words}</li>'


def show(card: Card) -> None:
    """Show the card in the cell that runs, or print it outside of a notebook."""
    if shell() is None:
        print(card.as_text())  # noqa: T201 - it is what was asked for
        return
    from IPython.display import display

    display({"text/html": card.as_html(), "text/plain": card.as_text()}, raw=True)  # type: ignore[no-untyped-call]
