"""A figure that a reader would stumble over is refused when it is drawn."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from autograder.authoring.figure_faults import DPI, faults_of
from nnlearn import figures

ALT = "A line that rises from left to right."


@pytest.fixture
def panels() -> Iterator[tuple[Figure, list[Axes]]]:
    """Two panels beside each other with a labelled curve, nothing wrong with them."""
    figure, axes = figures.panels(1, 2, width=7)
    for axis in axes:
        axis.plot([0, 1], [0, 1], label="loss", **figures.line(0))
        axis.set(xlabel="epoch", ylim=(0, 2))
    axes[0].set_ylabel("loss")
    axes[0].legend()
    yield figure, list(axes)
    plt.close("all")


def faults(figure: Figure, alt: str = ALT) -> list[str]:
    """What is wrong with a figure as it is saved."""
    figure.canvas.draw()
    return list(faults_of(figure, alt, round(figure.get_figwidth() * DPI)))


def test_nothing_wrong(panels: tuple[Figure, list[Axes]]) -> None:
    """A label for all panels of a row with the same limits, a legend for curves that look alike."""
    assert faults(panels[0]) == []


def test_an_axis_without_label(panels: tuple[Figure, list[Axes]]) -> None:
    """Other limits, or no label at all; what has no numbers, or words in their place, needs none."""
    figure, axes = panels
    axes[1].set_ylim(0, 5)
    axes[1].set_title("with dropout")
    axes[0].set_xlabel("")
    assert faults(figure) == [
        "the x axis of panel 1 has numbers and no label: "
        "give it one, or the same limits as a labelled panel in its column",
        "the y axis of the panel `with dropout` has numbers and no label: "
        "give it one, or the same limits as a labelled panel in its row",
    ]
    axes[1].set_yticks([])
    axes[0].set_xticks([0, 1], ["relu", "leaky relu"])
    assert faults(figure) == []


def test_a_label_that_no_legend_has(panels: tuple[Figure, list[Axes]]) -> None:
    """In whichever legend of the figure it would be."""
    figure, axes = panels
    axes[1].axhline(1.5, label="chance", **figures.line(1))
    assert faults(figure) == ["`chance` of panel 2 is in no legend"]
    axes[1].legend()
    assert faults(figure) == []


def test_marks_that_nothing_explains(panels: tuple[Figure, list[Axes]]) -> None:
    """Their author may say that they need no explanation; what looks like something in a legend has one."""
    figure, axes = panels
    band = axes[0].fill_between([0, 1], [0, 1], [1, 2], color=figures.ORANGE)
    axes[0].plot([0, 1], [0.1, 1.1], **figures.line(0))
    axes[0].fill_between([0, 1], [0, 1], [0.1, 1.1], alpha=0.2, color=figures.BLUE)
    assert faults(figure) == [
        "in panel 1 there are 1 kinds of marks that no legend explains (area): label them, "
        'or say label="_nolegend_"'
    ]
    band.set_label("_nolegend_")
    assert faults(figure) == []


def test_colours_that_a_bar_explains(panels: tuple[Figure, list[Axes]]) -> None:
    """It has a label, or its panel has a title; a drawing without axes needs nothing."""
    figure, axes = panels
    points = axes[1].scatter([0, 1], [1, 1], c=[0.0, 1.0])
    bar = figure.colorbar(points)
    assert faults(figure) == [
        "the y axis of panel 3 has numbers and no label: "
        "give it one, or the same limits as a labelled panel in its row"
    ]
    bar.set_label("spread")
    assert faults(figure) == []
    bar.set_label("")
    axes[1].set_title("spread")
    axes[1].set_axis_off()
    axes[1].fill_between([0, 1], [0, 1], [1, 2], color=figures.ORANGE)
    assert faults(figure) == []


def test_text_that_is_small_where_it_is_shown(panels: tuple[Figure, list[Axes]]) -> None:
    """By itself, or because the figure is too wide for the page."""
    figure, axes = panels
    axes[1].set_title("tiny", fontsize=7)
    assert faults(figure) == [
        "where it is shown, `tiny` has 8.0 points of at least 9: write larger, or make the figure less wide"
    ]
    axes[1].set_title("tiny", fontsize=8)
    assert faults(figure) == []
    figure.set_figwidth(12)
    assert "points of at least 9" in faults(figure)[0]


@pytest.mark.parametrize(
    ("alt", "said", "fault"),
    [
        ("It falls to 0.25.", (0.2491,), ""),
        ("It falls to 0.25.", (0.26,), "its text says 0.25, and its code has 0.26"),
        (
            "It falls to 0.25.",
            None,
            "its text has 1 numbers in digits (0.25), and its code states 0 (none)",
        ),
        ("It falls.", (0.25,), "its text has 0 numbers in digits (none), and its code states 1 (0.25)"),
    ],
)
def test_numbers_in_its_text(
    panels: tuple[Figure, list[Axes]], alt: str, said: tuple[float, ...] | None, fault: str
) -> None:
    """Each is asserted by the code that draws the figure."""
    if said is not None:
        figures.says(*said)
    assert faults(panels[0], alt) == ([fault] if fault else [])
