"""What a command takes, as data: for the parser, for help and Tab, and for the way past all of them."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nnlearn.errors import EXIT_OK


@dataclass(frozen=True)
class Word:
    """A word behind the name of a command.

    Attributes:
        name: The keyword it is passed as.
        help: What `--help` says of it.
        shown: How the usage shows it; by its name if left out.
        kind: What it is turned into.
        needed: Whether it has to be there.
        many: Whether it stands for all words that are left.
        between: The least and the largest that a number may be.
        offers: What Tab offers for it: a function of `nnlearn.cli.complete`.
    """

    name: str
    help: str
    shown: str = ""
    kind: type = str
    needed: bool = True
    many: bool = False
    between: tuple[int, int] | None = None
    offers: str = ""

    def value_of(self, text: str) -> Any:
        """The word as what it is turned into.

        Raises:
            ValueError: It is something else.
        """
        value = self.kind(text)
        if self.between is not None and not self.between[0] <= value <= self.between[1]:
            raise ValueError(text)
        return value


@dataclass(frozen=True)
class Option:
    """An option: a flag, or one with a value.

    Attributes:
        name: The keyword it is passed as.
        typed: What is typed: `--json`.
        help: What `--help` says of it.
        kind: What its value is turned into; None for a flag.
        shown: How the usage shows its value; by its kind if left out.
    """

    name: str
    typed: str
    help: str
    kind: type | None = None
    shown: str = ""


@dataclass(frozen=True)
class Command:
    """A command.

    Attributes:
        place: The function that runs it, as `module:function`. It takes the words and options as keywords,
            and returns an exit code, or None for 0.
        help: What `--help` says: a sentence, and what else there is to say.
        words: What stands behind its name.
        options: What may stand anywhere.
        takes_keras: Whether it runs in a process that a watch of the workspace keeps, where there is one:
            that one has Keras imported already.
    """

    place: str
    help: str
    words: tuple[Word, ...] = ()
    options: tuple[Option, ...] = ()
    takes_keras: bool = False

    def run(self, **given: Any) -> int:
        """Run it, and return its exit code."""
        if self.takes_keras:
            from nnlearn.watch.asking import run_by_the_watch

            if (done := run_by_the_watch()) is not None:
                return done
        module, _, name = self.place.partition(":")
        code = getattr(importlib.import_module(module), name)(**given)
        return EXIT_OK if code is None else int(code)

    def taken(self, arguments: Sequence[str]) -> dict[str, Any] | None:
        """What was typed behind its name, as keywords; None where that takes a closer look.

        Options with values, help, and whatever is wrong are left to the parser, which takes longer to load
        than most commands take to run.
        """
        flags = {option.typed: option.name for option in self.options if option.kind is None}
        words = [argument for argument in arguments if not argument.startswith("-")]
        if any(argument.startswith("-") and argument not in flags for argument in arguments):
            return None
        found: dict[str, Any] = {flags[argument]: True for argument in arguments if argument in flags}
        for word in self.words:
            try:
                if word.many and words:
                    found[word.name], words = [word.value_of(text) for text in words], []
                elif words:
                    found[word.name] = word.value_of(words.pop(0))
                elif word.needed:
                    return None
            except ValueError:
                return None
        return None if words else found
