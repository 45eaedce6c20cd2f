"""What is wrong with a figure at the moment when it is saved."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from autograder.authoring.alt_numbers import numbers_in, untrue_in
from nnlearn import figures

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure
    from matplotlib.text import Text

DPI = 110
"""In which figures are saved."""
PAGE = 864
"""How wide a lesson's page shows a picture at the most, in its pixels, of which an inch has 96."""
SMALLEST = 9
"""Points that text has at least where it is shown."""
_UNLABELLED = "_nolegend_"
"""The label of a mark whose author says that it needs none."""
_DIGIT = re.compile(r"\d")
_WORD = re.compile(r"(?<!\\)\b[A-Za-z]{2,}")


def faults_of(figure: Figure, alt: str, width: int) -> Iterator[str]:
    """What a reader would stumble over.

    Args:
        figure: As the cell left it, drawn.
        alt: The text that stands for it.
        width: Of the picture, in pixels.
    """
    said = figures.said_of(figure)
    if said is not None or any(numbers_in(alt)):
        yield from untrue_in(alt, said or ())
    yield from _small_text(figure, min(1.0, PAGE / width))
    for panel in figure.axes:
        if panel.get_visible():
            yield from _nameless_axes(figure, panel)
            yield from _unexplained_marks(figure, panel)


def _small_text(figure: Figure, scale: float) -> Iterator[str]:
    """The smallest text, if it is too small."""
    sizes = {text.get_text(): float(text.get_fontsize()) * DPI / 96 * scale for text in _texts(figure)}
    if sizes and round(min(sizes.values()), 1) < SMALLEST:
        text = min(sizes, key=lambda name: sizes[name])
        yield (
            f"where it is shown, `{text}` has {sizes[text]:.1f} points of at least {SMALLEST}: "
            "write larger, or make the figure less wide"
        )


def _texts(figure: Figure) -> Iterator[Text]:
    """What can be read, legends included."""
    from matplotlib.text import Text

    hidden = {
        id(text)
        for panel in figure.axes
        if not (panel.get_visible() and panel.axison)
        for axis in (panel.xaxis, panel.yaxis)
        for text in axis.findobj(Text)
    }
    for text in figure.findobj(Text):
        if (
            isinstance(text, Text)
            and text.get_visible()
            and text.get_text().strip()
            and id(text) not in hidden
        ):
            yield text


def _nameless_axes(figure: Figure, panel: Axes) -> Iterator[str]:
    """Axes with numbers on them that nothing says the meaning of."""
    axes: list[tuple[str, Axis, Any]] = [
        ("x", panel.xaxis, figure._supxlabel),  # type: ignore[attr-defined]
        ("y", panel.yaxis, figure._supylabel),  # type: ignore[attr-defined]
    ]
    for name, axis, common in axes:
        if panel.axison and common is None and _has_numbers(axis) and not _is_named(figure, panel, name):
            beside = "column" if name == "x" else "row"
            yield (
                f"the {name} axis of {_called(figure, panel)} has numbers and no label: "
                f"give it one, or the same limits as a labelled panel in its {beside}"
            )


def _has_numbers(axis: Axis) -> bool:
    texts = [
        label.get_text().replace("mathdefault", "") for label in axis.get_ticklabels() if label.get_visible()
    ]
    return any(_DIGIT.search(text) and not _WORD.search(text) for text in texts)


def _is_named(figure: Figure, panel: Axes, name: str) -> bool:
    """Whether an axis has a label, or another panel of its row or column has one for the same limits.

    A bar of colours may also be named by the title of the panel that it explains.
    """
    bar = getattr(panel, "_colorbar", None)
    if bar is not None and bar.mappable.axes.get_title().strip():
        return True
    for other in figure.axes:
        if not getattr(other, f"get_{name}label")().strip():
            continue
        if other is panel:
            return True
        here, there = panel.get_subplotspec(), other.get_subplotspec()
        if here is None or there is None:
            continue
        span = "colspan" if name == "x" else "rowspan"
        limits = [getattr(one, f"get_{name}lim")() for one in (panel, other)]
        if list(getattr(here, span)) == list(getattr(there, span)) and limits[0] == limits[1]:
            return True
    return False


def _unexplained_marks(figure: Figure, panel: Axes) -> Iterator[str]:
    """Labels that are in no legend, and marks that differ from all that a legend explains."""
    legends = [*figure.legends, *(one for axes in figure.axes if (one := axes.get_legend()) is not None)]
    explained = {text.get_text() for legend in legends for text in legend.get_texts()}
    marks = [(label, look) for axes in figure.axes for label, look in _marks(axes)]
    known = {look for label, look in marks if label in explained}
    here = list(_marks(panel))
    for label in dict.fromkeys(label for label, _ in here):
        if not label.startswith("_") and label not in explained:
            yield f"`{label}` of {_called(figure, panel)} is in no legend"
    nameless = {look for label, look in here if label.startswith("_") and label != _UNLABELLED} - known
    # A band around a line has the line's colour.
    nameless -= {look for look in nameless if look[0] == "area" and any(look[1] in one for one in known)}
    if nameless and len({look for _, look in here}) > 1:
        yield (
            f"in {_called(figure, panel)} there are {len(nameless)} kinds of marks that no legend explains "
            f'({", ".join(sorted(look[0] for look in nameless))}): label them, or say label="{_UNLABELLED}"'
        )


def _marks(panel: Axes) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Label and look of everything that stands for data; what looks alike is explained by one entry.

    Where there are no axes there is a drawing, and on a bar of colours nothing stands for data.
    """
    from matplotlib.colors import to_hex
    from matplotlib.patches import Patch

    if not panel.axison or hasattr(panel, "_colorbar"):
        return

    for line in panel.lines:
        if line.get_visible():
            kind, shape = "line", str(line.get_linestyle())
            if shape == "None":
                kind, shape = "points", str(line.get_marker())
            yield str(line.get_label()), (kind, to_hex(line.get_color()), shape)
    for collection in panel.collections:
        if collection.colorbar is not None:
            continue  # the bar beside it explains its colours
        colours = [*collection.get_facecolor(), *collection.get_edgecolor()]
        label = str(collection.get_label()) or "_collection"
        yield label, ("area", to_hex(colours[0]) if colours else "", str(collection.get_hatch()))
    bars = {id(patch) for container in panel.containers for patch in container.get_children()}
    for container in panel.containers:
        first = next(iter(container.get_children()), None)
        if isinstance(first, Patch):
            yield str(container.get_label()), ("bars", to_hex(first.get_facecolor()), str(first.get_hatch()))
    for patch in panel.patches:
        if id(patch) not in bars:
            label = str(patch.get_label()) or "_patch"
            yield label, ("patch", to_hex(patch.get_facecolor()), str(patch.get_hatch()))


def _called(figure: Figure, panel: Axes) -> str:
    """How a message names a panel."""
    title = " ".join(panel.get_title().split())
    return f"the panel `{title}`" if title else f"panel {figure.axes.index(panel) + 1}"
