"""`nnlearn topic preview`: a built lesson as one HTML page that needs no other file and no network."""

from __future__ import annotations

import base64
import html
import io
import re
import tempfile
from pathlib import Path
from typing import Any

import mistune
from mistune.plugins.math import math
from mistune.plugins.table import table

from nnlearn.catalogue import Topic
from nnlearn.errors import ContentError, OutputError

_TAG = re.compile(r"<[^>]+>")
_STYLE = """
body { font: 17px/1.55 system-ui, sans-serif; max-width: 54rem; margin: 2rem auto; padding: 0 1rem;
       color: #222; background: #fff; }
h1, h2, h3 { line-height: 1.25; }
pre { background: #f5f5f2; padding: .8rem 1rem; overflow-x: auto; font-size: 13.5px; line-height: 1.4; }
code { font-family: ui-monospace, monospace; background: #f5f5f2; }
img { max-width: 100%; }
img.formula { display: inline; height: auto; max-width: none; }
p.formula { text-align: center; overflow-x: auto; }
table { border-collapse: collapse; }
td, th { border: 1px solid #ccc; padding: .3rem .6rem; }
blockquote { border-left: 3px solid #ccc; margin-left: 0; padding-left: 1rem; }
.k, .kn, .ow { color: #0057a3; } .s, .s1, .s2, .sd { color: #7a3e00; } .c1 { color: #5f5f5f; }
.mi, .mf, .kc { color: #8a1f6a; } .nf, .nc { color: #00694d; }
"""


def write_preview(topic: Topic, file: Path | None = None) -> Path:
    """Render the lesson of a built topic.

    Args:
        topic: A topic that has been built.
        file: Where to write the page; left out, a file among the temporary ones.

    Returns:
        The page's path.

    Raises:
        ContentError: The topic has not been built.
        OutputError: The page cannot be written.
    """
    if not topic.lesson.exists():
        raise ContentError(
            f"{topic.lesson} is missing: the topic has not been built",
            f"build it first: nnlearn topic build {topic.name}",
        )
    if file is None:
        file = Path(tempfile.gettempdir()) / f"nnlearn-preview-{topic.name}.html"
    page = render_page(topic.title, topic.lesson.read_text(encoding="utf-8"), topic.exercise_dir)
    try:
        file.write_text(page, encoding="utf-8")
    except OSError as error:
        raise OutputError(
            f"{file} cannot be written: {error.strerror}", "choose another file: --html FILE"
        ) from error
    return file.resolve()


def render_page(title: str, markdown: str, folder: Path) -> str:
    """A lesson as an HTML page; its pictures are read from `folder` and put into the page."""
    body = mistune.Markdown(renderer=_Page(folder), block=None, inline=None, plugins=[math, table])(markdown)
    return (
        f'<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width">\n'
        f"<title>{html.escape(title)}</title>\n<style>{_STYLE}</style></head>\n"
        f"<body>\n{body}</body>\n</html>\n"
    )


class _Page(mistune.HTMLRenderer):
    """Markdown to HTML with pictures inside, code in colours and formulas drawn."""

    def __init__(self, folder: Path) -> None:
        super().__init__(escape=False)
        self.folder = folder

    def image(self, text: str, url: str, title: str | None = None) -> str:
        picture = self.folder / url
        if picture.is_file():
            kind = "svg+xml" if picture.suffix == ".svg" else picture.suffix[1:]
            url = f"data:image/{kind};base64,{base64.b64encode(picture.read_bytes()).decode()}"
        named = f' title="{html.escape(title)}"' if title else ""
        alt = html.escape(html.unescape(_TAG.sub("", text)))
        return f'<img src="{url}" alt="{alt}"{named}>'

    def block_code(self, code: str, info: str | None = None) -> str:
        if (info or "").split()[:1] != ["python"]:
            return f"<pre><code>{html.escape(code)}</code></pre>\n"
        from pygments import highlight  # type: ignore[import-untyped]
        from pygments.formatters.html import HtmlFormatter  # type: ignore[import-untyped]
        from pygments.lexers.python import PythonLexer  # type: ignore[import-untyped]

        coloured: str = highlight(code, PythonLexer(), HtmlFormatter(nowrap=True))
        return f"<pre><code>{coloured}</code></pre>\n"

    def inline_math(self, text: str) -> str:
        return _formula(text, size=14)

    def block_math(self, text: str) -> str:
        return f'<p class="formula">{_formula(text, size=16)}</p>\n'


def _formula(tex: str, size: int) -> str:
    """A formula as a picture that stands on the line of text; as its source if it cannot be drawn."""
    from matplotlib import font_manager, mathtext

    drawn = io.BytesIO()
    # Spellings that Matplotlib does not know, with the same meaning.
    known = re.sub(r"\\sqrt\s+(\w)", r"\\sqrt{\1}", re.sub(r"\\[td]frac", r"\\frac", tex))
    shown = html.escape(tex.strip())
    properties: Any = font_manager.FontProperties(size=size, math_fontfamily="cm")
    try:
        depth = mathtext.math_to_image(
            f"${' '.join(known.split())}$", drawn, prop=properties, dpi=72, format="svg"
        )
    except ValueError:  # LaTeX that Matplotlib does not know
        return f"<code>{shown}</code>"
    data = base64.b64encode(drawn.getvalue()).decode()
    style = f"vertical-align: -{depth:.1f}pt"
    return f'<img class="formula" src="data:image/svg+xml;base64,{data}" alt="{shown}" style="{style}">'
