"""A lesson is one page that needs no other file and no network."""

from pathlib import Path

from nnlearn.render.folded import folded, without_folded
from nnlearn.render.lesson import lesson_page


def test_a_page_holds_its_pictures_formulas_and_colours(tmp_path: Path) -> None:
    """As data; what Matplotlib cannot draw is shown as it was written."""
    (tmp_path / "a.png").write_bytes(b"png")
    text = (
        "# T\n\n![a *curve*](a.png)\n\n$\\tfrac{x}{\\sqrt 2}$\n\n$$\\begin{cases}$$\n\n"
        "```python\nif x < 1: pass\n```\n\n```\nif $1 < 2\n```\n"
    )
    page = lesson_page("T & U", text, tmp_path)
    assert "<title>T &amp; U</title>" in page
    assert 'src="data:image/png;base64,cG5n" alt="a curve"' in page
    assert 'class="formula" src="data:image/svg+xml;base64,' in page
    assert "<code>\\begin{cases}</code>" in page
    assert '<span class="k">if</span>' in page
    assert "if $1 &lt; 2" in page
    assert "http" not in page


def test_what_is_folded_can_be_opened(tmp_path: Path) -> None:
    """Its code is shown as any other; other tags are text."""
    code = folded("Code & more", "```python\nx = 1\n```")
    text = f"# T\n\n{code}\n\n<b>not bold</b>\n"
    page = lesson_page("T", text, tmp_path)
    assert "<details>\n<summary>Code &amp; more</summary>" in page
    assert page.index("<details>") < page.index('<span class="n">x</span>') < page.index("</details>")
    assert "&lt;b&gt;not bold" in page
    assert without_folded(text) == "# T\n\n\n\n<b>not bold</b>\n"
