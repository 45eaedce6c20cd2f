"""A real JupyterLab in a headless browser, for tests and for the pictures in the documentation."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from patience import PATIENCE_S, comes_true

TOKEN = "for-a-test"
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


@contextlib.contextmanager
def jupyterlab(folder: Path, state: Path, theme: str = "JupyterLab Light") -> Iterator[str]:
    """JupyterLab on `folder`, with settings of its own in `state`; gives its address."""
    _settings(state, theme)
    kinds = ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR")
    environment = {**os.environ, **{f"JUPYTER_{kind}": str(state / kind.lower()) for kind in kinds}}
    environment |= {"JUPYTERLAB_SETTINGS_DIR": str(state / "settings"), "IPYTHONDIR": str(state / "ipython")}
    environment |= {"JUPYTERLAB_WORKSPACES_DIR": str(state / "workspaces")}
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--port=0"]
    command += [f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={folder}"]
    with (state / "log").open("w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=folder)
        try:
            about = listening(server, state / "runtime_dir", state / "log")
            yield f"http://127.0.0.1:{about['port']}"
        finally:
            server.terminate()
            server.wait(PATIENCE_S)


def _settings(state: Path, theme: str) -> None:
    """All cells in the page, the theme, and no news."""
    settings = {
        "notebook-extension/tracker": {"windowingMode": "none"},
        "apputils-extension/themes": {"theme": theme},
        "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    }
    for name, values in settings.items():
        file = state / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(values))


def listening(server: subprocess.Popen[bytes], runtime: Path, log: Path) -> dict[str, Any]:
    """What a Jupyter server says of itself, port and token too, once it listens where the system let it.

    Args:
        server: The process.
        runtime: Where Jupyter keeps what runs.
        log: What the server has said.
    """

    def said() -> list[dict[str, Any]]:
        texts = [file.read_text() for file in runtime.glob("jpserver-*.json")]
        return [json.loads(text) for text in texts if text.endswith("}")]

    comes_true(lambda: said() or server.poll() is not None)
    assert said(), f"Jupyter does not listen:\n{log.read_text()[-3000:]}"
    return said()[0]


@contextlib.contextmanager
def browser() -> Iterator[Any]:
    """Chromium: the system's, where there is one, else the one that came with Playwright."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = shutil.which("chromium") or shutil.which("chromium-browser")
        window = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield window
        window.close()


class NotebookPage:
    """A notebook, open in JupyterLab, worked on with mouse and keyboard.

    Args:
        page: A page of the browser.
        address: Of JupyterLab.
        name: The notebook's file, in JupyterLab's folder.
    """

    def __init__(self, page: Any, address: str, name: str) -> None:
        self.page = page
        page.set_default_timeout(120_000)
        page.goto(f"{address}/doc/tree/{name}?token={TOKEN}&reset")
        page.wait_for_selector(".jp-Notebook .jp-CodeCell")
        page.get_by_text("| Idle").wait_for()  # the kernel is there, and waits

    def cell(self, text: str) -> Any:
        """The first code cell that holds `text`."""
        return self.page.locator(".jp-CodeCell").filter(has_text=text).first

    def write(self, cell: Any, code: str) -> None:
        """Replace what a cell holds."""
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(code)

    def run(self, cell: Any, cells: int = 1) -> None:
        """Run a cell, and as many of those below it as make `cells`."""
        cell.locator(".cm-content").click()
        for _ in range(cells):
            self.page.keyboard.press("Shift+Enter")
        self.page.get_by_text("| Idle").wait_for()

    def start(self, cell: Any) -> None:
        """Run a cell, and do not wait for its end."""
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Shift+Enter")

    def stop(self) -> None:
        """Interrupt the kernel, as the stop button does."""
        self._press("i")
        self.page.get_by_text("| Idle").wait_for()

    def restart(self) -> None:
        """Restart the kernel, and say yes to that."""
        self._press("0")
        self.page.locator(".jp-Dialog .jp-mod-accept").click()
        self.page.get_by_text("| Restarting").wait_for()
        self.page.get_by_text("| Idle").wait_for()

    def _press(self, key: str) -> None:
        self.page.keyboard.press("Escape")
        for _ in range(2):
            self.page.keyboard.press(key)

    def card(self, title: str) -> Any:
        """The card with this title, once it is there."""
        card = self.page.locator(f'section[aria-label="{title}"]')
        card.wait_for()
        return card

    def output_of(self, cell: Any) -> str:
        """The text below a cell."""
        return str(cell.locator(".jp-Cell-outputWrapper").inner_text()).strip()

    def colour(self, element: Any, style: str) -> tuple[int, ...]:
        """A colour as the browser works it out: red, green, blue."""
        script = f"e => getComputedStyle(e).getPropertyValue({style!r})"
        return tuple(int(n) for n in re.findall(r"\d+", element.evaluate(script))[:3])
