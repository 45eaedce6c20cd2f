"""Runs Sphinx on the pages of a course, and puts the site in place as a whole."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from autograder.site.accessible import make_accessible
from autograder.site.pages import AS_IT_IS, write_pages
from nnlearn.catalogue import Catalogue
from nnlearn.errors import NnlearnError, OutputError

MADE = ".nnlearn-site"
"""A file in each site, which says that a folder holds nothing else and may be replaced."""
_STATIC = Path(__file__).with_name("static")
_OPTIONS: dict[str, Any] = {
    "project": "nnlearn",
    "html_title": "nnlearn",
    "extensions": [
        "myst_parser",
        "sphinx.ext.autodoc",
        "sphinx.ext.napoleon",
        "sphinx_copybutton",
        "autograder.site.mathml",
    ],
    "html_theme": "furo",
    "html_math_renderer": "mathml",
    "html_favicon": str(_STATIC / "favicon.svg"),
    "html_static_path": [str(_STATIC)],
    "html_css_files": ["nnlearn.css"],
    "html_js_files": ["plot.js", "interactive.js", "guesses.js", "scrolling.js"],
    "html_extra_path": [AS_IT_IS],
    "html_copy_source": False,
    "html_show_sphinx": False,
    "html_show_copyright": False,
    "myst_enable_extensions": ["dollarmath", "deflist"],
    "myst_heading_anchors": 4,
    "default_role": "code",
    "autodoc_typehints": "none",
    "suppress_warnings": ["myst.header"],
}


def build_site(catalogue: Catalogue, out: Path) -> None:
    """Build the site of a course into the folder `out`, which is made, or replaced where it is a site.

    Raises:
        ContentError: A page of the course is missing.
        NnlearnError: Sphinx is not installed, or warns of something, such as a link that leads nowhere.
        OutputError: The folder holds something else, or cannot be written.
    """
    if out.exists() and not (out.is_dir() and ((out / MADE).is_file() or not any(out.iterdir()))):
        raise OutputError(f"{out} is something else than a site", "name a folder that is empty, or none yet")
    if importlib.util.find_spec("sphinx") is None:
        raise NnlearnError("the site takes Sphinx, and that is not installed", "pip install 'nnlearn[site]'")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".site-", dir=out.parent) as folder:
            pages = _made(catalogue, Path(folder))
            if out.exists():
                out.rename(Path(folder, "before"))
            pages.rename(out)
    except OSError as error:
        raise OutputError(f"{out} cannot be written: {error}", "look at the rights of its folder") from error


def _made(catalogue: Catalogue, folder: Path) -> Path:
    """Where below `folder` the pages of the site are, which are made there."""
    sources, pages, kept = (folder / name for name in ("sources", "pages", "kept"))
    write_pages(catalogue, sources)
    settings = "".join(f"{name} = {value!r}\n" for name, value in _OPTIONS.items())
    (sources / "conf.py").write_text(settings, encoding="utf-8")
    # In a process of its own: Sphinx changes the one it runs in.
    command: list[str | Path] = [sys.executable, "-m", "sphinx", "-q", "-N", "-d", kept, sources, pages]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if said := done.stderr.replace(f"{sources}/", "").strip():
        raise NnlearnError(f"the site is not as it should be:\n{said}", "put right what Sphinx names")
    make_accessible(pages)
    (pages / MADE).write_text("")
    return pages
