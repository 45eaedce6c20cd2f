"""nbgrader's page for markers, in a real browser."""

import os
import re
import shutil
import subprocess
import sys

import pytest
from jupyter_lab import listening
from patience import PATIENCE_S
from playwright.sync_api import expect
from stock_nbgrader import CommandLines

from autograder.course.layout import find_course

expect.set_options(timeout=1000 * PATIENCE_S)  # instead of five seconds


@pytest.fixture(scope="module")
def course(life, tmp_path_factory):
    """A graded course of this module's own."""
    return shutil.copytree(life.course, tmp_path_factory.mktemp("formgrader") / "course")


@pytest.fixture(scope="module")
def server(course, tmp_path_factory):
    """The address of a Jupyter server in the course, with nbgrader's extension as it was installed."""
    home = tmp_path_factory.mktemp("home")
    environment = {**os.environ, **CommandLines(home).environment}
    extensions = {"nbgrader.server_extensions.formgrader": True, "jupyterlab": False, "jupyter_lsp": False}
    with (home / "log").open("w") as log:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "jupyter_server", "--no-browser", "--allow-root", "--port=0"),
                f"--ServerApp.jpserver_extensions={extensions}",
            ],
            cwd=course,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        about = listening(process, home / "jupyter-runtime", home / "log")
        yield f"{about['url']}formgrader", about["token"]
    finally:
        process.terminate()
        process.wait(PATIENCE_S)


@pytest.fixture(scope="module")
def page(browser, server):
    """A page whose browser is logged in."""
    url, token = server
    page = browser.new_page(viewport={"width": 1200, "height": 1600})
    page.set_default_timeout(1000 * PATIENCE_S)
    page.goto(f"{url}/manage_assignments?token={token}")
    return page


def test_the_page_knows_the_assignment(page, server):
    page.goto(f"{server[0]}/manage_assignments")
    row = page.get_by_role("row").filter(has_text="ps1")
    expect(row).to_contain_text("2030-01-02 03:04:00")
    expect(row).to_contain_text("3")


def test_the_page_shows_the_scores(page, server):
    page.goto(f"{server[0]}/manage_submissions/ps1")
    for name, score in (("Lovelace, Ada", "6 / 8"), ("Zhang, Bo", "3.7 / 8"), ("Young, Cy", "0 / 8")):
        expect(page.get_by_role("row").filter(has_text=name)).to_contain_text(score)


def test_marking_an_answer_by_hand_is_saved(page, server, course):
    page.goto(f"{server[0]}/gradebook/ps1/toy")
    rows = page.locator("tr", has=page.get_by_role("link", name=re.compile("Submission #")))
    expect(rows).to_have_count(3)
    # Markers do not see whose it is: Ada's is the one with most points.
    rows.filter(has_text="6 / 8").get_by_role("link").first.click()
    expect(page.locator("body")).to_contain_text("Since exp overflows, and a shift changes nothing.")
    expect(page.locator("body")).to_contain_text("1 point: says that exp overflows")
    expect(page.locator("#softmax_checks")).to_have_attribute("placeholder", "3")
    with page.expect_response(lambda response: response.request.method == "PUT" and response.ok):
        page.locator("#response_why").fill("1.5")
        page.locator("#response_why").press("Tab")
    with page.expect_response(lambda response: response.request.method == "PUT" and response.ok):
        page.locator("#response_why-comment").fill("Say what overflows.")
        page.locator("#response_why-comment").press("Tab")

    with find_course(course).gradebook() as gradebook:
        grade = gradebook.find_grade("response_why", "toy", "ps1", "ada")
        assert (grade.manual_score, grade.score, grade.needs_manual_grade) == (1.5, 1.5, False)
        assert gradebook.find_submission("ps1", "ada").score == 7.5
    page.goto(f"{server[0]}/manage_submissions/ps1")
    row = page.get_by_role("row").filter(has_text="Lovelace, Ada")
    expect(row).to_contain_text("7.5 / 8")


def test_a_script_in_an_answer_does_not_run_in_the_markers_browser(page, server):
    page.goto(f"{server[0]}/gradebook/ps1/toy")
    rows = page.locator("tr", has=page.get_by_role("link", name=re.compile("Submission #")))
    rows.filter(has_text="3.7 / 8").get_by_role("link").first.click()
    expect(page.get_by_text("<script>document.title = 'hijacked'</script>").first).to_be_visible()
    page.wait_for_load_state()
    assert page.title() != "hijacked"


def test_the_pages_own_button_grades_as_the_command_does(page, server):
    page.goto(f"{server[0]}/manage_submissions/ps1")
    row = page.get_by_role("row").filter(has_text="Zhang, Bo")
    expect(row).to_contain_text("3.7 / 8")
    row.locator(".autograde a, td.autograde .glyphicon").first.click()
    done = page.locator(".modal-body").filter(has_text="Successfully autograded 'ps1' for student 'bo'.")
    expect(done).to_be_visible()
    page.reload()
    expect(row).to_contain_text("3.7 / 8")


def test_feedback_reads_well(browser, life):
    page = browser.new_page(viewport={"width": 1000, "height": 1400})
    page.goto((life.course / "feedback/bo/ps1/toy.html").as_uri())
    expect(page.get_by_text("softmax: 1.5 of 3 points, 2 of 3 checks passed").first).to_be_visible()
    expect(page.get_by_text("softmax survives huge logits.").first).to_be_visible()
    expect(page.get_by_text("How to mark this")).to_have_count(0)
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 1000, "nobody has to scroll sideways"
