"""Puts the call that an answer came from into words: `softmax(logits, axis=0)` and what `logits` is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from nnlearn.learner.formulas import Formula
from nnlearn.learner.operations import CHAIN, FUNCTION, GRAPH, OPERATE
from nnlearn.learner.origins import READS, SETS, Origins
from nnlearn.learner.record import Exchange
from nnlearn.learner.writing import Writing, kind_of, new_name
from nnlearn.protocol.values import BY_NAME, HELPER, PART, Handle

_HELPED = {
    "gradient": "gradient of {}",
    "value_and_gradient": "value and gradient of {}",
    "weight_gradients": "gradients of the weights of {}",
    "traced": "traced call of {}",
    "on_tensors": "{}",
    "kept": "list({})",
    "arguments_after": "what was given, after {}",
    "steps": "weights after each {}",
    "moved_generators": "global generators that are moved by {}",
    "written_over": "what was given, after writing into what comes of {}",
    "reused": "{}, after which what was given is overwritten with zeros",
    "each": "each of {}",
    "rates_of_epochs": "rates after epochs with {}",
    "ends_of_trainings": "ends of trainings with {}",
}
"""How a helper that is handed a function reads; what looks like Python is."""
_PARAMETERS = {"rates_of_epochs": ("rate", "logs", "later_logs"), "ends_of_trainings": ("trainings",)}
"""What a helper calls what it is given besides."""
_INSIDE = "gradients of the weights inside {}"
ON_TENSORS, _KEPT = "on_tensors", "kept"
_IN_PYTHON = (ON_TENSORS, _KEPT)
_MAKERS = ("recorder", "ramp", "scaler", "compiled", "walked_once", FUNCTION, GRAPH, CHAIN)
_DERIVATIVES, _DISTINCT = "derivatives", "distinct"
_ON_GRAPH, _NAMES_ON_GRAPH = "on_graph", "names_on_graph"
_OF_A_GRAPH = ("grads", "names")
_KERAS_NAMES = {
    **dict.fromkeys(("fit", "train_on_batch", "evaluate"), ("x", "y")),
    "set_weights": ("weights",),
    "from_config": ("config",),
    "assign": ("value",),
    "apply": ("gradients", "weights"),
}


@dataclass(frozen=True)
class CallText:
    """A call in words.

    Attributes:
        call: The call as one would type it, with what is not short by name.
        where: For each of these names, what it stands for: `z: shape (4, 3), float32`; and what was looked
            at afterwards, if the answer is not what came back.
        line: Python that makes the call with nothing that is not there already, the learner's parts, `keras`
            and `np`: `softmax(np.float32([1.0, 2.0]))`; an empty string where it takes more than that.
        given: What the names stand for, as a request has it.
        as_tensors: Whether arrays are handed over as tensors.
        place: Which exchange it is.
        answers: The exchanges in which the answer came, if not in that one.
        is_walked: Whether the answer is all that an iterator gave.
        is_kept: Whether the classes of what is in the answer came back beside it.
    """

    call: str
    where: tuple[str, ...]
    line: str = ""
    given: tuple[tuple[str, Any], ...] = ()
    as_tensors: bool = False
    place: int = 0
    answers: tuple[int, ...] = ()
    is_walked: bool = False
    is_kept: bool = False


class Calls:
    """Puts the calls of one check into words.

    Args:
        exchanges: What was asked, and what came back.
        parameters: The names of the parameters of parts, and of methods: `Dropout.call`.
    """

    def __init__(self, exchanges: Sequence[Exchange], parameters: Mapping[str, tuple[str, ...]]) -> None:
        self._exchanges = exchanges
        self._parameters = parameters
        self._origins = Origins(exchanges)

    def behind(self, place: int) -> CallText | None:
        """The call that an answer came from: that one, or the last before it that does something."""
        verb, target, *operands = self._exchanges[place].request
        if verb == "prediction":
            return CallText(f'PREDICTIONS["{operands[0]}"]', (), place=place)
        if verb in ("next", "iter"):
            return self._of_iterator(target)
        if self._is_act(place):
            return self.of(self._last_of_life(place))
        before = next((p for p in range(place - 1, -1, -1) if self._is_act(p)), None)
        if before is None:
            return self.of(place) if verb == "call" else None
        return self._with_a_look(before, place)

    def _last_of_life(self, place: int) -> int:
        """Of an object that was made there, the last call so far: what is said of it is so since then."""
        made = self._exchanges[place].reply[1:2]
        if not (made and isinstance(made[0], Handle)):
            return place
        owner = made[0].id
        later = range(len(self._exchanges) - 1, place, -1)
        of_it = (p for p in later if self._origins.owner(self._exchanges[p].request[1]) == owner)
        return next((p for p in of_it if self._is_act(p)), place)

    def last(self) -> CallText | None:
        """The last call of what a check is about, or the last of any kind."""
        places = range(len(self._exchanges) - 1, -1, -1)
        act = next((p for p in places if self._is_act(p) or self._exchanges[p].request[0] == "next"), None)
        if act is not None:
            return self.behind(act)
        return next((self.of(p) for p in places if self._exchanges[p].request[0] == "call"), None)

    def _of_iterator(self, target: Handle | int) -> CallText | None:
        """The call that gave an iterator, with all that it gave in a list if that had an end."""
        walked = [p for p, e in enumerate(self._exchanges) if e.request[:2] == ("next", target)]
        ended = any(self._exchanges[p].reply[0] == "end" for p in walked)
        making = self._origins.making(target)
        while making is not None and making.request[0] != "call":
            target = making.request[1]
            making = self._origins.making(target)
        if making is None:
            return None
        text = self.of(self._origins.making_place(target))
        if ended:
            text = replace(text, call=f"list({text.call})", line=f"list({text.line})" if text.line else "")
        return replace(text, answers=tuple(walked), is_walked=True)

    def _with_a_look(self, before: int, place: int) -> CallText:
        """The call before, and what was read of an object afterwards, which then goes by a name."""
        verb, target, *operands = self._exchanges[place].request
        owner = self._origins.owner(target)
        told, handle = self.of(before, owner), self._origins.handle(owner)
        if verb not in ("call", "get", "array") or handle is None:
            return told
        told = replace(told, line="", answers=(place,))
        if self._origins.making_place(owner) >= before:  # it came back, or was made of that
            its = [f"afterwards: its {operands[0]}"] if verb == "get" else []
            return replace(told, where=(*told.where, *its))
        names = {value.id: name for name, value in told.given if isinstance(value, Handle)}
        if owner not in names:
            name = names[owner] = new_name(kind_of(handle), [known for known, _ in told.given])
            where = (*told.where, f"{name}: {self._origins.said(handle)}")
            told = replace(told, where=where, given=(*told.given, (name, handle)))
        seen = self._origins.said(self._origins.handle(target), names)
        if verb != "array":
            seen += "()" if verb == "call" else f".{operands[0]}"
        between = self._origins.uses(owner, place)[len(self._origins.uses(owner, before + 1)) :]
        since = ", with what was set by then" if between else ""
        return replace(told, where=(*told.where, f"afterwards: {seen}{since}"))

    def _is_act(self, place: int) -> bool:
        """Whether it is a call that runs what a check is about, and neither looks nor prepares."""
        verb, target, *_ = self._exchanges[place].request
        if verb == "prediction":
            return True
        if verb != "call":
            return False
        if isinstance(target, Handle) and target.kind == HELPER:
            return target.name not in _MAKERS
        method, part = self._origins.method(target), self._origins.part_of(target)
        if part:
            return method not in (*(name for name in READS if name != "get_config"), *SETS)
        looks_at_graph = method in _OF_A_GRAPH and self._origins.helper_of(self._origins.owner(target)) in (
            GRAPH,
            CHAIN,
        )
        looks = looks_at_graph or method in (*READS, *SETS)
        return not self._origins.is_of_keras(target) and not looks

    def of(self, place: int, looked_at: int | None = None) -> CallText:
        """The call at this place.

        Args:
            place: Which exchange.
            looked_at: An object that is spoken of afterwards, so that it needs a name.
        """
        _, target, args, kwargs = self._exchanges[place].request
        args = list(args)
        if isinstance(target, Handle) and target.kind == HELPER and not kwargs:
            writing = Writing(self._origins, place, looked_at)
            if (call := self._of_objects(target.name, args, writing)) is not None:
                is_python = not writing.given and target.name in (OPERATE, _DISTINCT)
                where, given = tuple(writing.where), tuple(writing.given)
                return CallText(call, where, call if is_python else "", given, place=place, answers=(place,))
        helper, upstream, wrt, said = "", None, None, "{}"
        if isinstance(target, Handle) and target.kind == HELPER and target.name in _HELPED:
            helped, *rest = args or [None]
            if isinstance(helped, Handle):  # and not what came in the place of an object
                helper, kwargs, args = target.name, dict(kwargs), rest
                upstream, wrt = kwargs.pop("upstream", None), kwargs.pop("wrt", 0)
                said = _HELPED[helper] if kwargs.pop("of", None) is None else _INSIDE
                target = helped if helped.kind in BY_NAME else helped.id
        if (within := self._origins.within(target)) != target:
            helper, target, said = "traced", within, _HELPED["traced"]
        writing = Writing(self._origins, place, looked_at)
        callee = writing.callee(target)
        names = _PARAMETERS.get(helper) or self._names_for(target)
        texts = [
            writing.argument(value, names[i] if i < len(names) else f"x{i or ''}")
            for i, value in enumerate(args)
        ]
        arrays = sum(isinstance(value, np.ndarray) for value in args)
        by = f" with respect to {texts[wrt]}" if helper.endswith("gradient") and wrt and arrays > 1 else ""
        texts += [f"{key}={writing.argument(value, key)}" for key, value in kwargs.items()]
        if upstream is not None:
            writing.argument(upstream, "upstream")
        call = said.format(f"{callee}({', '.join(texts)})") + by
        line = writing.line(args, kwargs) if helper in ("", *_IN_PYTHON) else ""
        line = _HELPED[helper].format(line) if line and helper else line
        where = tuple(writing.where)
        if helper == ON_TENSORS:
            where, line = tuple(row.replace("shape ", "tensor of shape ") for row in where), ""
        text = CallText(call, where, line, tuple(writing.given), helper == ON_TENSORS, place, (place,))
        return replace(text, is_kept=helper == _KEPT)

    def _of_objects(self, helper: str, args: Sequence[Any], writing: Writing) -> str | None:
        """What a helper does with objects and graphs, in words; None of any other."""
        looked_at = self._origins.handle(writing.looked_at) if writing.looked_at is not None else None
        if helper in (_ON_GRAPH, _NAMES_ON_GRAPH):
            called, graph, *names = args
            name = writing.argument(graph, "graph")
            call = f"{self._origins.said(called)}({', '.join(_nodes(name, each) for each in names)})"
            return f"{name}.names({call})" if helper == _NAMES_ON_GRAPH else call
        if helper == OPERATE:
            operator, *operands = args
            return Formula(self._origins, writing, operands, [looked_at]).operation(operator, operands)
        if helper == _DISTINCT:
            formula = Formula(self._origins, writing, args, [looked_at])
            return f"len({{{', '.join(map(formula.text, args))}}})"
        if helper == _DERIVATIVES:
            root, *sources = args
            formula = Formula(self._origins, writing, args, sources)
            letters = [formula.letter(source) for source in sources]
            return f"derivatives of {formula.text(root)} by {' and '.join(letters)}"
        return None

    def _names_for(self, target: Handle | int) -> tuple[str, ...]:
        """The names of the parameters of what is called; of a class, those of its constructor."""
        if isinstance(target, Handle) and target.kind == PART:
            return self._parameters.get(target.name, ())
        method, part = self._origins.method(target), self._origins.part_of(target)
        if part:
            for name in [method] if method else ["call", "__call__"]:
                if (found := self._parameters.get(f"{part}.{name}")) is not None:
                    return found
        return _KERAS_NAMES.get(method, ())


def _nodes(graph: str, names: Any) -> str:
    """A node of a graph, or a list of them, in Python."""
    if isinstance(names, str):
        return f'{graph}["{names}"]'
    inner = ", ".join(_nodes(graph, name) for name in names)
    if isinstance(names, list):
        return f"[{inner}]"
    return f"({inner},)" if len(names) == 1 else f"({inner})"
