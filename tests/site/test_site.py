"""The site of the course: built whole, and read in a real browser."""

import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from patience import PATIENCE_S

from autograder.site.build import MADE, build_site
from autograder.site.topic_map import nearest
from nnlearn.catalogue import load_catalogue
from nnlearn.errors import ContentError, NnlearnError, OutputError

pytestmark = pytest.mark.filterwarnings("ignore")  # Sphinx's and its extensions' own
ROOT = Path(__file__).parents[2]
MOST_BYTES = 1_500_000


def test_every_topic_has_a_page_with_its_notebook(site):
    for topic in load_catalogue().topics:
        page = (site / "lessons" / f"{topic.name}.html").read_text(encoding="utf-8")
        assert topic.title in page
        [notebook] = site.glob(f"_downloads/*/{topic.name}.ipynb")
        assert notebook.read_bytes() == topic.notebook.read_bytes()
        assert "Write your code in" not in page, "there is no file next to a page"
    pages = {file.relative_to(site).as_posix() for file in site.rglob("*.html")}
    assert {"index.html", "map.html", "questions.html", "glossary.html", "docs/reference.html"} <= pages


def ended(request):
    """Whether a request came to an end of its own; what is under way when a page is left is dropped."""
    return request.failure != "net::ERR_ABORTED"


def test_every_page_reads_well_in_a_browser_without_a_network(site, browser):
    """From a folder, on a phone and on a desk: nothing is missing, nothing is asked of another host."""
    page = browser.new_page()
    said, asked, loaded = [], [], {}
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.on(
        "requestfailed", lambda request: said.append(f"missing: {request.url}") if ended(request) else None
    )
    for file in sorted(site.rglob("*.html")):
        asked.clear()
        for width in (360, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(file.as_uri())
            wide = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert wide <= 0, f"{file.name} is {wide} px too wide at {width}"
            blank = page.evaluate("[...document.images].filter(i => i.complete && !i.naturalWidth).length")
            assert blank == 0, file
        files = {url.partition("#")[0].partition("?")[0] for url in asked}
        assert all(url.startswith(("file:", "data:")) for url in files), files
        loaded[file.name] = sum(
            Path(url.removeprefix("file://")).stat().st_size for url in files if url[0] == "f"
        )
    page.close()
    assert said == []
    assert max(loaded.values()) < MOST_BYTES, loaded


def test_formulas_are_there_without_scripts(site, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((site / "lessons/losses.html").as_uri())
    assert page.locator("math").count() > 10
    assert page.locator("math").first.bounding_box()["width"] > 5
    assert page.get_by_role("heading", level=1).inner_text().startswith("Outputs and losses")
    context.close()


def test_a_word_is_found_and_leads_to_its_page(site, browser):
    page = browser.new_page()
    page.set_default_timeout(1000 * PATIENCE_S)
    page.goto((site / "search.html").as_uri() + "?q=straight-through")
    page.locator("ul.search li a").first.click()
    page.wait_for_url("**/lessons/*.html*")
    page.wait_for_load_state("load")
    assert "straight-through" in page.text_content("body")
    page.close()


def test_demonstrations_show_what_they_print(site, browser):
    page = browser.new_page()
    page.goto((site / "lessons/activations.html").as_uri())
    code = page.locator(".highlight-python", has_text="def digits_accuracy").last
    printed = code.locator("xpath=following-sibling::div[1]")
    assert printed.get_attribute("class") == "printed"
    assert "your relu and softmax:   0." in printed.inner_text()
    for topic in load_catalogue().topics:
        page.goto((site / "lessons" / f"{topic.name}.html").as_uri())
        printed = page.locator(".printed").all_inner_texts()
        assert len(printed) >= 3, topic.name
        assert not any("not written yet" in text for text in printed), topic.name
    page.close()


def test_code_has_a_button_that_copies_it(site, browser):
    page = browser.new_page()
    page.goto((site / "lessons/neurons.html").as_uri())
    assert page.locator("div.highlight button.copybtn").count() > 3
    page.close()


def test_the_map_leads_to_every_topic(site, browser):
    page = browser.new_page()
    page.goto((site / "map.html").as_uri())
    titles = [topic.title for topic in load_catalogue().topics]
    assert page.locator(".map a text").all_text_contents() == titles
    page.locator(".map a").nth(2).click()
    assert page.get_by_role("heading", level=1).inner_text().startswith(titles[2])
    page.close()


def test_an_arc_is_left_out_where_others_lead_there():
    topics = load_catalogue().topics
    by_name = {topic.name: topic for topic in topics}
    assert by_name["scaling"].requires == ("neurons", "losses", "autodiff")
    assert nearest(by_name["scaling"], topics) == ["losses", "autodiff"]


def test_what_learners_do_not_get_is_not_in_it(site):
    """Neither references nor rubrics nor the names of mistakes."""
    text = "".join(file.read_text(encoding="utf-8") for file in site.rglob("*.html"))
    lessons = "".join(topic.lesson.read_text(encoding="utf-8") for topic in load_catalogue().topics)
    for topic in load_catalogue().topics:
        for name in topic.pitfalls:
            if "_" in name and name not in lessons:
                assert not re.search(rf"\b{name}\b", text), name
        for response in topic.responses:
            assert not any(line in text for line in response.rubric)


def test_a_folder_with_other_things_is_left_alone(miniature, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    for out in (tmp_path, tmp_path / "mine.txt"):
        with pytest.raises(OutputError, match="is something else than a site"):
            build_site(load_catalogue(miniature), out)
    with pytest.raises(OutputError, match="cannot be written"):
        build_site(load_catalogue(miniature), tmp_path / "mine.txt" / "site")
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_a_port_that_is_taken_is_said_to_be(miniature):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "nnlearn", "site", "serve", "--port", port, "--content", miniature]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 4
    assert f"port {port} cannot be had" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_tree_of_ones_own_is_a_site_too_and_is_replaced_as_a_whole(miniature, tmp_path):
    out = tmp_path / "out"
    command = [sys.executable, "-m", "nnlearn", "site", "build", out, "--content", miniature]
    for _ in range(2):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert (out / "lessons/toy.html").is_file()
        assert (out / MADE).is_file()
        assert sorted(tmp_path.iterdir()) == [out], "nothing is left beside it"
        (out / "old.html").write_text("")
    assert done.stdout.splitlines()[-1] == f"built {out}: open {out}/index.html"


def test_a_topic_that_is_not_built_is_named(miniature, tmp_path):
    tree = shutil.copytree(miniature, tmp_path / "tree")
    (tree / "exercises/toy/README.md").unlink()
    with pytest.raises(ContentError, match=r"README\.md is missing\n  nnlearn topic build toy makes it"):
        build_site(load_catalogue(tree), tmp_path / "out")


def test_a_link_that_leads_nowhere_is_named(miniature, tmp_path):
    tree = shutil.copytree(miniature, tmp_path / "tree")
    lesson = tree / "exercises/toy/README.md"
    lesson.write_text(lesson.read_text().replace("\n---\n", "\nSee [more](../nothing.md).\n\n---\n"))
    with pytest.raises(NnlearnError, match=r"lessons/toy\.md:.*nothing\.md"):
        build_site(load_catalogue(tree), tmp_path / "out")
    assert not (tmp_path / "out").exists()
