"""The HTML page: complete, self-contained, and deaf to what is written in submissions."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import html
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from grade.conftest import COLUMN_SUM, MESSAGE

from autograder.render.html import run_to_html, shade
from autograder.render.text import without_noticed
from nnlearn.results import Answered, Noticed, Outcome, PartResult, Verdict

HOSTILE = '</pre></style><script>alert(1)</script><img src=x onerror=alert(1)>" onclick="a\' {{7*7}}'
# Whatever runs, loads or sends.
ACTIVE = {"script", "img", "iframe", "object", "embed", "link", "base", "form", "input", "audio"}


class Page(HTMLParser):
    """Collects tags, attributes, ids and links, and checks that tags are closed in order."""

    VOID = frozenset({"meta", "br", "rect", "line"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.text: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the tag and its attributes."""
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.ids += [value or "" for name, value in attrs if name == "id"]
        self.links += [value or "" for name, value in attrs if name == "href"]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """A tag closes the one that was opened last."""
        if tag not in self.VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Note the text."""
        self.text.append(data)


def test_page_holds_the_class_and_each_learner(make_report: Any, make_run: Any) -> None:
    """Overview, pictures with their figures in words, and a linked section for each learner."""
    run = make_run(make_report("ada"), make_report("bo", Verdict.FAILED, output="hello"))
    text = run_to_html(run)
    page = Page(text)
    assert not page.tags & ACTIVE
    assert len(page.ids) == len(set(page.ids))
    assert {link.removeprefix("#") for link in page.links} <= set(page.ids)
    words = " ".join("".join(page.text).split())
    assert "bo: 4 of 7" in words
    assert "Each row adds up to 1. failed" in words
    assert "Noticed: Every column adds up to 1 instead of every row" in words
    assert words.count("same results as a known mistake") == 2  # of the class, and of the learner
    assert "gelu 0 of 2 Not written yet." in words
    assert "Isolation: landlock." in words
    assert 'aria-label="Bar chart of learners by known mistake. ' in text
    assert "softmax: divides by the column sum: 1." in text


def test_what_was_noticed_is_said_once_and_above_the_checks(make_report: Any, make_run: Any) -> None:
    """The field of the message is left out, and all that stands around it stays."""
    message = f"{MESSAGE}\n  Noticed    {COLUMN_SUM.message}\n  Next       nnlearn hint softmax"
    text = run_to_html(make_run(make_report("bo", Verdict.FAILED, message=message)))
    learner = text[text.index('<section class="learner"') :]
    assert learner.count("Every column adds up to 1") == 1
    assert f"{MESSAGE}\n  Next       nnlearn hint softmax</pre>" in learner
    assert without_noticed("a\n  Noticed    b\n  Next       c") == "a\n  Next       c"


def test_answers_in_words_stand_in_the_learners_section(make_report: Any, make_run: Any) -> None:
    """As they were written, with what looks like a page in them; also where every check passed."""
    answers = (Answered("why_halve", f"Since it is.\n{HOSTILE}"), Answered("why_not", ""))
    text = run_to_html(make_run(make_report("ada", answers=answers), make_report("bo")))
    assert not Page(text).tags & ACTIVE
    ada, bo = text.split('<section class="learner"')[1:]
    assert "Answered in words" not in bo
    words = html.unescape(ada)
    assert f'<h5>why_halve</h5>\n<pre class="answer" tabindex="0">Since it is.\n{HOSTILE}</pre>' in words
    assert "<h5>why_not</h5>\n<p>No answer.</p>" in words
    assert "<script" not in ada


def test_full_marks_take_one_line(make_report: Any, make_run: Any) -> None:
    """A table that says `passed` in each row tells nothing more."""
    report = make_report("ada")
    right = dataclasses.replace(report, parts=report.parts[:2])
    text = run_to_html(make_run(right))
    learner = text[text.index('<section class="learner"') :]
    assert "All 3 checks passed." in learner
    assert "<table" not in learner


def test_every_picture_has_words(make_report: Any, make_run: Any) -> None:
    """A picture without a description is nothing to a screen reader."""
    text = run_to_html(make_run(make_report("ada", Verdict.FAILED), make_report("bo")))
    pictures = re.findall(r"<svg[^>]*>", text)
    assert len(pictures) == 2
    assert all('role="img"' in svg and 'aria-label="Bar chart' in svg for svg in pictures)


def test_page_loads_and_runs_nothing(make_report: Any, make_run: Any) -> None:
    """The policy allows one style sheet, by its digest, and the page needs no more."""
    text = run_to_html(make_run(make_report()))
    style = re.search(r"<style>(.*?)</style>", text, re.S)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'" in text
    assert not re.search(r"https?://|url\(|@import|style=|<script|<link", text)


@pytest.mark.parametrize("field", ["learner", "submission", "notes", "output", "message", "title"])
def test_hostile_text_injects_nothing(make_report: Any, make_run: Any, field: str) -> None:
    """Wherever a submission's text is shown, it adds no tag and no attribute."""
    plain = Page(run_to_html(make_run(make_report("ada", Verdict.FAILED, output="x", notes=("n",)))))
    fields: dict[str, Any] = {"output": "x", "notes": ("n",)}
    if field == "title":
        noticed = Noticed(HOSTILE, HOSTILE)
        bad = Outcome("t", HOSTILE, True, 1.0, Verdict.FAILED, HOSTILE)
        fields["parts"] = (PartResult(HOSTILE, 1.0, (bad,), (noticed,)),)
    elif field == "learner":
        fields["learner"] = HOSTILE
    else:
        fields[field] = (HOSTILE,) if field == "notes" else HOSTILE
    text = run_to_html(make_run(make_report(softmax=Verdict.FAILED, **fields)))
    page = Page(text)
    assert page.tags <= plain.tags
    assert page.attributes <= plain.attributes
    assert "{{7*7}}" in "".join(page.text)
    assert "<script" not in text


def test_control_characters_do_not_reach_the_page(make_report: Any, make_run: Any) -> None:
    """No terminal commands, no characters that turn the direction of text, no lone surrogates."""
    report = make_report("\u202eeve\x1b[31m\udcff", Verdict.FAILED, output="\x00\x9b", message="\x07")
    text = run_to_html(make_run(report))
    assert not set("\u202e\x1b\x00\x9b\x07") & set(text)
    text.encode()


def test_shades_follow_the_points() -> None:
    """Four steps and full marks; a fault of ours has a look of its own."""

    def part(*verdicts: Verdict) -> PartResult:
        checks = tuple(Outcome("t", "T", False, 1.0, verdict) for verdict in verdicts)
        return PartResult("p", 3.0, checks)

    good, bad = Verdict.PASSED, Verdict.FAILED
    assert shade(part(good)) == "s4"
    assert shade(part(good, good, good, bad)) == "s3"
    assert shade(part(good, bad)) == "s2"
    assert shade(part(bad)) == "s0"
    assert shade(part(Verdict.GRADER_ERROR)) == "grader-error"
    assert shade(None) == "none"
