"""The shared look of the lessons' figures.

The colours are those of Okabe and Ito (https://jfly.uni-koeln.de/color/), which people with any
common form of colour blindness can tell apart. `line` pairs each with a line style, so that no
figure depends on colour alone. Libraries are imported when a figure is drawn: importing this
module costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BLUE = "#0072B2"
VERMILION = "#D55E00"
GREEN = "#009E73"
PURPLE = "#CC79A7"
ORANGE = "#E69F00"
SKY = "#56B4E9"
GREY = "#5F5F5F"
COLOURS = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY)
_said: WeakKeyDictionary[Figure, tuple[float, ...]] = WeakKeyDictionary()
STYLES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 1)))


def use_style() -> None:
    """Set Matplotlib to the style of the lessons, the same on every machine."""
    import matplotlib as mpl
    from cycler import cycler

    mpl.rcParams.update(mpl.rcParamsDefault | {"backend": mpl.rcParams["backend"]})
    mpl.rcParams.update(
        {
            "axes.grid": True,
            "axes.prop_cycle": cycler(color=COLOURS),
            "axes.spines.right": False,
            "axes.spines.top": False,
            "axes.titlesize": 11,
            "figure.dpi": 110,
            "font.family": "DejaVu Sans",  # comes with Matplotlib
            "font.size": 10.5,  # 9 points where a figure of 10 inches is shown
            "grid.alpha": 0.3,
            "hatch.linewidth": 0.6,
            "legend.frameon": False,
            "lines.linewidth": 2.0,
            "savefig.dpi": 110,
            "svg.hashsalt": "nnlearn",  # element names of an SVG do not change from run to run
        }
    )


def panels(rows: int, columns: int, *, width: float = 9.0, height: float = 3.0) -> tuple[Figure, Any]:
    """A figure of `rows` by `columns` panels in the style of the lessons.

    Args:
        rows: Panels from top to bottom.
        columns: Panels from left to right.
        width: Of the whole figure, in inches.
        height: Of one row, in inches.

    Returns:
        The figure and its panels: one `Axes`, or an array of them of shape (columns,) or
        (rows, columns).
    """
    import matplotlib.pyplot as plt

    use_style()
    return plt.subplots(rows, columns, figsize=(width, height * rows), layout="constrained")


def line(number: int) -> dict[str, Any]:
    """Colour and line style of the curve with this number: `axes.plot(x, y, **line(1))`."""
    return {
        "color": COLOURS[number % len(COLOURS)],
        "linestyle": STYLES[number % len(STYLES)],
    }


def says(*values: float) -> None:
    """State the numbers of the current figure's text, as the code has them.

    The text is the one that stands for the figure where it cannot be seen, in the first line of its
    cell. When the lesson is built, each number in it has to be what the value in its place rounds to;
    after "about" it may be a tenth off.

    >>> figures.says(len(few), share_wrong, losses.min())
    """
    import matplotlib.pyplot as plt

    _said[plt.gcf()] = tuple(float(value) for value in values)


def said_of(figure: Figure) -> tuple[float, ...] | None:
    """What `says` was told of a figure; None if nothing."""
    return _said.get(figure)


def compare(axes: Axes, x: Any, expected: Any, yours: Any, name: str) -> None:
    """The learner's curve over the expected one, which is broad and light, so that it shows on both sides.

    Args:
        axes: Where to draw; it gets a legend.
        x: Of both curves, shape (N,).
        expected: Shape (N,).
        yours: Shape (N,).
        name: What the learner wrote: the curve is `your NAME`.
    """
    axes.plot(x, expected, color=SKY, alpha=0.5, linewidth=6, label="expected")
    axes.plot(x, yours, **line(1), label=f"your {name}")
    axes.legend()


def spans(x: np.ndarray[Any, Any], where: np.ndarray[Any, Any]) -> list[tuple[float, float]]:
    """The stretches of `x` (rising) in which `where` is true, as pairs of first and last value."""
    import numpy as np

    padded = np.concatenate([[False], np.asarray(where, bool), [False]])
    edges = np.flatnonzero(padded[1:] != padded[:-1])
    return [(float(x[a]), float(x[b - 1])) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def shade(axes: Axes, x: np.ndarray[Any, Any], where: np.ndarray[Any, Any], label: str) -> None:
    """Hatch the stretches of `x` in which `where` is true; the legend gets one entry for all.

    A stretch of a single value is drawn as a thick line, so that it can be seen.
    """
    for first, last in spans(x, where):
        if first == last:
            axes.axvline(first, color=ORANGE, alpha=0.6, linewidth=5, label=label)
            label = "_nolegend_"
            continue
        axes.axvspan(first, last, facecolor=ORANGE, edgecolor=GREY, alpha=0.25, hatch="///", label=label)
        label = "_nolegend_"
