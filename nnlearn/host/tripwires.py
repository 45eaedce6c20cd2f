"""Finds out who calls a function, without the function or its callers noticing.

While a tripwire is set, the function's code object is another one that reports the call and then runs the
original. The function itself stays the same object: whoever fetched it before, under whatever name, calls
the exchanged code; classes stay classes; signatures, defaults and results are as before.
"""

from __future__ import annotations

import contextlib
import inspect
import sys
import types
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from nnlearn.host.names import MISSING, lookup
from nnlearn.submission.forbidden import ForbidList, dotted_names, is_below

# Public modules that share functions with others: `tf.math.tanh` is `tf.nn.tanh`.
_SHARING = ("tensorflow", "tensorflow.math", "tensorflow.linalg", "keras.ops")
_mro = vars(type)["__mro__"].__get__  # of the type itself, whatever its metaclass says
# Called with the function, the frame that called it and the positional arguments.
Report = Callable[[types.FunctionType, types.FrameType, tuple[Any, ...]], None]


@dataclass(frozen=True)
class Target:
    """What the call of a function stands for.

    Attributes:
        name: A forbidden public name.
        owner: The forbidden class if the function is its constructor, which other classes may share.
    """

    name: str
    owner: type | None = None


class Tripwires:
    """Everything that a forbid list names, in this process.

    Attributes:
        targets: What the call of each function stands for.
    """

    def __init__(self, objects: Sequence[tuple[str, Any]]) -> None:
        self._names = {id(value): name for name, value in reversed(objects)}
        self._kept = [value for _, value in objects]  # ids mean something as long as their objects live
        self._listeners: list[Report] = []
        self._are_set = False
        self.targets: dict[types.FunctionType, tuple[Target, ...]] = {}
        for name, value in objects:
            owner = value if isinstance(value, type) else None
            function = _unwrapped(inspect.getattr_static(value, "__init__") if owner else value)
            if isinstance(function, types.FunctionType):
                self.targets[function] = (*self.targets.get(function, ()), Target(name, owner))
        self._wires = [(function, _tripped_code(function, self._report)) for function in self.targets]

    @contextlib.contextmanager
    def reporting_to(self, report: Report) -> Iterator[None]:
        """Call `report` at each call of one of the functions, until the block ends."""
        before = [] if self._are_set else [(function, function.__code__) for function, _ in self._wires]
        self._listeners.append(report)
        try:
            if not self._are_set:
                self._exchange()
            yield
        finally:
            for function, code in before:
                function.__code__ = code
            self._listeners.remove(report)

    def set(self) -> None:
        """Set the wires until they are lifted: cheaper than for each block, where nobody else is around."""
        self._are_set = True
        self._exchange()

    def lift(self) -> None:
        """Let the functions run their own code again."""
        self._are_set = False
        for function, _ in self._wires:
            function.__code__ = _original(function).__code__

    def name_of(self, value: Any) -> str:
        """The forbidden thing that `value` is, wraps, or derives from; empty if it is none."""
        value = _unwrapped(value)
        kind = value if isinstance(value, type) else type(value)
        found = [self._names[id(thing)] for thing in (value, *_mro(kind)) if id(thing) in self._names]
        return found[0] if found else ""

    def _exchange(self) -> None:
        for function, code in self._wires:
            function.__code__ = code

    def _report(self, function: types.FunctionType, caller: types.FrameType, args: tuple[Any, ...]) -> None:
        for listener in self._listeners:
            listener(function, caller, args)


def tripwires(forbid: tuple[str, ...]) -> Tripwires:
    """Tripwires for what the `forbid` entries name; imports the libraries, executes no operation.

    Other libraries than Keras and TensorFlow (`scipy.special.softmax`) count once the learner's code has
    imported them.
    """
    names, elsewhere = _named(forbid)
    absent = [name for name, module in elsewhere if module not in sys.modules]
    return _tripwires(forbid, tuple(name for name in names if name not in absent) if absent else names)


@cache  # asked with every request
def _named(forbid: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """The names in `forbid`, and those of other libraries than Keras and TensorFlow with their modules."""
    names = dotted_names(forbid)
    others = [name for name in names if name.split(".")[0] not in ("keras", "tensorflow")]
    return names, tuple((name, name.rpartition(".")[0]) for name in others)


@cache  # looking hundreds of names up takes longer than a check
def _tripwires(forbid: tuple[str, ...], present: tuple[str, ...]) -> Tripwires:
    forbidden = ForbidList(forbid)
    sharing = [(name, lookup(name)) for name in _SHARING]

    def is_shared(word: str, value: Any) -> bool:
        """Whether `value` can be had under a public name that is not forbidden."""
        return any(
            getattr(module, word, MISSING) is value and not forbidden.match(f"{name}.{word}")
            for name, module in sharing
        )

    objects: dict[int, tuple[str, Any]] = {}
    for entry in sorted(present, key=lambda entry: entry.endswith(".*")):  # whole names first
        for name, value in _expanded(entry):
            if not (entry.endswith(".*") and is_shared(name.rpartition(".")[2], value)):
                objects.setdefault(id(value), (name, value))
    return Tripwires(tuple(objects.values()))


def _tripped_code(function: types.FunctionType, report: Report) -> types.CodeType:
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


def _expanded(entry: str) -> Iterator[tuple[str, Any]]:
    """The functions and classes that a forbid entry names, with their names."""
    if not entry.endswith(".*"):
        value = lookup(entry)
        if isinstance(value, type) or callable(value):
            yield entry, value
        return
    todo = [entry.removesuffix(".*")]
    while todo:
        path = todo.pop()
        module = lookup(path)
        for word in sorted(dir(module)) if isinstance(module, types.ModuleType) else ():
            if word.startswith("_"):
                continue
            name, value = f"{path}.{word}", getattr(module, word)
            if isinstance(value, types.ModuleType):
                if is_below(value.__name__, module.__name__ + "."):
                    todo.append(name)
            elif callable(value):
                yield name, value


def _unwrapped(value: Any) -> Any:
    """The function behind a partial, a bound method or a `tf.function`."""
    for _ in range(8):  # a learner may build a cycle
        if isinstance(value, partial):
            value = value.func
        elif isinstance(value, types.MethodType):
            value = value.__func__
        elif isinstance(inner := vars(type(value)).get("python_function"), property):
            value = inner.fget(value) if inner.fget else value
        else:
            break
    return value
