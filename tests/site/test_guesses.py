"""The guesses of the lessons as forms, filled in in a real browser."""

import re

import pytest

from nnlearn.catalogue import load_catalogue
from nnlearn.catalogue.sealed import opened

pytestmark = pytest.mark.filterwarnings("ignore")  # Sphinx's and its extensions' own
TOPICS = load_catalogue().topics


def written(answer):
    """An answer as somebody types it."""
    return f"({', '.join(map(str, answer))})" if isinstance(answer, tuple) else str(answer)


def fill_in(form, answer):
    if form.get_attribute("data-allowed") == "choice":
        form.get_by_role("radio", name=answer, exact=False).and_(form.locator(f'[value="{answer}"]')).check()
    else:
        form.locator("input").fill(written(answer))
    form.get_by_role("button", name="Commit").press("Enter")


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_every_guess_is_answered_for_that_very_choice(site, browser, topic):
    page = browser.new_page()
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto((site / "lessons" / f"{topic.name}.html").as_uri())
    assert not page.get_by_text("PREDICTIONS = {").first.is_visible()
    forms = page.locator("form.guess").all()
    assert len(forms) == len(topic.predictions) > 0
    for form, prediction in zip(forms, map(opened, topic.predictions), strict=True):
        asked = form.locator("legend").inner_text()
        assert re.sub(r"\s+", " ", asked) == re.sub(r"\s+", " ", prediction.question.strip())
        said = form.locator(".answered")
        for wrong in prediction.wrong:
            fill_in(form, wrong.answer)
            assert said.inner_text() == "Not so. " + re.sub(r"\s*\n\s*", " ", wrong.why.strip())
            form.get_by_role("button", name="Guess again").click()
            assert said.inner_text() == ""
        fill_in(form, prediction.answer)
        assert said.inner_text() == "Right."
    page.reload()
    assert page.locator(".answered.right").count() == len(forms), "a guess is kept"
    page.get_by_role("button", name="Guess again").first.click()
    page.reload()
    assert page.locator(".answered.right").count() == len(forms) - 1, "and can be taken back"
    page.close()


def test_what_is_no_answer_is_no_guess(site, browser):
    page = browser.new_page()
    page.goto((site / "lessons/activations.html").as_uri())
    form = page.locator("form.guess").first
    for typed in ("", "ten", "1.5", "1e"):
        form.locator("input").fill(typed)
        form.get_by_role("button", name="Commit").click()
        assert form.locator(".answered").inner_text() == "Allowed: an integer."
        assert form.locator("input").is_enabled()
    form.locator("input").fill("-3")
    form.get_by_role("button", name="Commit").click()
    assert form.locator(".answered").inner_text().startswith("Not so. Read on")
    page.close()


def test_answers_cannot_be_read_by_looking(site):
    for topic in TOPICS:
        page = (site / "lessons" / f"{topic.name}.html").read_text(encoding="utf-8")
        for prediction in map(opened, topic.predictions):
            for wrong in prediction.wrong:
                assert wrong.why.split("\n")[0] not in page


def test_without_scripts_the_questions_stand_as_in_the_exercise(site, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((site / "lessons/activations.html").as_uri())
    assert page.get_by_text("PREDICTIONS = {").first.is_visible()
    assert not page.locator("form.guess").first.is_visible()
    context.close()
