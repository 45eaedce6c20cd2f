"""The pictures of the HTML page as plain geometry; the template draws them as SVG.

Each has a description in words, and the page shows the same figures in a table beside it.
"""

from __future__ import annotations

from dataclasses import dataclass

from autograder.render.summary import ClassSummary, MistakeSummary
from autograder.render.text import count, points
from nnlearn.text import one_line

WIDTH = 480
_PLOT_HEIGHT = 150
_TOP = 22
_BOTTOM = 40
_GAP = 6
_BAR_ROW = 46
_BAR_HEIGHT = 14
_MOST_BARS = 8


@dataclass(frozen=True)
class Bar:
    """A rectangle with the figure it stands for and a label."""

    x: float
    y: float
    width: float
    height: float
    figure: str
    label: str


@dataclass(frozen=True)
class Picture:
    """Bars on a canvas, and what they show in words."""

    height: float
    description: str
    bars: tuple[Bar, ...]
    baseline: float = 0.0


def score_picture(summary: ClassSummary) -> Picture:
    """How many submissions have which score: upright bars."""
    most = max(score.submissions for score in summary.scores) or 1
    step = WIDTH / len(summary.scores)
    baseline = float(_TOP + _PLOT_HEIGHT)
    bars = []
    for place, score in enumerate(summary.scores):
        height = _PLOT_HEIGHT * score.submissions / most
        label = "full" if score.full_marks else points(score.low)
        figure = str(score.submissions) if score.submissions else ""
        x = place * step + _GAP / 2
        bars.append(Bar(x, baseline - height, step - _GAP, height, figure, label))
    counted = [(score_range(s.low, s.high), s.submissions) for s in summary.scores if s.submissions]
    description = "; ".join(f"{label}: {count(number, 'submission')}" for label, number in counted)
    return Picture(baseline + _BOTTOM, f"Bar chart of the scores. {description}.", tuple(bars), baseline)


def mistake_picture(mistakes: tuple[MistakeSummary, ...]) -> Picture:
    """How many learners made which known mistake: lying bars, the longest ones, under their names."""
    mistakes = mistakes[:_MOST_BARS]
    most = max(len(mistake.learners) for mistake in mistakes)
    room = WIDTH - 40
    bars = tuple(
        Bar(
            x=0,
            y=row * _BAR_ROW + 22,
            width=room * len(mistake.learners) / most,
            height=_BAR_HEIGHT,
            figure=str(len(mistake.learners)),
            label=mistake_label(mistake),
        )
        for row, mistake in enumerate(mistakes)
    )
    described = "; ".join(f"{bar.label}: {bar.figure}" for bar in bars)
    return Picture(len(bars) * _BAR_ROW, f"Bar chart of learners by known mistake. {described}.", bars)


def mistake_label(mistake: MistakeSummary) -> str:
    """`softmax: divides by the column sum`, from the mistake's name."""
    words = mistake.noticed.mistake.replace("_", " ")
    return one_line(f"{mistake.part}: {words}", limit=56)


def score_range(low: float, high: float) -> str:
    """The scores of one bar in words."""
    return f"full marks ({points(low)})" if low == high else f"{points(low)} to {points(high)}"
