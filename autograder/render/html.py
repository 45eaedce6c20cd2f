"""A grading run as one HTML page that loads nothing, runs nothing and can be printed."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from autograder.render import pictures
from autograder.render.summary import is_all_right, is_not_started, part_of, summarise
from autograder.render.text import count, outcome_of, points, shown_name, without_noticed
from nnlearn.checking.failure import WIDTH
from nnlearn.results import PartResult, Run, TopicReports, Verdict
from nnlearn.text import clean, laid_out, one_line

_TEMPLATES = Path(__file__).parent / "templates"
_STEPS = 4


def run_to_html(run: Run) -> str:
    """`run` as one self-contained page. Everything from a submission is cleaned and escaped."""
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_cleaned,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        points=points,
        shown_name=shown_name,
        one_line=one_line,
        message_of=lambda outcome: laid_out(without_noticed(outcome.message), WIDTH),
    )
    environment.globals.update(
        count=count,
        is_all_right=is_all_right,
        is_not_started=is_not_started,
        outcome_of=outcome_of,
        mistake_label=pictures.mistake_label,
        score_range=pictures.score_range,
        shade=shade,
        width=pictures.WIDTH,
    )
    css = (_TEMPLATES / "report.css").read_text(encoding="utf-8")
    # The browser may apply this style alone: a smuggled <style> or style="" has no effect.
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    return environment.get_template("report.html.j2").render(
        # The style sheet is ours and holds no "<": escaping it would break its digest.
        css=Markup(css),  # noqa: S704
        style_digest=digest,
        isolation=run.isolation,
        topics=[_topic(number, topic) for number, topic in enumerate(run.topics) if topic.reports],
    )


def shade(part: PartResult | None) -> str:
    """The class of a cell in the heat map: `s0` for no points up to `s4` for all of them."""
    if part is None:
        return "none"
    if part.verdict is Verdict.GRADER_ERROR:
        return "grader-error"
    share = part.score / part.max_score if part.max_score else 1.0
    return f"s{int(_STEPS * share)}"


def _topic(number: int, topic: TopicReports) -> dict[str, Any]:
    """What the template shows of one topic."""
    summary = summarise(topic)
    names = [part.name for part in summary.parts]
    return {
        "name": topic.topic,
        "anchor": f"topic-{number}",
        "digest": topic.content_digest,
        "summary": summary,
        "score_picture": pictures.score_picture(summary),
        "mistake_picture": pictures.mistake_picture(summary.mistakes) if summary.mistakes else None,
        "rows": [
            {
                "anchor": f"topic-{number}-learner-{place}",
                "report": report,
                "parts": [part_of(report, name) for name in names],
            }
            for place, report in enumerate(topic.reports)
        ],
    }


def _cleaned(value: Any) -> Any:
    """What every expression of the template passes through before it is escaped."""
    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value
