"""Finds out who calls a function, without the function or its callers noticing.

While a tripwire is set, the function's code object is another one that reports the call and then runs the
original. The function itself stays the same object: whoever fetched it before, under whatever name, calls
the exchanged code; classes stay classes; signatures, defaults and results are as before.
"""

from __future__ import annotations

import contextlib
import sys
import types
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any, NamedTuple

from nnlearn.host.overlapping import Overlapping
from nnlearn.host.public import functions_of, symbolic_class_of, unwrapped

_mro = vars(type)["__mro__"].__get__  # of the type itself, whatever its metaclass says


class Call(NamedTuple):
    """A call of a function with a wire on it.

    Attributes:
        names: The public names of what is called.
        function: The function; of a class, the one that does the work.
        caller: The frame that called it.
        args: The positional arguments.
    """

    names: tuple[str, ...]
    function: types.FunctionType
    caller: types.FrameType
    args: tuple[Any, ...]


Report = Callable[[Call], None]


class Tripwires:
    """The wires of this process, on functions and on the classes that share functions with others.

    To set them takes 0.2 ms, and as long again to put the functions back; and Python forgets each time what
    it knows about calls of these functions, which costs more. So they are set once for many calls.
    """

    def __init__(self) -> None:
        self._things: dict[int, Any] = {}  # ids mean something as long as their objects live
        self._names: dict[int, tuple[str, ...]] = {}
        self._functions: dict[types.FunctionType, tuple[str, ...]] = {}
        self._wires: dict[types.FunctionType, types.CodeType] = {}
        self._before: dict[types.FunctionType, types.CodeType] = {}  # of those with a wire set now
        self._listeners: list[Report] = []
        self._are_set = False
        self._setting = Overlapping(self._exchange, self._put_back)

    def put_on(self, objects: Iterable[tuple[str, Any]]) -> None:
        """Put wires on functions and classes, given with their public names."""
        wired: dict[types.FunctionType, None] = {}
        for name, value in objects:
            self._add(value, name)
            function = unwrapped(value)
            if isinstance(value, type):
                wired |= dict.fromkeys(functions_of(value))
            elif isinstance(function, types.FunctionType):
                wired[function] = None
                self._functions[function] = _with(self._functions.get(function, ()), name)
                if symbolic := symbolic_class_of(function):
                    self._add(symbolic, name)
                    wired |= dict.fromkeys(functions_of(symbolic))
        for function in wired.keys() - self._wires.keys():
            self._wires[function] = _tripped_code(function, self._report)
            if self._are_set:
                self._set_on(function)

    @contextlib.contextmanager
    def reporting_to(self, report: Report) -> Iterator[None]:
        """Call `report` at each call of one of the functions, until the block ends."""
        with self._setting.block():
            self._listeners.append(report)
            try:
                yield
            finally:
                self._listeners.remove(report)

    def standing(self) -> contextlib.AbstractContextManager[None]:
        """Leave the wires set until the block ends: cheaper than for each of many blocks within."""
        return self._setting.block()

    def set(self) -> None:
        """Set the wires for good: where nobody else is around."""
        self._setting.open()

    def names_of(self, value: Any) -> tuple[str, ...]:
        """The public names of what `value` is, wraps, or derives from; none if there are no wires on it."""
        value = unwrapped(value)
        kind = value if isinstance(value, type) else type(value)
        return next(
            (self._names[id(thing)] for thing in (value, *_mro(kind)) if id(thing) in self._names), ()
        )

    def _add(self, value: Any, name: str) -> None:
        for thing in {id(one): one for one in (value, unwrapped(value))}.values():
            self._things[id(thing)] = thing
            self._names[id(thing)] = _with(self._names.get(id(thing), ()), name)

    def _exchange(self) -> None:
        self._are_set = True
        for function in self._wires:
            self._set_on(function)

    def _set_on(self, function: types.FunctionType) -> None:
        self._before[function] = function.__code__
        function.__code__ = self._wires[function]

    def _put_back(self) -> None:
        self._are_set = False
        while self._before:
            function, code = self._before.popitem()
            function.__code__ = code

    def _report(self, function: types.FunctionType, caller: types.FrameType, args: tuple[Any, ...]) -> None:
        if not self._listeners:
            return
        names = self._functions.get(function) or (self.names_of(type(args[0])) if args else ())
        for listener in self._listeners if names else ():
            listener(Call(names, function, caller, args))


def _with(names: tuple[str, ...], name: str) -> tuple[str, ...]:
    return names if name in names else (*names, name)


def _tripped_code(function: types.FunctionType, report: Callable[..., None]) -> types.CodeType:
    """Code for `function` that calls `report` and then does what the function does."""
    original = _original(function)

    def forward(*args: Any, **kwargs: Any) -> Any:
        report(function, sys._getframe(2), args)
        return original(*args, **kwargs)

    code = original.__code__
    template = _template(_signature(code), code.co_freevars)
    constants = tuple(forward if c == _FORWARD else c for c in template.co_consts)
    return template.replace(
        co_consts=constants,
        co_filename=code.co_filename,
        co_firstlineno=code.co_firstlineno,
        co_name=code.co_name,
    )


@cache  # taken once, when no wire is set yet
def _original(function: types.FunctionType) -> types.FunctionType:
    """A second function that does what `function` does now."""
    original = types.FunctionType(
        function.__code__,
        function.__globals__,
        function.__name__,
        function.__defaults__,
        function.__closure__,
    )
    original.__kwdefaults__ = function.__kwdefaults__
    return original


_FORWARD = "nnlearn forwards"


@cache
def _template(signature: tuple[str, str], free: tuple[str, ...]) -> types.CodeType:
    """Code with this signature that passes its arguments to the constant `_FORWARD`.

    The free variables are only mentioned, after the end: a function's code can be exchanged for one with
    as many of them.
    """
    parameters, arguments = signature
    text = (
        f"def outer({', '.join(free)}):\n"
        f"  def inner({parameters}):\n"
        f"    forward_to_ = {_FORWARD!r}\n"
        f"    return forward_to_({arguments})\n"
        f"    ({''.join(f'{name}, ' for name in free)})\n"
    )
    code: types.CodeType = compile(text, "<nnlearn>", "exec", dont_inherit=True)
    for _ in ("outer", "inner"):
        code = next(c for c in code.co_consts if isinstance(c, types.CodeType))
    return code


def _signature(code: types.CodeType) -> tuple[str, str]:
    """The parameters of `code` without defaults, which stay with the function, and how to pass them."""
    names = iter(code.co_varnames)
    parameters, arguments = [], []
    for position in range(code.co_argcount):
        if position == code.co_posonlyargcount and position:
            parameters.append("/")
        parameters.append(next(names))
        arguments.append(parameters[-1])
    if code.co_argcount and code.co_argcount == code.co_posonlyargcount:
        parameters.append("/")
    keywords = [next(names) for _ in range(code.co_kwonlyargcount)]
    if code.co_flags & 0x04:  # CO_VARARGS
        parameters.append(f"*{next(names)}")
        arguments.append(parameters[-1])
    elif keywords:
        parameters.append("*")
    parameters += keywords
    arguments += [f"{name}={name}" for name in keywords]
    if code.co_flags & 0x08:  # CO_VARKEYWORDS
        parameters.append(f"**{next(names)}")
        arguments.append(parameters[-1])
    return ", ".join(parameters), ", ".join(arguments)
