"""The activations notebook in a real JupyterLab, worked on with mouse and keyboard."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator

import pytest
from jupyter_lab import NotebookPage, browser, jupyterlab

from nnlearn.catalogue import load_catalogue

RIGHT = "def relu(x):\n    x = as_floating(x)\n    return ops.where(x > 0, x, 0.0)"
WRONG = RIGHT.replace("0.0", "-x")


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NotebookPage]:
    """The exercise, as built, open in the dark theme."""
    folder, state = tmp_path_factory.mktemp("work"), tmp_path_factory.mktemp("state")
    shutil.copy(load_catalogue().topic("activations").notebook, folder)
    with jupyterlab(folder, state, "JupyterLab Dark") as address, browser() as window:
        page = window.new_page(viewport={"width": 1000, "height": 900})
        yield NotebookPage(page, address, "activations.ipynb")


def test_fill_in_relu_see_green_break_it_see_why(notebook: NotebookPage) -> None:
    """Write the cell, run it and the check below it; then once more, with a mistake."""
    started = notebook.cell("import_keras()")
    notebook.run(started)
    notebook.run(notebook.cell("import as_floating"))
    assert notebook.output_of(started) == ""

    relu = notebook.cell("def relu(x):")
    notebook.write(relu, RIGHT)
    notebook.run(relu, cells=2)
    card = notebook.card("relu passed")
    assert "4 of 4 visible checks pass; 3 more run when graded" in card.inner_text()
    assert card.locator("svg").get_attribute("aria-label").endswith("both are the same line.")
    assert notebook.colour(card, "border-left-color") == (0, 158, 115)

    notebook.write(relu, WRONG)
    notebook.run(relu, cells=2)
    card = notebook.card("relu failed")
    said = card.inner_text()
    assert "relu: relu(x) should be x where positive and 0 elsewhere" in said
    assert "Noticed    Negative numbers come back with their sign removed" in said
    assert "ChecksFailed: relu: 0 of 4 visible checks pass" in notebook.output_of(
        notebook.cell('check("relu")')
    )
    assert "Traceback" not in notebook.output_of(notebook.cell('check("relu")'))


def test_what_the_kernel_holds_is_not_what_the_cell_says(notebook: NotebookPage) -> None:
    """An error in the cell above, the stop button and a restart: each is a card in words."""
    relu, check = notebook.cell("def relu(x):"), notebook.cell('check("relu")')
    notebook.write(relu, f"y = 1 / 0\n\n{RIGHT}")
    notebook.run(relu)
    notebook.page.get_by_text("ZeroDivisionError: division by zero").wait_for()
    notebook.run(check)
    card = notebook.card("relu failed, older than the cell above")
    assert (
        "ended before it defined `relu` anew: what was checked is the older definition" in card.inner_text()
    )
    assert notebook.colour(card, "border-left-color") == (128, 128, 128)

    notebook.write(relu, "def relu(x):\n    print('round')\n    while True:\n        pass")
    notebook.run(relu)
    notebook.start(check)
    check.get_by_text("round").wait_for()
    notebook.stop()
    card = notebook.card("relu not checked")
    assert "You stopped it before its checks were through." in card.inner_text()
    assert re.search(r"It was at cell In\[\d+\], line (3: while True:|4: pass)", card.inner_text())
    assert notebook.output_of(check).endswith("ChecksFailed: relu: stopped")

    notebook.restart()
    notebook.run(check)
    notebook.page.get_by_text("This kernel holds no `relu` yet").wait_for()
    assert notebook.output_of(check).endswith("ChecksFailed: relu: run the cell above first")

    notebook.run(notebook.cell("import_keras()"))
    notebook.run(notebook.cell("import as_floating"))
    notebook.write(relu, WRONG)
    notebook.run(relu, cells=2)
    notebook.card("relu failed")


def test_the_card_fits_theme_and_width(notebook: NotebookPage) -> None:
    """Light text on dark; where the page is narrow, nothing is wider than it."""
    card = notebook.page.locator("section[aria-label^=relu]").first
    for what in (card, card.locator("pre"), card.locator("li").first):
        assert min(notebook.colour(what, "color")) > 200
    assert max(notebook.colour(notebook.page.locator(".jp-Notebook"), "background-color")) < 60
    for width in (1000, 420):
        notebook.page.set_viewport_size({"width": width, "height": 900})
        assert notebook.page.wait_for_function(
            "width => {"
            " const card = document.querySelector('section[aria-label^=relu]').getBoundingClientRect();"
            " return card.width > 100 && card.right <= width; }",
            arg=width,
        )
