"""Pictures below a card: what the learner's part does, over what is expected of it.

A topic may ship a `plots.py` next to its checks, written in the words of checks::

    @plot("relu", "sigmoid")
    def curve(learner, part, axes):
        x = np.linspace(-5, 5, 201, dtype="float32")
        y = drawable(getattr(learner, part)(x), x.shape)
        axes.plot(x, y)
        return f"Your {part} from -5 to 5."  # for those who cannot see it

A plot proves nothing and never fails: where a part gives nothing that can be drawn, there is no picture.
"""

from __future__ import annotations

import contextlib
import contextvars
import io
import re
import runpy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nnlearn.checking.failure import CheckFailed
from nnlearn.learner.errors import LearnerProblem
from nnlearn.learner.local import LocalTransport
from nnlearn.learner.session import Learner, Session

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from nnlearn.catalogue import Topic
    from nnlearn.host.host import Host

Draw = Callable[[Learner, str, "Axes"], str]
_INK = "#010203"  # stands for the text colour of whatever page shows the picture
_collecting: contextvars.ContextVar[dict[str, Draw]] = contextvars.ContextVar("collecting")


class NothingToDraw(Exception):
    """What a part gave cannot be drawn: the checks say what is wrong with it."""


@dataclass(frozen=True)
class Picture:
    """A drawing and the same in words.

    Attributes:
        svg: An SVG element for an HTML page; its ink is the colour of the page's text.
        alt: What it shows.
    """

    svg: str
    alt: str


def plot(*parts: str) -> Callable[[Draw], Draw]:
    """Make a function the plot of these parts. It draws on axes, and returns in words what is to be seen."""

    def decorate(draw: Draw) -> Draw:
        _collecting.get().update(dict.fromkeys(parts, draw))
        return draw

    return decorate


def drawable(value: Any, shape: Sequence[int]) -> np.ndarray[Any, Any]:
    """`value` as float64 of this shape.

    Raises:
        NothingToDraw: It is something else, or not a number anywhere.
    """
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise NothingToDraw from None
    if array.shape != tuple(shape) or not np.isfinite(array).any():
        raise NothingToDraw
    return array


def difference(x: Any, expected: Any, got: Any) -> str:
    """In words, how far two curves over `x` are apart."""
    gap = np.nan_to_num(np.abs(np.asarray(got) - np.asarray(expected)), nan=np.inf)
    worst = int(gap.argmax())
    if gap[worst] <= 1e-4 * (1 + abs(float(expected[worst]))):
        return "both are the same line"
    return (
        f"they differ most at {x[worst]:.3g}, where {got[worst]:.3g} stands in place of {expected[worst]:.3g}"
    )


def picture_of(topic: Topic, part: str, host: Host) -> Picture | None:
    """The picture of a part, or None where the topic has none or there is nothing to draw.

    The learner's code runs in the thread that calls this.
    """
    draw = _plots(topic.plots).get(part)
    if draw is None:
        return None
    session = Session(LocalTransport(host), {})
    session.begin(part, seed=0)
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # the checks have shown what it prints
            return _drawn(lambda axes: draw(Learner(session), part, axes))
    except (NothingToDraw, LearnerProblem, CheckFailed):
        return None


@lru_cache(maxsize=8)
def _plots(file: Path) -> dict[str, Draw]:
    """The plots in a file, by part; none if there is no such file."""
    found: dict[str, Draw] = {}
    if file.exists():
        token = _collecting.set(found)
        try:
            runpy.run_path(str(file), run_name=f"plots_of_{file.parent.name}")
        finally:
            _collecting.reset(token)
    return found


def _drawn(draw: Callable[[Axes], str]) -> Picture:
    """A picture on axes of its own; the notebook's settings and figures stay as they are."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    from nnlearn import figures

    with mpl.rc_context():
        figures.use_style()
        mpl.rcParams.update(dict.fromkeys(_INKED, _INK))
        figure = Figure(figsize=(5.6, 2.6), layout="constrained")
        axes = figure.subplots()
        words = draw(axes)
        file = io.StringIO()
        figure.savefig(file, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    svg = file.getvalue()
    svg = svg[svg.index("<svg") :].replace(_INK, "currentColor")
    svg = re.sub(r'<g id="[^"]*"', "<g", svg)  # several pictures share one page
    head = f'<svg role="img" aria-label="{escape(words)}" style="max-width:100%;height:auto;display:block"'
    return Picture(svg.replace("<svg", head, 1), words)


_INKED: tuple[Any, ...] = (
    *("text.color", "axes.edgecolor", "axes.labelcolor", "axes.titlecolor"),
    *(
        "xtick.color",
        "ytick.color",
        "xtick.labelcolor",
        "ytick.labelcolor",
        "grid.color",
        "legend.labelcolor",
    ),
)
