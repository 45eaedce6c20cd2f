"""A way past the command line's parser for what learners type most.

The parser takes longer to load than these commands take to run. What it would have to look at closely,
options with values, help, the wrong number of words, is left to it.
"""

from __future__ import annotations

import importlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from nnlearn.errors import EXIT_OK


@dataclass(frozen=True)
class Quick:
    """A command that needs no parser.

    Attributes:
        function: Where it is: `module:function`. Takes the words, and a keyword for each flag; returns an
            exit code, or None for 0.
        least: The smallest number of words.
        most: The largest.
        flags: For each flag the keyword that it makes true.
        second: What the second word may be; anything if left out.
    """

    function: str
    least: int = 0
    most: int = 0
    flags: Mapping[str, str] = field(default_factory=dict)
    second: Collection[str] = ()

    def fits(self, words: Sequence[str], flags: Sequence[str]) -> bool:
        """Whether the command can be run on these without a closer look."""
        right = self.least <= len(words) <= self.most and set(flags) <= set(self.flags)
        return right and (not self.second or not words[1:] or words[1] in self.second)


QUICK = {
    "init": Quick("nnlearn.cli.init:make_workspace", 0, 99),
    "list": Quick("nnlearn.cli.topics:show_topics"),
    "hint": Quick("nnlearn.cli.hint:show_hint", 1, 2, {"--again": "again"}, ("1", "2", "3")),
    "lesson": Quick(
        "nnlearn.cli.lesson:show_lesson", 1, 1, {"--browser": "in_browser", "--jupyter": "in_jupyter"}
    ),
    "progress": Quick("nnlearn.cli.topics:show_progress", 0, 0, {"--json": "as_json"}),
    "reset": Quick("nnlearn.cli.reset:reset_work", 1, 1),
    "solution": Quick("nnlearn.cli.solution:show_solution", 1, 1),
    "doctor": Quick(
        "nnlearn.cli.doctor:show_findings", 0, 0, {"--json": "as_json", "--thorough": "thorough"}
    ),
}


def run_quickly(arguments: Sequence[str]) -> int | None:
    """Run the command if it is one of these; return its exit code, or None if the parser is needed."""
    quick = QUICK.get(arguments[0]) if arguments else None
    if quick is None:
        return None
    words = [argument for argument in arguments[1:] if not argument.startswith("-")]
    flags = [argument for argument in arguments[1:] if argument.startswith("-")]
    if not quick.fits(words, flags):
        return None
    module, _, name = quick.function.partition(":")
    function = getattr(importlib.import_module(module), name)
    code = function(*words, **{quick.flags[flag]: True for flag in flags})
    return EXIT_OK if code is None else int(code)
