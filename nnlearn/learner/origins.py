"""Where the objects that a check speaks of come from: as Python that makes them again, and in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from nnlearn.learner.literals import LONGEST, written
from nnlearn.learner.operations import FUNCTION, OPERATE, expression, needs_brackets
from nnlearn.learner.record import Exchange
from nnlearn.learner.words import Words
from nnlearn.protocol.functions import text_of
from nnlearn.protocol.requests import KERAS, MODULE
from nnlearn.protocol.values import BY_NAME, HELPER, PART, Handle

READS = ("get_weights", "get_config", "count_params")
"""Methods that change nothing, and run nothing but themselves."""
SETS = ("set_weights", "assign", "compile", "reset_metrics")
"""Methods that prepare an object for what a check is about."""
_COMPILED = "compiled"
_ONLY_READ = (_COMPILED, "derivatives")  # what a helper does not change, nor a call of it
_SAID = 200
# What these make has weights, which begin at random: text does not make it again.
_WITH_WEIGHTS = ("keras.layers.", "keras.Sequential", "keras.Model", "keras.Input")


class Origins:
    """What made each object of one check, and what happened to it since.

    Args:
        exchanges: What the check asked, and what came back.
    """

    def __init__(self, exchanges: Sequence[Exchange]) -> None:
        self._exchanges = exchanges
        self._made: dict[int, tuple[int, tuple[Any, ...]]] = {}
        self._handles: dict[int, Handle] = {}
        self._owner: dict[int, int] = {}
        self._uses: dict[int, list[int]] = defaultdict(list)
        # An object that was spoken of before it came back is made by nothing: what a learner's process
        # replies may be anything, and nothing is made by itself.
        self._spoken_of: set[int] = set()
        for place, exchange in enumerate(exchanges):
            self._look_at(place, exchange)

    def _look_at(self, place: int, exchange: Exchange) -> None:
        verb, target, *_ = exchange.request
        if verb in ("call", "set") and self.method(target) not in READS and not _only_wraps(target):
            mentioned = {self.owner(handle) for _, handle in _handles_in(exchange.request[2:])}
            for owner in mentioned | {self.owner(target), self.owner(self.within(target))}:
                self._uses[owner].append(place)
        self._spoken_of |= {one.id for _, one in _handles_in(exchange.request[1:])}
        self._spoken_of |= {target} if isinstance(target, int) else set()
        for path, handle in _handles_in(exchange.reply[1:2]):
            if handle.id in self._spoken_of:
                continue
            self._spoken_of.add(handle.id)
            self._made[handle.id] = place, path[1:]
            self._handles[handle.id] = handle
            inside = verb != "call" and isinstance(target, int)
            self._owner[handle.id] = self.owner(target) if inside else handle.id

    def owner(self, target: Handle | int) -> int:
        """The object that an attribute or an item belongs to; an object itself; -1 of what has a name."""
        if isinstance(target, Handle):
            if target.kind in BY_NAME:
                return -1
            target = target.id
        return self._owner.get(target, target)

    def handle(self, target: Handle | int) -> Handle | None:
        """The handle of what a request goes to."""
        return target if isinstance(target, Handle) else self._handles.get(target)

    def making(self, target: Handle | int) -> Exchange | None:
        """What was asked when the object came back, or None for what was there before."""
        known = self._made.get(target if isinstance(target, int) else target.id)
        named = isinstance(target, Handle) and target.kind in BY_NAME
        return self._exchanges[known[0]] if known and not named else None

    def making_place(self, target: Handle | int) -> int:
        """The place of that exchange."""
        return self._made[target if isinstance(target, int) else target.id][0]

    def method(self, target: Handle | int) -> str:
        """The name under which `target` was asked for as an attribute, or an empty string."""
        making = self.making(target)
        return str(making.request[2]) if making and making.request[0] == "get" else ""

    def part_of(self, target: Handle | int) -> str:
        """The part whose object `target` is, or an attribute of one; an empty string if of none."""
        if isinstance(target, Handle) and target.kind == PART:
            return target.name
        making = self.making(self.owner(target))
        if making is None or making.request[0] not in ("call", "get"):
            return ""
        maker = making.request[1]
        return self.part_of(maker) if isinstance(maker, Handle) or maker not in (MODULE, KERAS) else ""

    def helper_of(self, target: Handle | int) -> str:
        """The helper that made the object, or an empty string."""
        making = self.making(target)
        made_by = making.request[1] if making and making.request[0] == "call" else None
        return made_by.name if isinstance(made_by, Handle) and made_by.kind == HELPER else ""

    def within(self, target: Handle | int) -> Handle | int:
        """What a compiled function calls; anything else is what it is."""
        making = self.making(target) if self.helper_of(target) == _COMPILED else None
        if making is None:
            return target
        (called,) = making.request[2]
        if not isinstance(called, Handle):  # what came in the place of an object
            return target
        return called if called.kind in BY_NAME else called.id

    def is_of_keras(self, target: Handle | int) -> bool:
        """Whether it is a module, a class or a function of Keras, and no object that was made."""
        while (making := self.making(target)) is not None and making.request[0] == "get":
            target = making.request[1]
        return target == KERAS

    def uses(self, target: Handle | int, until: int) -> list[Exchange]:
        """The calls and changes that an object took part in before a place, but for those that made it."""
        if self.helper_of(target) == FUNCTION:
            return []
        mine = self._places(target)
        found = {place for owner in self._owners(target) for place in self._uses[owner]}
        return [self._exchanges[place] for place in sorted(found - mine) if place < until]

    def is_used_outside(self, target: Handle, inside: set[int], until: int) -> bool:
        """Whether an object took part in a call or a change before a place, but for those of some places."""
        return any(place < until and place not in inside for place in self._uses[self.owner(target)])

    def made_after(self, target: Handle | int, until: int) -> bool:
        """Whether the learner's code has made another object since it made this one, before a place."""
        if self.helper_of(target) == FUNCTION:
            return False
        since = self._exchanges[max(self._places(target), default=until) + 1 : until]
        calls = (one for one in since if one.request[0] == "call" and self.part_of(one.request[1]))
        return any(isinstance(reply, Handle) for one in calls for reply in one.reply[1:2])

    def _places(self, target: Handle | int) -> set[int]:
        """The exchanges that `python` repeats."""
        return set().union(*({place} for place, _ in self._path(target)))

    def _owners(self, target: Handle | int) -> set[int]:
        return {self.owner(one) for _, one in self._path(target)} - {-1, MODULE, KERAS}

    def _path(self, target: Handle | int) -> Iterator[tuple[int, Handle | int]]:
        """What made an object, what made that, and so on."""
        if isinstance(target, Handle) and target.kind in BY_NAME:
            return
        number = target if isinstance(target, int) else target.id
        if number not in self._made:
            return
        place, _ = self._made[number]
        yield place, number
        exchange = self._exchanges[place]
        yield from self._path(exchange.request[1])
        for _, handle in _handles_in(exchange.request[2:]):
            yield from self._path(handle)

    def python(self, value: Any) -> str | None:
        """Python that makes a value again, or None where there is none, or none that is short.

        Names of parts, `keras` and `np` stand in it.
        """
        text = self._python(value)
        return text if text is not None and len(text) <= LONGEST else None

    def _python(self, value: Any) -> str | None:
        if isinstance(value, Handle):
            return self._python_of(value)
        if isinstance(value, (list, tuple)):
            items = [self._python(item) for item in value]
            if any(item is None for item in items):
                return None
            inner = ", ".join(map(str, items))
            if isinstance(value, list):
                return f"[{inner}]"
            return f"({inner},)" if len(items) == 1 else f"({inner})"
        if isinstance(value, dict):
            pairs = [(self._python(key), self._python(item)) for key, item in value.items()]
            known = all(text is not None for pair in pairs for text in pair)
            return f"{{{', '.join(f'{key}: {text}' for key, text in pairs)}}}" if known else None
        return written(value)

    def _python_of(self, target: Handle | int) -> str | None:
        if isinstance(target, Handle) and target.kind in BY_NAME:
            return target.name if target.kind == PART else None
        number = target if isinstance(target, int) else target.id
        if number == KERAS:
            return "keras"
        if number not in self._made:
            return None
        place, path = self._made[number]
        verb, maker, *operands = self._exchanges[place].request
        inside = "".join(f"[{key!r}]" for key in path)
        if verb == "get" and maker == MODULE:
            return f"{operands[0]}{inside}"
        if self.helper_of(number) == OPERATE:
            texts = [self._operand(value) for value in operands[0][1:]]
            return None if None in texts else expression(operands[0][0], [str(text) for text in texts])
        if isinstance(maker, Handle) and maker.kind == HELPER and maker.name == FUNCTION:
            texts = [self._python(value) for value in operands[0][1:]]
            return None if None in texts else text_of(operands[0][0], [str(text) for text in texts])
        base = self._operand(maker)
        if base is None:
            return None
        if verb == "get":
            return f"{base}.{operands[0]}{inside}"
        if verb == "item":
            return f"{base}[{operands[0]!r}]{inside}"
        if verb != "call" or base.startswith(_WITH_WEIGHTS):
            return None
        arguments = self._arguments(*operands)
        return None if arguments is None else f"{base}({arguments}){inside}"

    def _operand(self, value: Any) -> str | None:
        """The same, in brackets where it is an operation itself, or a negative number."""
        text = self._python_of(value) if isinstance(value, int) else self._python(value)
        if text is None or not self._is_composed(value):
            return text
        return f"({text})"

    def _is_composed(self, value: Any) -> bool:
        if isinstance(value, Handle) and value.kind not in BY_NAME:
            making = self.making(value)
            made_so = making is not None and self.helper_of(value) == OPERATE
            return making is not None and made_so and needs_brackets(making.request[2][0])
        return isinstance(value, float) and value < 0

    def _arguments(self, args: Sequence[Any], kwargs: dict[str, Any]) -> str | None:
        texts = [self._python(value) for value in args]
        named = {key: self._python(value) for key, value in kwargs.items()}
        if None in (*texts, *named.values()):
            return None
        return ", ".join([*map(str, texts), *(f"{key}={text}" for key, text in named.items())])

    def said(self, value: Any, names: Mapping[int, str] | None = None) -> str:
        """Any value in words: what made it, with large arguments left out.

        Args:
            value: Plain data, and handles.
            names: What objects go by, by their numbers, that have been given a name.
        """
        text = Words(self, names or {}).of(value)
        return text if len(text) <= _SAID else f"{text[: _SAID - 3]}..."

    def known(self, number: int) -> tuple[Exchange, str] | None:
        """The exchange that an object came back in, and where in its reply; None of what was there before."""
        if number not in self._made:
            return None
        place, path = self._made[number]
        return self._exchanges[place], "".join(f"[{key!r}]" for key in path)


def _only_wraps(target: Handle | int) -> bool:
    """Whether a call of this does nothing yet with what it is handed."""
    return isinstance(target, Handle) and target.kind == HELPER and target.name in _ONLY_READ


def _handles_in(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Handle]]:
    """The handles in plain data, each with the keys that lead to it; a request's target may be a number."""
    if isinstance(value, Handle):
        yield path, value
    elif isinstance(value, (list, tuple)):
        for place, item in enumerate(value):
            yield from _handles_in(item, (*path, place))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _handles_in(item, (*path, key))
