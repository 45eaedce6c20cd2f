"""An extension of Sphinx: formulas as MathML, which browsers draw themselves, offline and without scripts."""

from __future__ import annotations

from typing import Any, NoReturn

from docutils import nodes  # type: ignore[import-untyped]
from latex2mathml.converter import convert
from sphinx.application import Sphinx


def setup(app: Sphinx) -> dict[str, Any]:
    """Called by Sphinx."""
    app.add_html_math_renderer("mathml", (_inline, None), (_on_its_own, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _inline(translator: Any, node: nodes.Element) -> NoReturn:
    translator.body.append(convert(node.astext()))
    raise nodes.SkipNode


def _on_its_own(translator: Any, node: nodes.Element) -> NoReturn:
    translator.body.append(f'<div class="formula">{convert(node.astext(), display="block")}</div>')
    raise nodes.SkipNode
