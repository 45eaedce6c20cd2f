"""The look of the lessons' figures: what can be tested of it without looking."""

import subprocess
import sys

import numpy as np
import pytest

from nnlearn import figures


def test_importing_it_loads_no_library():
    """Lessons and commands may import it for nothing."""
    program = "import sys, nnlearn.figures; print({'numpy', 'matplotlib'} & set(sys.modules))"
    command = [sys.executable, "-c", program]
    shown = subprocess.run(command, capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "set()"


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ([0, 0, 0, 0], []),
        ([1, 1, 1, 1], [(0.0, 3.0)]),
        ([1, 0, 1, 1], [(0.0, 0.0), (2.0, 3.0)]),
        ([0, 1, 1, 0], [(1.0, 2.0)]),
    ],
)
def test_spans_are_the_stretches_in_which_a_mask_is_true(where, expected):
    """A stretch of one value begins and ends there."""
    assert figures.spans(np.arange(4.0), np.array(where, bool)) == expected


def test_no_two_of_the_first_six_curves_look_alike():
    """Neither in colour nor in line style, so that either alone tells them apart."""
    looks = [figures.line(number) for number in range(6)]
    assert len({look["color"] for look in looks}) == 6
    assert len({str(look["linestyle"]) for look in looks}) == 6


def test_your_curve_lies_over_the_expected_one():
    """Drawn last, so that nothing hides it, and named in the legend."""
    pytest.importorskip("matplotlib").use("Agg")
    _, axes = figures.panels(1, 1)
    x = np.linspace(0, 1, 5)
    figures.compare(axes, x, x**2, x**3, "cube")
    expected, yours = axes.get_lines()
    assert (expected.get_label(), yours.get_label()) == ("expected", "your cube")
    assert yours.get_ydata().tolist() == (x**3).tolist()
    assert expected.get_linewidth() > 2 * yours.get_linewidth()
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["expected", "your cube"]


def test_the_same_drawing_gives_the_same_bytes(tmp_path):
    """Otherwise every build would change the pictures of every lesson."""
    pytest.importorskip("matplotlib").use("Agg")
    files = [tmp_path / "first.png", tmp_path / "second.png"]
    for file in files:
        fig, axes = figures.panels(1, 2)
        x = np.linspace(-1, 1, 50)
        axes[0].plot(x, x**2, **figures.line(0), label="square")
        figures.shade(axes[1], x, x > 0.5, "right")
        axes[1].legend()
        fig.savefig(file)
    first, second = (file.read_bytes() for file in files)
    assert first == second
