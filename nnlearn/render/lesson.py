"""A lesson as one HTML page that needs no other file and no network."""

from __future__ import annotations

import base64
import html
import io
import mimetypes
import re
from pathlib import Path
from typing import Any

from nnlearn.render.folded import replace_folded, without_comment
from nnlearn.render.formulas import replace_formulas

_HOLDER = "\ue000{}\ue001"  # characters that no text uses
_IMAGE = re.compile(r'(<img src=")([^":]+)(")')
_STYLE = """
:root { color-scheme: light; }
body { font: 17px/1.55 system-ui, sans-serif; max-width: 54rem; margin: 2rem auto; padding: 0 1rem;
       color: #222; background: #fff; }
h1, h2, h3 { line-height: 1.25; }
pre { background: #f5f5f2; padding: .8rem 1rem; overflow-x: auto; font-size: 13.5px; line-height: 1.4; }
code { font-family: ui-monospace, monospace; background: #f5f5f2; }
img { max-width: 100%; }
img.formula { max-width: none; }
p.formula { text-align: center; overflow-x: auto; }
table { border-collapse: collapse; }
td, th { border: 1px solid #ccc; padding: .3rem .6rem; }
details { margin: -.4rem 0 1rem; } summary { cursor: pointer; color: #5f5f5f; font-size: 14px; }
blockquote { border-left: 3px solid #ccc; margin-left: 0; padding-left: 1rem; }
.k, .kn, .ow { color: #0057a3; } .s, .s1, .s2, .sd { color: #7a3e00; } .c1 { color: #5f5f5f; }
.mi, .mf, .kc { color: #8a1f6a; } .nf, .nc { color: #00694d; }
"""


def lesson_page(title: str, markdown: str, folder: Path) -> str:
    """A lesson as HTML; its pictures are read from `folder` and put into the page."""
    from markdown_it import MarkdownIt

    kept: list[str] = []

    def hold(made: str) -> str:
        kept.append(made)
        return _HOLDER.format(len(kept) - 1)

    def formula(tex: str, on_its_own: bool) -> str:
        drawn = _formula(tex, 16 if on_its_own else 14)
        return hold(f'<p class="formula">{drawn}</p>' if on_its_own else drawn)

    def fold(summary: str, body: str) -> str:
        begin = hold(f"<details>\n<summary>{html.escape(summary)}</summary>")
        return f"{begin}\n\n{body}\n\n{hold('</details>')}"

    text = replace_formulas(replace_folded(without_comment(markdown), fold), formula)
    reader = MarkdownIt("commonmark", {"html": False, "highlight": _in_colours}).enable("table")
    body = reader.render(text)
    body = re.sub("<p>(\ue000\\d+\ue001)</p>", r"\1", body)
    body = re.sub("\ue000(\\d+)\ue001", lambda m: kept[int(m[1])], body)
    body = _IMAGE.sub(lambda m: m[1] + _picture(folder, m[2]) + m[3], body)
    return (
        f'<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width">\n'
        f"<title>{html.escape(title)}</title>\n<style>{_STYLE}</style></head>\n"
        f"<body>\n{body}</body>\n</html>\n"
    )


def _in_colours(code: str, language: str, _: str) -> str:
    """Code as HTML, or an empty string for what is not Python."""
    if language != "python":
        return ""
    from pygments import highlight  # type: ignore[import-untyped]
    from pygments.formatters.html import HtmlFormatter  # type: ignore[import-untyped]
    from pygments.lexers.python import PythonLexer  # type: ignore[import-untyped]

    return str(highlight(code, PythonLexer(), HtmlFormatter(nowrap=True)))


def _picture(folder: Path, url: str) -> str:
    """The picture itself in place of its name, if it is there."""
    picture = folder / html.unescape(url)
    if not picture.is_file():
        return url
    kind = mimetypes.guess_type(picture.name)[0] or "image/png"
    return f"data:{kind};base64,{base64.b64encode(picture.read_bytes()).decode()}"


def _formula(tex: str, size: int) -> str:
    """A formula as a picture that stands on the line of text; as its source if it cannot be drawn."""
    from matplotlib import font_manager, mathtext

    drawn = io.BytesIO()
    # Spellings that Matplotlib does not know, with the same meaning.
    known = re.sub(r"\\sqrt\s+(\w)", r"\\sqrt{\1}", re.sub(r"\\[td]frac", r"\\frac", tex))
    shown = html.escape(tex)
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
