"""Pictures below a card: drawn from what the part gives, in words too, and never in the way."""

from __future__ import annotations

import re
import types
from pathlib import Path

import numpy as np
import pytest

from nnlearn.catalogue import Topic, load_catalogue
from nnlearn.host.host import Host
from nnlearn.notebook.plots import picture_of
from nnlearn.protocol.requests import Program
from nnlearn.runtime.quiet import start_keras

TOPICS = [topic for topic in load_catalogue().topics if topic.plots.exists()]


def host_with(**names: object) -> Host:
    """A host for a notebook that has defined `names`."""
    module = types.ModuleType("__main__")
    vars(module).update(names)
    return Host.around(module, Program("this notebook", (), {}))


@pytest.fixture(scope="module")
def activations() -> Topic:
    """The topic with curves."""
    start_keras()
    return load_catalogue().topic("activations")


def test_a_curve_that_is_right(activations: Topic) -> None:
    """The picture says so in words."""
    picture = picture_of(activations, "relu", host_with(relu=lambda x: np.maximum(x, 0)))
    assert picture is not None
    assert picture.alt == "Your relu over the expected curve, from -6 to 6: both are the same line."
    assert f'aria-label="{picture.alt}"' in picture.svg
    assert picture.svg.startswith('<svg role="img"')


def test_a_curve_that_is_wrong(activations: Topic) -> None:
    """Where it is off most, and by how much."""
    picture = picture_of(activations, "relu", host_with(relu=np.abs))
    assert picture is not None
    assert picture.alt.endswith("they differ most at -6, where 6 stands in place of 0.")


def test_a_picture_takes_its_ink_from_the_page(activations: Topic) -> None:
    """Text and axes have the colour of the text around them, so that every theme fits."""
    picture = picture_of(activations, "sigmoid", host_with(sigmoid=np.tanh))
    assert picture is not None
    assert "currentColor" in picture.svg
    assert "#010203" not in picture.svg
    assert not re.search(r"fill: ?#(fff|000)", picture.svg)
    assert not re.search(r"<(script|image|a|style)\b.*?(href|@import)", picture.svg)


def test_the_notebooks_own_figures_and_settings_stay(activations: Topic) -> None:
    """Nothing is drawn with pyplot."""
    import matplotlib as mpl
    import matplotlib.pyplot as plt

    own = plt.figure()
    drawn = plt.get_fignums()
    with mpl.rc_context({"lines.linewidth": 7}):
        before = dict(mpl.rcParams)
        assert picture_of(activations, "relu", host_with(relu=np.abs))
        assert dict(mpl.rcParams) == before
    assert plt.get_fignums() == drawn
    assert plt.gcf() is own
    plt.close(own)


@pytest.mark.parametrize(
    "answer",
    [None, "text", np.zeros(3), np.full(241, np.nan), [[1], [2, 3]]],
    ids=["None", "text", "another shape", "nan", "ragged"],
)
def test_what_cannot_be_drawn_gives_no_picture(activations: Topic, answer: object) -> None:
    """The checks say what is wrong with it."""
    assert picture_of(activations, "relu", host_with(relu=lambda x: answer)) is None


def test_a_part_that_raises_or_is_not_there_gives_no_picture(activations: Topic) -> None:
    """Nor does one that no plot is about."""

    def relu(x: object) -> object:
        raise ValueError(x)

    assert picture_of(activations, "relu", host_with(relu=relu)) is None
    assert picture_of(activations, "relu", host_with()) is None
    assert picture_of(activations, "predictions", host_with(PREDICTIONS={})) is None


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_the_plots_of_each_topic_draw_its_reference(topic: Topic) -> None:
    """Every part that a plot is for gives a picture, described by at least a sentence."""
    start_keras()
    namespace: dict[str, object] = {"__name__": "reference"}
    exec(topic.alternatives[0].read_text(encoding="utf-8"), namespace)
    plotted = [p.name for p in topic.parts if re.search(rf'"{p.name}"', Path(topic.plots).read_text())]
    assert plotted
    for part in plotted:
        picture = picture_of(topic, part, host_with(**namespace))
        assert picture is not None, part
        assert len(picture.alt) > 40
        assert len(picture.svg) < 60_000
