"""The learner as a check sees it: the same look whether the code runs here or in a confined process.

`Learner` and `Remote` turn every use into a request to a `Transport` and record what came back.
"""

from __future__ import annotations

import ast
import functools
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnlearn.learner.calls import CallText, describe_call
from nnlearn.learner.errors import Forbidden, Frame, LearnerRaised, NotWritten
from nnlearn.protocol.requests import KERAS, KIT, MODULE
from nnlearn.protocol.transport import Transport
from nnlearn.protocol.values import BY_NAME, HELPER, PART, Handle

_OBSERVED = "observed"
_LABEL = 80


@dataclass(frozen=True)
class Exchange:
    """One request of a check, what came back, and what puts the request into words if it was a call."""

    request: tuple[Any, ...]
    reply: tuple[Any, ...]
    text: Callable[[], CallText] | None


class Session:
    """One check's conversation with the learner's code.

    Args:
        transport: Where the requests go.
        signatures: The topic's parts, each with the names of its parameters, to name arguments in messages.

    Attributes:
        exchanges: What diagnosis compares: every request with its reply, or the facts that stand for them.
        answered: Every request with its reply.
    """

    def __init__(self, transport: Transport, signatures: Mapping[str, tuple[str, ...]]) -> None:
        self._transport = transport
        self.signatures = signatures
        self.exchanges: list[Exchange] = []
        self.answered: list[Exchange] = []
        self._last_call: Callable[[], CallText] | None = None
        self._members: dict[tuple[int, str], tuple[Exchange, Remote]] = {}

    @property
    def last_call(self) -> CallText | None:
        """The last call in words."""
        return self._last_call() if self._last_call else None

    def begin(self, part: str, seed: int) -> None:
        """Start a check of `part`: fresh handles, seeded generators, an empty record."""
        self.exchanges.clear()
        self.answered.clear()
        self._last_call = None
        self._members.clear()
        self._transport.request(("begin", part, seed))

    def ask(self, *request: Any, text: Callable[[], CallText] | None = None, label: str = "") -> Any:
        """The answer to one request, with handles wrapped as `Remote` objects.

        Args:
            *request: The request.
            text: Puts a call into words, which takes as long as a small call; most are never asked for.
            label: What the answer is called; a call by its text if left out.
        """
        self._last_call = text or self._last_call
        reply = self._transport.request(request)
        exchange = Exchange(request, reply, text)
        self.exchanges.append(exchange)
        self.answered.append(exchange)
        match reply:
            case ("value", value):
                if not isinstance(value, (Handle, list, tuple, dict)):
                    return value
                return self._wrap(value, text().call if text and not label else label)
            case ("raised", type_name, message, bases, frames):
                raise LearnerRaised(
                    type_name, message, tuple(bases), tuple(Frame(*frame) for frame in frames)
                )
            case ("not_written", message):
                raise NotWritten(message)
            case ("forbidden", uses):
                raise Forbidden(tuple(uses))
            case ("end",):
                raise StopIteration
        raise TypeError(f"unknown reply {reply[0]!r}")

    def member(self, handle: Handle, name: str, label: str) -> Any:
        """An attribute of an object; what a module of Keras has is asked for once in a check."""
        known = self._members.get((handle.id, name))
        if known is not None:
            exchange, value = known
            self.exchanges.append(exchange)  # diagnosis compares what a check got, asked for or known
            return value
        value = self.ask("get", target_of(handle), name, label=label)
        if isinstance(value, Remote) and handle.kind == "module" and handle.id != MODULE:
            self._members[handle.id, name] = (self.exchanges[-1], value)
        return value

    def observe(self, facts: Any) -> None:
        """Let `facts` stand for the replies so far; see `Learner.observed`."""
        seen = [exchange for exchange in self.exchanges if exchange.request == (_OBSERVED,)]
        self.exchanges[:] = [*seen, Exchange((_OBSERVED,), ("value", facts), None)]

    def line_to_try(self) -> str:
        """The last call as a line of Python that repeats it, or an empty string.

        A call on an object that was used before cannot be repeated on a new one.
        """
        last = next((exchange for exchange in reversed(self.exchanges) if exchange.text), None)
        if last is None or last.text is None or last.text is not self._last_call:
            return ""
        line = last.text().line
        try:
            tree = ast.parse(line, mode="eval").body
        except (SyntaxError, ValueError):
            return ""
        names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        if not isinstance(tree, ast.Call) or not names <= {"np", *self.signatures}:
            return ""
        is_function = isinstance(tree.func, ast.Name)
        is_new = isinstance(tree.func, ast.Call) and not any(
            exchange.request[0] in ("call", "set") and exchange.request[1] == last.request[1]
            for exchange in self.exchanges
            if exchange is not last
        )
        return line if is_function or is_new else ""

    def _wrap(self, value: Any, label: str) -> Any:
        """`value` with `Remote` objects in place of handles; labels stay short whatever the keys are."""
        label = label[:_LABEL]
        if isinstance(value, Handle):
            return Remote(self, value, label or value.name)
        if isinstance(value, (list, tuple)):
            return type(value)(self._wrap(item, f"{label}[{i}]") for i, item in enumerate(value))
        if isinstance(value, dict):
            return {key: self._wrap(item, f"{label}[{_short(key)!r}]") for key, item in value.items()}
        return value


