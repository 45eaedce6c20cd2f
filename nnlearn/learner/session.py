"""The learner as a check sees it: the same look whether the code runs here or in a confined process.

`Learner` and `Remote` turn every use into a request to a `Transport` and record what came back.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from nnlearn.learner.errors import Forbidden, Frame, LearnerRaised, NotWritten
from nnlearn.learner.record import Exchange, Moment, Record
from nnlearn.protocol.requests import KERAS, KIT, MODULE
from nnlearn.protocol.transport import Transport
from nnlearn.protocol.values import BY_NAME, HELPER, PART, Handle


class Session:
    """One check's conversation with the learner's code.

    Args:
        transport: Where the requests go.
        signatures: The topic's parts, each with the names of its parameters.

    Attributes:
        signatures: The topic's parts, as above.
        record: What was asked, and what came back.
    """

    def __init__(self, transport: Transport, signatures: Mapping[str, tuple[str, ...]]) -> None:
        self._transport = transport
        self.signatures = signatures
        self.record = Record()
        self._members: dict[tuple[int, str], tuple[Exchange, Remote]] = {}

    def begin(self, part: str, seed: int) -> None:
        """Start a check of `part`: fresh handles, seeded generators, an empty record."""
        self.record.clear()
        self._members.clear()
        self._transport.request(("begin", part, seed))

    def ask(self, *request: Any) -> Any:
        """The answer to one request, with handles wrapped as `Remote` objects."""
        self.record.begin(request)
        reply = self._transport.request(request)
        self.record.end(Exchange(request, reply))
        match reply:
            case ("value", value):
                return self._wrap(value)
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

    def member(self, handle: Handle, name: str) -> Any:
        """An attribute of an object; what a module of Keras has is asked for once in a check."""
        known = self._members.get((handle.id, name))
        if known is not None:
            exchange, value = known
            self.record.repeat(exchange)
            return value
        value = self.ask("get", target_of(handle), name)
        if isinstance(value, Remote) and handle.kind == "module" and handle.id != MODULE:
            self._members[handle.id, name] = (self.record.exchanges[-1], value)
        return value

    def _wrap(self, value: Any) -> Any:
        """`value` with `Remote` objects in place of handles."""
        if isinstance(value, Handle):
            return Remote(self, value)
        if isinstance(value, (list, tuple)):
            return type(value)(self._wrap(item) for item in value)
        if isinstance(value, dict):
            return {key: self._wrap(item) for key, item in value.items()}
        return value


class Remote:
    """An object on the learner's side. Looks like the object; arrays and plain values come by value."""

    __slots__ = ("_handle", "_session")
    _handle: Handle
    _session: Session

    def __init__(self, session: Session, handle: Handle) -> None:
        object.__setattr__(self, "_session", session)
        object.__setattr__(self, "_handle", handle)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the object, where it is."""
        return self._session.ask("call", target_of(self._handle), unwrap(args), unwrap(kwargs))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # NumPy and pytest look for protocols; objects have none to offer
            raise AttributeError(name)
        return self._session.member(self._handle, name)

    def __setattr__(self, name: str, value: Any) -> None:
        self._session.ask("set", target_of(self._handle), name, unwrap(value))

    def __getitem__(self, key: Any) -> Any:
        return self._session.ask("item", target_of(self._handle), key)

    def __iter__(self) -> Iterator[Any]:
        if self._handle.kind == "generator":
            return self
        iterator = self._session.ask("iter", target_of(self._handle))
        if not isinstance(iterator, Remote):
            raise _wrong_kind("iterator", iterator)
        return iterator

    def __next__(self) -> Any:
        return self._session.ask("next", target_of(self._handle))

    def __len__(self) -> int:
        length = self._session.ask("len", target_of(self._handle))
        if type(length) is not int or not 0 <= length <= sys.maxsize:
            raise _wrong_kind("length", length)
        return length

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray[Any, Any]:
        array = self._session.ask("array", target_of(self._handle))
        if not isinstance(array, np.ndarray):
            raise _wrong_kind("array of numbers", array)
        # The very array that came, so that an expectation can say which answer it is about.
        return array if dtype is None and not copy else np.array(array, dtype=dtype, copy=copy)

    def __repr__(self) -> str:
        return f"<{self._handle.kind} {self._handle.name}>"


class Kit(Remote):
    """The helpers of `nnlearn.host.kit`, which go by their names."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Remote(self._session, Handle(KIT, HELPER, name))


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
        super().__init__(session, Handle(MODULE, "module", "learner"))
        object.__setattr__(self, "keras", Remote(session, Handle(KERAS, "module", "keras")))
        object.__setattr__(self, "kit", Kit(session, Handle(KIT, "module", "kit")))

    def __getattr__(self, name: str) -> Any:
        if name in self._session.signatures:
            return Remote(self._session, Handle(MODULE, PART, name))
        return super().__getattr__(name)

    def prediction(self, key: str) -> Any:
        """What the learner predicted: `PREDICTIONS[key]`, plain data."""
        return self._session.ask("prediction", MODULE, key)

    def so_far(self) -> Moment:
        """This moment, for `expect.about`: what is expected later may be about the last call until now."""
        return Moment(len(self._session.record.answered))

    def observed(self, facts: Any) -> None:
        """Let what the check found out stand for the replies it got, where those are random.

        Diagnosis compares replies. Two codes with one misconception draw different random numbers, and
        yet the same facts hold for both: what share was dropped, along which axes the mask is constant.
        Facts have to be the same for every run of the same idea, so round statistics coarsely.

        Args:
            facts: Plain data.
        """
        self._session.record.observe(facts)


def target_of(handle: Handle) -> Handle | int:
    """How a request names an object: by its number where it has one."""
    return handle if handle.kind in BY_NAME else handle.id


def _wrong_kind(wanted: str, given: Any) -> LearnerRaised:
    """What has no answer of the kind that Python itself insists on counts as raising."""
    message = f"this should give an {wanted}, not {type(given).__name__}"
    return LearnerRaised("TypeError", message, ("builtins.TypeError",), ())


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
