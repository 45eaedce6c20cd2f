"""The figures that can be moved, moved in a real browser."""

import json
import re
import subprocess
import sys

import pytest

from autograder.authoring.build import build_topic, find_stale
from autograder.authoring.new import write_skeleton
from nnlearn.catalogue import load_catalogue
from nnlearn.errors import ContentError

pytestmark = pytest.mark.filterwarnings("ignore")  # Sphinx's and its extensions' own
TOPICS = [topic.name for topic in load_catalogue().topics]


@pytest.fixture
def lesson(site, browser):
    """Opens the lesson of a topic, and holds that no script of it fails."""
    page = browser.new_page()
    said = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))

    def opened(topic, width=1280):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto((site / "lessons" / f"{topic}.html").as_uri())
        return page

    yield opened
    page.close()
    assert said == []


def seen(page):
    """What the figure says, and what it draws."""
    drawn = re.sub(r"plot-\d+", "", page.locator(".plots").inner_html())  # a name that is never given twice
    return page.locator(".says").inner_text(), drawn


def reset(page, before):
    """Back to what was seen at first."""
    page.locator(".interactive button[type=reset]").click()
    page.wait_for_function(f"document.querySelector('.says').textContent === {json.dumps(before[0])}")
    assert seen(page) == before


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("topic", TOPICS)
def test_every_topic_has_a_figure_that_moves(lesson, topic, width):
    """By keyboard and by pointer, from each control; what it says and what it draws follow."""
    page = lesson(topic, width)
    before = seen(page)
    assert page.locator(".plots svg").count() >= 1
    assert "NaN" not in before[1], "something is drawn nowhere"
    moved = 0
    for slider in page.locator(".interactive input[type=range]").all():
        for key in ("Home", "End"):
            slider.press(key)
            assert "NaN" not in seen(page)[1]
            moved += seen(page) != before
            said = slider.get_attribute("aria-valuetext")
            assert said == slider.locator("xpath=following-sibling::output").inner_text()
        slider.press("PageDown")
        at_keys = seen(page)
        box = slider.bounding_box()
        slider.click(position={"x": 0.3 * box["width"], "y": box["height"] / 2})
        assert seen(page) != at_keys, "the pointer moves it"
        reset(page, before)
    for choice in page.locator(".interactive select").all():
        for option in choice.locator("option").all_inner_texts()[1:]:
            choice.select_option(option)
            assert "NaN" not in seen(page)[1]
        assert seen(page) != before
    for button in page.locator(".interactive button[type=button]").all():
        first = seen(page)
        button.press("Enter")
        assert seen(page) != first
    page.locator(".interactive button[type=reset]").click()
    page.wait_for_function("words => document.querySelector('.says').textContent === words", arg=before[0])
    assert moved
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0


@pytest.mark.parametrize("topic", ["activations", "convolution"])
def test_the_still_figure_is_there_without_scripts(site, browser, topic):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((site / "lessons" / f"{topic}.html").as_uri())
    assert page.locator(".interactive").inner_text() == ""
    assert page.locator(".interactive").bounding_box()["height"] < 2
    assert page.locator("article img").first.is_visible()
    context.close()


def test_what_it_computes_is_what_the_topic_teaches(lesson):
    """A softmax at two temperatures, a convolution, and the bound of gradient descent, worked out here."""
    import numpy as np

    page = lesson("activations")
    logits = np.array([2, 1, 0.5, -1])
    page.locator(".interactive input").first.press("Home")  # temperature 0.1
    shares = np.exp(logits / 0.1 - 20)
    said = page.locator(".says").inner_text()
    for name, share in zip(("cat", "dog", "owl", "bee"), shares / shares.sum(), strict=True):
        assert f"{name} {share:.3f}" in said

    page = lesson("convolution")
    page.locator("select").nth(0).select_option("the lesson's 1, 2, \N{MINUS SIGN}1")
    outputs = np.correlate([1, 3, 2, 0, 4, 4, 4, 1, 0, 2], [1, 2, -1])
    for place, output in enumerate(outputs, 1):
        said = page.locator(".says").inner_text()
        assert said.startswith(f"Output {place} of {len(outputs)}:"), said
        assert said.endswith(f"= {output}.".replace("-", "\N{MINUS SIGN}")), said
        page.locator(".interactive input").first.press("ArrowRight")

    page = lesson("optimizers")
    assert "is below 2 (1 + β) / curvature = 0.2," in page.locator(".says").inner_text()
    assert "from 15.2" in page.locator(".says").inner_text()  # (16 + 10 · 1.44) / 2


def test_a_topic_of_ones_own_has_one_too(tmp_path, browser):
    write_skeleton("halving", tmp_path)
    topic = load_catalogue(tmp_path).topic("halving")
    build_topic(topic)
    assert find_stale(topic) == []
    command = [sys.executable, "-m", "nnlearn", "site", "build", tmp_path / "site", "--content", tmp_path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    page = browser.new_page()
    page.goto((tmp_path / "site/lessons/halving.html").as_uri())
    page.locator(".interactive input").press("End")
    assert page.locator(".says").inner_text() == "Half of 4 is 2."
    page.close()

    script = tmp_path / "solutions/halving/interactive.js"
    script.write_text(script.read_text().replace("// below: halves", "// below: halve"))
    with pytest.raises(ContentError, match=r"there is no figure `halve`(.|\n)*did you mean `halves`\?"):
        build_topic(topic)
    script.write_text(script.read_text().partition("\n")[2])
    with pytest.raises(ContentError, match="it does not say where it stands"):
        build_topic(topic)