class Remote:
    """An object on the learner's side. Looks like the object; arrays and plain values come by value."""

    __slots__ = ("_handle", "_label", "_session")
    _handle: Handle
    _label: str
    _session: Session

    def __init__(self, session: Session, handle: Handle, label: str) -> None:
        object.__setattr__(self, "_session", session)
        object.__setattr__(self, "_handle", handle)
        object.__setattr__(self, "_label", label)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the object, where it is."""
        describe = functools.partial(describe_call, self._label, args, kwargs, self._session.signatures)
        return self._session.ask("call", target_of(self._handle), unwrap(args), unwrap(kwargs), text=describe)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # NumPy and pytest look for protocols; objects have none to offer
            raise AttributeError(name)
        return self._session.member(self._handle, name, self._member(name))

    def __setattr__(self, name: str, value: Any) -> None:
        self._session.ask("set", target_of(self._handle), name, unwrap(value))

    def __getitem__(self, key: Any) -> Any:
        return self._session.ask("item", target_of(self._handle), key, label=f"{self._label}[{key!r}]")

    def __iter__(self) -> Iterator[Any]:
        if self._handle.kind == "generator":
            return self
        iterator = self._session.ask("iter", target_of(self._handle), label=self._label)
        if not isinstance(iterator, Remote):
            raise _wrong_kind("iterator", iterator)
        return iterator

    def __next__(self) -> Any:
        return self._session.ask("next", target_of(self._handle), label=f"next({self._label})")

    def __len__(self) -> int:
        length = self._session.ask("len", target_of(self._handle))
        if type(length) is not int or not 0 <= length <= sys.maxsize:
            raise _wrong_kind("length", length)
        return length

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray[Any, Any]:
        array = self._session.ask("array", target_of(self._handle))
        if not isinstance(array, np.ndarray):
            raise _wrong_kind("array of numbers", array)
        return np.array(array, dtype=dtype, copy=copy)

    def __repr__(self) -> str:
        return f"<{self._handle.kind} {self._label}>"

    def _member(self, name: str) -> str:
        """How a member reads in a message."""
        return f"{self._label}.{name}"


class Kit(Remote):
    """The helpers of `nnlearn.host.kit`, which go by their names."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Remote(self._session, Handle(KIT, HELPER, name), name)


class Learner(Remote):
    """The learner's module: `learner.softmax`, `learner.Dropout`, `learner.PREDICTIONS`.

    Attributes:
        keras: Keras, on the learner's side.
        kit: The helpers of `nnlearn.host.kit`, on the learner's side.
    """

    __slots__ = ("keras", "kit")
    keras: Remote
    kit: Kit

    def __init__(self, session: Session) -> None:
        super().__init__(session, Handle(MODULE, "module", "learner"), "learner")
        object.__setattr__(self, "keras", Remote(session, Handle(KERAS, "module", "keras"), "keras"))
        object.__setattr__(self, "kit", Kit(session, Handle(KIT, "module", "kit"), "kit"))

    def __getattr__(self, name: str) -> Any:
        if name in self._session.signatures:
            return Remote(self._session, Handle(MODULE, PART, name), name)
        return super().__getattr__(name)

    def _member(self, name: str) -> str:
        return name

    def prediction(self, key: str) -> Any:
        """What the learner predicted: `PREDICTIONS[key]`, plain data."""
        text = CallText(f'PREDICTIONS["{key}"]', ())
        return self._session.ask("prediction", MODULE, key, text=lambda: text)

    def observed(self, facts: Any) -> None:
        """Let what the check found out stand for the replies it got, where those are random.

        Diagnosis compares replies. Two codes with one misconception draw different random numbers, and
        yet the same facts hold for both: what share was dropped, along which axes the mask is constant.
        Facts have to be the same for every run of the same idea, so round statistics coarsely.

        Args:
            facts: Plain data.
        """
        self._session.observe(facts)


def target_of(handle: Handle) -> Handle | int:
    """How a request names an object: by its number where it has one."""
    return handle if handle.kind in BY_NAME else handle.id


def _wrong_kind(wanted: str, given: Any) -> LearnerRaised:
    """What has no answer of the kind that Python itself insists on counts as raising."""
    message = f"this should give an {wanted}, not {type(given).__name__}"
    return LearnerRaised("TypeError", message, ("builtins.TypeError",), ())


def _short(key: Any) -> Any:
    return key[:_LABEL] if isinstance(key, (str, bytes)) else key


def unwrap(value: Any) -> Any:
    """`value` with handles in place of `Remote` objects, ready to send."""
    if isinstance(value, Remote):
        return value._handle
    if isinstance(value, (list, tuple)):
        return type(value)(unwrap(item) for item in value)
    if isinstance(value, dict):
        return {key: unwrap(item) for key, item in value.items()}
    if isinstance(value, np.generic):
        return np.asarray(value)
    return value
