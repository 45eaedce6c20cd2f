"""The pages of the site as Sphinx reads them: what learners get, with links that fit the site."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from autograder.authoring.demonstrations import output_key
from autograder.authoring.interactive import stands_below
from autograder.site.guesses import with_forms
from autograder.site.topic_map import topic_map
from nnlearn.catalogue import Catalogue, Topic, came_with_nnlearn
from nnlearn.errors import ContentError
from nnlearn.render.folded import without_comment

_LESSON = re.compile(r"\[([^\]]*)\]\((?:\.\./)*(?:exercises/)?(\w+)/README\.md(#[^)]*)?\)")
_PAGE = re.compile(r"\[([^\]]*)\]\((?:\.\./)+(?:exercises/)?(QUESTIONS|GLOSSARY)\.md(#[^)]*)?\)")
_CODE = re.compile(r"^```python\n(?P<code>.*?)\n```$", re.MULTILINE | re.DOTALL)
_HOW_TO_CHECK = "\n---\n"
_DOCS = ("learners", "instructors", "lms", "cluster", "architecture")
_CHECK_WORDS = ("expect", "laws", "oracles")
AS_IT_IS = "as_it_is"
"""The folder of what goes into the site without a change."""


def write_pages(catalogue: Catalogue, folder: Path) -> None:
    """Write the sources of a site into `folder`.

    Nothing but `exercises/` and what came with nnlearn is read: what learners do not get cannot be in it.

    Raises:
        ContentError: A topic has not been built.
    """
    for topic in catalogue.topics:
        if missing := [file for file in (topic.lesson, topic.notebook) if not file.is_file()]:
            raise ContentError(f"{missing[0]} is missing", f"nnlearn topic build {topic.name} makes it")
    lessons, scripts = folder / "lessons", folder / AS_IT_IS / "lessons"
    lessons.mkdir(parents=True)
    scripts.mkdir(parents=True)
    for topic in catalogue.topics:
        (lessons / f"{topic.name}.md").write_text(_lesson(topic, catalogue), encoding="utf-8")
        shutil.copy(topic.notebook, lessons)
        if topic.interactive.is_file():
            shutil.copy(topic.interactive, scripts / f"{topic.name}.js")
        if (figures := topic.exercise_dir / "figures").is_dir():
            shutil.copytree(figures, lessons / "figures" / topic.name)
    about = ["map"]
    for page in (catalogue.questions_page, catalogue.glossary_page):
        if page.is_file():
            text = _linked(without_comment(page.read_text(encoding="utf-8")), catalogue, "lessons/")
            (folder / page.name.lower()).write_text(text, encoding="utf-8")
            about.append(page.stem.lower())
    (folder / "map.md").write_text(_map(catalogue), encoding="utf-8")
    docs = [f"docs/{name}" for name in _write_docs(catalogue, folder / "docs")]
    (folder / "index.md").write_text(_front(catalogue, about, docs), encoding="utf-8")


def _lesson(topic: Topic, catalogue: Catalogue) -> str:
    """A lesson, with how to come to its exercise in place of where that lies in a folder."""
    text = without_comment(topic.lesson.read_text(encoding="utf-8"))
    text, _, _ = text.rpartition(_HOW_TO_CHECK) if _HOW_TO_CHECK in text else (text, "", "")
    title, _, rest = text.lstrip().partition("\n")
    for added in (_with_interactive, with_forms, _with_outputs):
        rest = added(rest, topic)
    rest = rest.replace("](figures/", f"](figures/{topic.name}/")
    exercise = (
        "```{admonition} The exercise of this lesson\n:class: tip\n"
        f"`nnlearn init` makes a folder with it, `nnlearn check {topic.name}` checks what you wrote, and "
        f"`nnlearn hint` helps.\nOr take the {{download}}`notebook <{topic.name}.ipynb>`, with lesson and "
        "exercise in one.\n```\n"
    )
    return f"{title}\n\n{exercise}{_linked(rest, catalogue, '')}"


def _with_interactive(text: str, topic: Topic) -> str:
    """The lesson with the figure that can be moved below the still one that it belongs to."""
    if not topic.interactive.is_file():
        return text
    name = stands_below(topic.interactive.read_text(encoding="utf-8"))
    before, found, after = text.partition(f"](figures/{name}.png)\n")
    if not (name and found):
        raise ContentError(
            f"{topic.interactive} stands below no figure of the lesson", f"nnlearn topic build {topic.name}"
        )
    home = f'\n<div class="interactive"></div>\n<script defer src="{topic.name}.js"></script>\n'
    return f"{before}{found}{home}{after}"


def _with_outputs(text: str, topic: Topic) -> str:
    """The lesson with what each demonstration prints, once all parts are written, below its code."""
    if not topic.outputs.is_file():
        return text
    outputs = json.loads(topic.outputs.read_text(encoding="utf-8"))

    def printed(found: re.Match[str]) -> str:
        output = outputs.get(output_key(found["code"]))
        if output is None:
            return found[0]
        return f'{found[0]}\n\n<div class="printed">\n\n```text\n{output}\n```\n\n</div>'

    return _CODE.sub(printed, text)


def _linked(text: str, catalogue: Catalogue, lessons: str) -> str:
    """`text` with links that fit the site; what the course does not have is no link.

    Args:
        text: Markdown, with links as they are in a clone.
        catalogue: The course.
        lessons: How the folder of the lessons is reached from the page.
    """
    names = {topic.name for topic in catalogue.topics}
    pages = {page.stem for page in (catalogue.questions_page, catalogue.glossary_page) if page.is_file()}

    def lesson(found: re.Match[str]) -> str:
        said, name, place = found.groups(default="")
        return f"[{said}]({lessons}{name}.md{place})" if name in names else said

    def page(found: re.Match[str]) -> str:
        said, name, place = found.groups(default="")
        return f"[{said}](../{name.lower()}.md{place})" if name in pages else said

    return _PAGE.sub(page, _LESSON.sub(lesson, text))


def _map(catalogue: Catalogue) -> str:
    lines = []
    for topic in catalogue.topics:
        before = [f"[{name}](lessons/{name}.md)" for name in topic.requires]
        takes = f", {topic.effort}" if topic.effort else ""
        stands = f" Stands on {', '.join(before)}." if before else ""
        lines.append(f"1. [{topic.title}](lessons/{topic.name}.md){takes}. {topic.summary}{stands}\n")
    return (
        "# The map of the course\n\n"
        "The topics in their order. An arc leads from each to those that stand on it.\n\n"
        f'<div class="map">\n{topic_map(catalogue.topics)}\n</div>\n\n## As a list\n\n{"".join(lines)}'
    )


_FRONT = """\
# nnlearn

