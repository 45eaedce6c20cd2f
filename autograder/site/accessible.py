"""What the theme and Sphinx leave out for those who cannot see a page, put in; tests look with axe."""

from __future__ import annotations

import re
from pathlib import Path

_PUT_IN = (
    ('<p class="caption" role="heading">', '<p class="caption" role="heading" aria-level="2">'),
    ('<aside class="sidebar-drawer">', '<aside class="sidebar-drawer" aria-label="All pages">'),
    ('<aside class="toc-drawer', '<aside aria-label="This page" class="toc-drawer'),
    ('<th class="head"><p></p></th>', "<td></td>"),  # a corner is the header of nothing
    ("<noscript>\n<div", "<h1>Search</h1>\n<noscript>\n<div"),
)
_FORMULA_AS_HEADER = re.compile(r'(<th class="head"><p>)<math(?P<rest>.*?</math>)</p></th>', re.DOTALL)
_TAG = re.compile(r"<[^>]*>")


def make_accessible(pages: Path) -> None:
    """Change the pages below a folder, in place."""
    for file in pages.rglob("*.html"):
        text = file.read_text(encoding="utf-8")
        for before, after in _PUT_IN:
            text = text.replace(before, after)
        text = _FORMULA_AS_HEADER.sub(_named, text)
        file.write_text(text, encoding="utf-8")


def _named(header: re.Match[str]) -> str:
    """A header that is a formula, with its letters to be read out: not every reader speaks MathML."""
    letters = _TAG.sub("", f"<math{header['rest']}")
    read_out = f'<span class="read-out">{letters}</span>'
    return f'{header[1]}<math aria-hidden="true"{header["rest"]}{read_out}</p></th>'
