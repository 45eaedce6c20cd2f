"""Where learners who work in the `.py` answer in words: the questions as comments, and text to fill in.

A person reads it, in the file that is handed in or in the report; nothing runs it, checks it or changes it.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence

from autograder.authoring.master import MasterCell
from autograder.engine.written_answers import ANSWERS

_WIDTH = 100
_FENCED = re.compile(r"(^```.*?^```[^\n]*$)", re.MULTILINE | re.DOTALL)


def answers_code(questions: Sequence[MasterCell]) -> str:
    """`ANSWERS`, with each question above its answer.

    Args:
        questions: The cells that ask them.
    """
    lines = ["# Answered in words, between the quotes: a person reads it.", f"{ANSWERS} = {{"]
    for cell in questions:
        lines += (f"    # {line}".rstrip() for line in _wrapped(cell.public))
        lines += [f'    "{cell.name}": r"""', "", '""",']
    return "\n".join([*lines, "}"])


def _wrapped(question: str) -> Iterator[str]:
    """The lines of a question: its headings as text, its code as it is."""
    first = True
    for piece in _FENCED.split(question.strip()):
        is_code = piece.startswith("```")
        for paragraph in [piece] if is_code else re.split(r"\n\s*\n", piece.strip()):
            if not paragraph.strip():
                continue
            if not first:
                yield ""
            first = False
            text = re.sub(r"^#+ ", "", paragraph.strip())
            yield from paragraph.splitlines() if is_code else textwrap.wrap(text, _WIDTH)
