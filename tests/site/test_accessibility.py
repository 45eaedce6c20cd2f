"""What axe finds on the pages: nothing."""

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = pytest.mark.filterwarnings("ignore")  # Sphinx's and its extensions' own


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation_on_any_page(site, browser, scheme):
    context = browser.new_context(color_scheme=scheme, viewport={"width": 1280, "height": 800})
    page = context.new_page()
    found = {}
    for file in sorted(site.rglob("*.html")):
        page.goto(file.as_uri())
        violations = Axe().run(page).response["violations"]
        if violations:
            found[file.relative_to(site).as_posix()] = [
                (one["id"], node["target"], node["failureSummary"])
                for one in violations
                for node in one["nodes"][:2]
            ]
    context.close()
    assert found == {}