Learn what happens inside a neural network by building its pieces. Read a lesson, write in Keras what it is
about, and be told at once what is wrong: not that an assertion failed, but which mistake it looks like.

"""
_TO_BEGIN = """\
`nnlearn init`
: makes a folder with the exercises.

`nnlearn`
: checks your work in it each time you save.

"""


def _front(catalogue: Catalogue, about: list[str], docs: list[str]) -> str:
    lines = [f"[The map](map.md)\n: {len(catalogue.topics)} topics, and which stands on which.\n"]
    said = ""
    if first := next(iter(catalogue.topics), None):
        said = _said_of_a_mistake(first)
        lines.insert(0, f"[{first.title}](lessons/{first.name}.md)\n: The first lesson. {first.summary}\n")
    if "questions" in about:
        lines.append("[Questions and answers](questions.md)\n: What people ask, each with a short answer.\n")
    if "docs/learners" in docs:
        lines.append(
            "[The first ten minutes](docs/learners.md)\n: From nothing to the first part that passes.\n"
        )
        lines.append(
            "[With a class](docs/instructors.md)\n: Hand out, grade in isolation, give feedback, export.\n"
        )
    lessons = [f"lessons/{topic.name}" for topic in catalogue.topics]
    contents = {"Lessons": lessons, "The course": about, "How to": docs}
    return _FRONT + said + _TO_BEGIN + "\n".join(lines) + "".join(map(_contents, contents, contents.values()))


def _said_of_a_mistake(topic: Topic) -> str:
    """The shortest thing that a check says of a mistake in the topic's first part, as an example."""
    if not topic.diagnoses.is_file():
        return ""
    mistakes = json.loads(topic.diagnoses.read_text(encoding="utf-8"))["mistakes"]
    messages = [one["message"] for one in mistakes if one["part"] == topic.parts[0].name]
    return f"> Of a wrong `{topic.parts[0].name}`, say: *{min(messages, key=len)}*\n\n" if messages else ""


def _contents(caption: str, pages: list[str]) -> str:
    """A part of the navigation."""
    return f"\n```{{toctree}}\n:hidden:\n:caption: {caption}\n\n" + "\n".join(pages) + "\n```\n"


def _write_docs(catalogue: Catalogue, folder: Path) -> Iterator[str]:
    """The pages about nnlearn itself, as far as they came with it; gives their names."""
    root = came_with_nnlearn()
    folder.mkdir()
    if (root / "docs").is_dir():
        for name in _DOCS:
            text = (root / "docs" / f"{name}.md").read_text(encoding="utf-8")
            (folder / f"{name}.md").write_text(
                _linked(text, catalogue, "../lessons/").replace("](../CONTRIBUTING.md)", "](authors.md)"),
                encoding="utf-8",
            )
            yield name
        shutil.copytree(root / "docs" / "images", folder / "images")
        text = (root / "CONTRIBUTING.md").read_text(encoding="utf-8")
        (folder / "authors.md").write_text(text.replace("](docs/", "]("), encoding="utf-8")
        yield "authors"
    words = "".join(
        f"\n## `{name}`\n\n```{{eval-rst}}\n.. automodule:: nnlearn.checking.{name}\n   :members:\n   "
        ":imported-members:\n```\n"
        for name in _CHECK_WORDS
    )
    text = f"# The words that checks are written in\n{words}"
    (folder / "reference.md").write_text(text, encoding="utf-8")
    yield "reference"
