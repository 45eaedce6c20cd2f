"""Makes pages of what was handed in that only show it: nothing a learner wrote runs in a marker's browser.

nbgrader puts HTML in an answer into the formgrader's page as it is. A script there acts with the rights of
whoever marks, and could change every score.
"""

from __future__ import annotations

from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath


def markdown_without_html(source: str) -> str:
    """Markdown as HTML; HTML in it is shown as text, and links that would run something lead nowhere.

    In nbgrader_config.py it takes the place of nbconvert's filter `markdown2html`.
    """
    renderer = IPythonRenderer(escape=True, allow_harmful_protocols=False)
    return str(MarkdownWithMath(renderer=renderer).render(source))
