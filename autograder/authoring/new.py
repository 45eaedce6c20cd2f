"""`nnlearn topic new`: a small topic that works, to be changed piece by piece."""

from __future__ import annotations

import keyword
import re
from pathlib import Path
from string import Template

from autograder.authoring.lesson_gates import RECALL
from nnlearn.catalogue import INTERACTIVE, load_catalogue
from nnlearn.errors import ContentError, OutputError

_SKELETON = Path(__file__).with_name("skeleton")


def write_skeleton(name: str, content: Path | None = None) -> list[Path]:
    """Write the sources of a new topic; `topic build` and `topic check` succeed on them as they are.

    Args:
        name: The topic's name.
        content: The content tree; a folder that is empty or missing becomes one.

    Returns:
        The files that were written.

    Raises:
        ContentError: The name is no module's name, or there is such a topic already.
        OutputError: The tree cannot be written.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or keyword.iskeyword(name):
        raise ContentError(
            f"`{name}` is no name for a topic: expected a Python name in lower case",
            "for example: nnlearn topic new weight_decay",
        )
    root = _root(content)
    solution, checks = root / "solutions" / name, root / "autograder" / "checks" / name
    for folder in (solution, checks, root / "exercises" / name):
        if folder.exists():
            raise ContentError(
                f"there is something at {folder} already, and nothing was written",
                "choose another name, or move that folder away",
            )
    places = {
        "topic": solution / "topic.toml",
        "master": solution / f"{name}.py",
        "interactive": solution / INTERACTIVE,
        "alternative": solution / "alternatives" / "another_way.py",
        "checks": checks / f"test_{name}.py",
        "mistakes": checks / "mistakes" / "__init__.py",
        "mistakes_in_halve": checks / "mistakes" / "halve.py",
    }
    words = {"name": name, "title": name.replace("_", " ").capitalize(), **_way_here(root)}
    try:
        for template, file in places.items():
            text = (_SKELETON / f"{template}.txt").read_text(encoding="utf-8")
            file.parent.mkdir(parents=True, exist_ok=True)
            # Formulas between dollar signs stay as they are.
            file.write_text(Template(text).safe_substitute(words), encoding="utf-8")
    except OSError as error:
        raise OutputError(f"{root} cannot be written: {error.strerror}", "look at its rights") from error
    return list(places.values())


def _way_here(root: Path) -> dict[str, str]:
    """What the lesson says of the topics before it; nothing where it is the first."""
    if not any((root / tree).is_dir() for tree in ("exercises", "solutions")):
        return {"recall": "", "links": ""}
    topics = load_catalogue(root).topics
    if not topics:
        return {"recall": "", "links": ""}
    link = f"[{topics[-1].title}](../{topics[-1].name}/README.md)"
    recall = (
        "",
        f"{RECALL} About {link}:",
        "",
        "1. What did you write there?",
        "2. What did you guess wrong?",
    )
    return {
        "recall": "".join(f"# {line}".rstrip() + "\n" for line in recall),
        "links": f"#\n# Before this topic: {link}.\n",
    }


def _root(content: Path | None) -> Path:
    """The content tree to write into; an instructor's first topic makes one."""
    if content is not None and (not content.exists() or not any(content.iterdir())):
        return content.resolve()
    return load_catalogue(content).root
