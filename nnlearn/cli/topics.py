"""`nnlearn list` and `nnlearn progress`: the topics, their parts, and what is done."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path

from nnlearn.catalogue import Part, Response, Topic
from nnlearn.cli.named import named
from nnlearn.cli.place import Place, here
from nnlearn.cli.say import paint, room, say
from nnlearn.runtime.output import keep_stdout_for_json
from nnlearn.workspace.workspace import Workspace

PASSED = "passed"
_UNTOUCHED = ("", "not_written")
_BAR = 20


def show_topics(name: str | None = None, content: Path | None = None) -> None:
    """Print the topics, what each stands on, and in a workspace how far it is; of one its parts, too.

    Args:
        name: A topic, or a part or file of one: then that one. If left out all, or the only one there is.
        content: What `--content` says.
    """
    found = named(name, content) if name is not None else None
    place = found.place if found else here(content)
    topics = [found.topic] if found else place.catalogue.topics
    if len(topics) == 1:
        _show_topic(place, topics[0])
    elif topics:
        _show_course(place, topics)
    place.say_notes()
    if place.workspace is None:
        if content is None and place.catalogue.topics:
            say("\nMake a workspace to work on them: nnlearn init")
    elif step := next_step(place):
        say(f"\nNext: {step}")


def _show_topic(place: Place, topic: Topic) -> None:
    verdicts = verdicts_of(place, topic)
    said = [topic.title, *filter(None, [topic.effort])]
    count = f"   {_count(topic, verdicts)}" if place.workspace else ""
    say(f"{topic.name}: {', '.join(said)}{count}")
    say(textwrap.fill(topic.summary, room(80), initial_indent="  ", subsequent_indent="  "))
    for row in _rows(place, topic, verdicts):
        say(f"    {row}")


def _show_course(place: Place, topics: Sequence[Topic]) -> None:
    """A line for each topic; below them, how to see the parts of one."""
    rows = [("topic", "takes", *(["state"] if place.workspace else []), "stands on")]
    for topic in topics:
        state = [_standing(place, topic)] if place.workspace else []
        rows.append((topic.name, topic.effort.removeprefix("about "), *state, ", ".join(topic.requires)))
    *widths, _ = (max(map(len, column)) for column in zip(*rows, strict=True))
    for number, (*cells, last) in enumerate(rows):
        padded = [f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True)]
        first = "  ".join([*padded, ""])
        line = textwrap.fill(last, room(100), initial_indent=first, subsequent_indent=" " * len(first))
        say(paint(line, "bold" if number == 0 else "") if last else first.rstrip())
    say("\nThe parts of a topic: nnlearn list TOPIC")


def _standing(place: Place, topic: Topic) -> str:
    """How far a topic is, and whether it can be started: what it stands on is done, as far as it is here."""
    verdicts = verdicts_of(place, topic)
    if _is_done(place, topic):
        return "done"
    if any(verdict not in _UNTOUCHED for verdict in verdicts.values()):
        return f"{_passed(topic, verdicts)} of {len(topic.parts)} parts"
    before = [other for other in place.catalogue.topics if other.name in topic.requires]
    return "ready to start" if all(_is_done(place, other) for other in before) else "later"


def _is_done(place: Place, topic: Topic) -> bool:
    return _passed(topic, verdicts_of(place, topic)) == len(topic.parts)


def show_progress(as_json: bool = False, content: Path | None = None) -> None:
    """Print how much of each topic is done."""
    answer = keep_stdout_for_json() if as_json else None
    place = here(content)
    if answer is not None:
        answer(_as_dict(place))
    else:
        _show_bars(place)
    place.say_notes()


def next_step(place: Place) -> str:
    """The command for the first part that does not pass, or an empty string if all do."""
    for topic in place.catalogue.topics:
        verdicts = verdicts_of(place, topic)
        if _passed(topic, verdicts) < len(topic.parts):
            started = any(verdict not in _UNTOUCHED for verdict in verdicts.values())
            return f"nnlearn check {topic.name}" if started else f"nnlearn lesson {topic.name}"
    return ""


def verdicts_of(place: Place, topic: Topic) -> dict[str, str]:
    """The last verdict of each part that was checked; none outside a workspace."""
    return place.workspace.progress.verdicts(topic.name) if place.workspace else {}


def _rows(place: Place, topic: Topic, verdicts: dict[str, str]) -> Iterator[str]:
    """A line for each part, in columns."""
    rows = [
        (part.name, points_of(part), part.effort, _state(place, topic, part, verdicts))
        for part in topic.parts
    ]
    *widths, _ = (max(map(len, column)) for column in zip(*rows, strict=True))
    for *cells, state in rows:
        padded = (f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True) if width)
        yield "  ".join([*padded, state]).rstrip()


def points_of(item: Part | Response) -> str:
    """What a part or an answer in words is worth."""
    return f"{item.points:g} {'point' if item.points == 1 else 'points'}"


def _state(place: Place, topic: Topic, part: Part, verdicts: dict[str, str]) -> str:
    """The state of a part in words, and how many hints were read."""
    if place.workspace is None:
        return ""
    verdict = verdicts.get(part.name, "")
    words = verdict.replace("_", " ") or "not checked yet"
    style = "green" if verdict == PASSED else "" if verdict in _UNTOUCHED else "red"
    used = place.workspace.progress.hints_used(topic.name, part.name)
    hints = f", {used} of {len(part.hints)} hints" if used else ""
    return f"{paint(words, style)}{hints}"


def _count(topic: Topic, verdicts: dict[str, str]) -> str:
    return f"{_passed(topic, verdicts)} of {len(topic.parts)} parts pass"


def _passed(topic: Topic, verdicts: dict[str, str]) -> int:
    return sum(verdicts.get(part.name) == PASSED for part in topic.parts)


def _show_bars(place: Place) -> None:
    if place.workspace is None:
        say("Progress is kept in a workspace, and this folder is in none.\nMake one: nnlearn init")
        return
    width = max((len(topic.name) for topic in place.catalogue.topics), default=0)
    done = total = 0
    for topic in place.catalogue.topics:
        verdicts = verdicts_of(place, topic)
        passed = _passed(topic, verdicts)
        filled = round(_BAR * passed / len(topic.parts))
        bar = paint("#" * filled, "green") + "-" * (_BAR - filled)
        say(f"{topic.name:<{width}}  [{bar}]  {_count(topic, verdicts)}{_guessed(place.workspace, topic)}")
        done, total = done + passed, total + len(topic.parts)
    say(f"\n{done} of {total} parts pass. The state is that of the last check.")
    if step := next_step(place):
        say(f"Next: {step}")


def _guessed(workspace: Workspace, topic: Topic) -> str:
    """How good the first guesses were, which nobody can better afterwards."""
    guesses = workspace.progress.guesses(topic.name)
    return f", first guesses {sum(guesses.values())} of {len(guesses)}" if guesses else ""


def _as_dict(place: Place) -> dict[str, object]:
    return {
        "schema_version": 1,
        "workspace": str(place.workspace.root) if place.workspace else None,
        "topics": [
            {
                "topic": topic.name,
                "title": topic.title,
                "first_guesses": place.workspace.progress.guesses(topic.name) if place.workspace else {},
                "parts": [
                    {
                        "name": part.name,
                        "points": part.points,
                        "verdict": verdicts_of(place, topic).get(part.name),
                        "hints_used": place.workspace.progress.hints_used(topic.name, part.name)
                        if place.workspace
                        else 0,
                    }
                    for part in topic.parts
                ],
            }
            for topic in place.catalogue.topics
        ],
    }
