"""`nnlearn ask`: a question that people ask, with its short answer and where to go on."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path

from nnlearn.catalogue.answers import Answered, Where, read_answers
from nnlearn.catalogue.nearest import did_you_mean
from nnlearn.cli.say import paint, room, say
from nnlearn.errors import NnlearnError
from nnlearn.runtime.output import keep_stdout_for_json
from nnlearn.workspace.workspace import find_workspace

_LINK = re.compile(r"\[([^\]]*)\]\(([^)\s]+)\)")
_WORD = re.compile(r"[^\W_]+")
_ALL = "`nnlearn ask` alone lists all questions"


def show_answer(
    words: Sequence[str] | None = None, as_json: bool = False, content: Path | None = None
) -> None:
    """Print a question with its answer; where several are meant, which they are.

    Args:
        words: The number of a question, or words to be found in it or its answer. None: all questions.
        as_json: As JSON, with the answers to all that are meant.
        content: What `--content` says.

    Raises:
        NnlearnError: No question has that number, or those words.
    """
    answer = keep_stdout_for_json() if as_json else None
    workspace = find_workspace()
    known = read_answers(content or (workspace.source if workspace else None))
    meant = _meant(" ".join(words or ()), known)
    if answer is not None:
        import msgspec

        answer({"schema_version": 1, "questions": msgspec.to_builtins(meant)})
    elif len(meant) == 1:
        say("\n\n".join(_whole(meant[0])))
    else:
        for one in meant:
            say(_hanging(f"{one.number:>3}  ", one.question))
        say("\nTo read the answer: nnlearn ask NUMBER")


def _meant(asked: str, known: Sequence[Answered]) -> Sequence[Answered]:
    """The questions with that number, or with these words; those first that have them in the question."""
    if asked.isdecimal():
        if found := [one for one in known if one.number == int(asked)]:
            return found
        numbers = f"the numbers are {known[0].number} to {known[-1].number}" if known else "it has none"
        raise NnlearnError(f"this course has no question {asked}", f"{numbers}; {_ALL}")
    words = _WORD.findall(asked.lower())
    found = [one for one in known if _has(_text(one), words)]
    if words and not found:
        raise NnlearnError(f"no question and no answer has {_quoted(words)}", _nearest(words, known))
    return sorted(found, key=lambda one: not _has(one.question, words))


def _has(text: str, words: Sequence[str]) -> bool:
    """Whether each of the words begins a word of the text: `bias` is found in `biases`."""
    there = _WORD.findall(text.lower())
    return all(any(known.startswith(word) for known in there) for word in words)


def _text(one: Answered) -> str:
    """All that is said of a question, and what it is answered under and graded by."""
    names = [name for where in one.where for name in (where.topic, *(link.text for link in where.graded))]
    sources = [_LINK.sub(r"\1", source) for source in one.sources]
    return " ".join([one.question, one.answer, one.original, one.correction, *sources, *names])


def _quoted(words: Sequence[str]) -> str:
    return f"`{words[0]}`" if len(words) == 1 else f"all of these words: {', '.join(words)}"


def _nearest(words: Sequence[str], known: Sequence[Answered]) -> str:
    """What somebody may have meant by the word that occurs nowhere."""
    there = sorted({word for one in known for word in _WORD.findall(_text(one).lower())})
    strange = next((word for word in words if not any(known.startswith(word) for known in there)), "")
    nearest = did_you_mean(strange, there, "") if strange else ""
    return nearest if nearest.startswith("did you") else _ALL


def _whole(one: Answered) -> Iterator[str]:
    """A question, its answer, and where to go on, as paragraphs."""
    yield paint(_hanging(f"{one.number}. ", one.question), "bold")
    yield _filled(one.answer or "This course does not answer it yet.")
    if one.original:
        yield _filled(f"The original said: {one.original}")
        yield _filled(one.correction)
    lines = [_hanging("Source: ", _LINK.sub(r"\1 (\2)", source)) for source in one.sources]
    for where in one.where:
        lines += [_hanging(f"{title}: ", text) for title, text in _places(where)]
    if lines:
        yield "\n".join(lines)


def _places(where: Where) -> Iterator[tuple[str, str]]:
    yield "Lesson", f'nnlearn lesson {where.topic}, below "{where.answered.text.strip(chr(34))}"'
    yield "Shown", where.shown.text
    yield "Graded", ", ".join(link.text for link in where.graded)


def _filled(text: str) -> str:
    return _hanging("", text)


def _hanging(first: str, text: str) -> str:
    """`text` wrapped, with `first` before its first line and as much room before the others."""
    return textwrap.fill(
        text,
        room(80),
        initial_indent=first,
        subsequent_indent=" " * len(first),
        break_long_words=False,
        break_on_hyphens=False,
    )
