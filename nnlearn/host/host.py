"""Runs the learner's code and answers the checks' requests, next to the learner's objects.

The host lives where the learner's code lives: in this very process for self-check, in a confined process
for grading. Requests and replies are plain data and handles (`nnlearn.protocol.values`), nothing else.
Whatever the learner's code raises becomes a reply; the host itself does not fail on it.
"""

from __future__ import annotations

import contextlib
import linecache
import sys
import types
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from nnlearn.host import kit
from nnlearn.host.cells import Cells
from nnlearn.host.exits import Exits
from nnlearn.host.figures import take_figures
from nnlearn.host.guard import Guard, LoadingWatch
from nnlearn.host.parts import Parts
from nnlearn.host.raised import note_about, reply_to
from nnlearn.host.seeds import set_seeds
from nnlearn.host.settings import reset_settings
from nnlearn.protocol.requests import KERAS, KIT, MODULE, Program, Rules
from nnlearn.protocol.values import HELPER, PART, Handle, kind_of, to_plain

_FIRST_FREE = 10


class Host:
    """Holds the learner's module and the objects that checks speak of by handle.

    Args:
        program: The learner's code.

    Attributes:
        exits: What the code asks for `at_home` with `os._exit`.
    """

    def __init__(self, program: Program) -> None:
        self._program = program
        self._sources = dict(program.cells)
        self._module = types.ModuleType(program.name)
        self._cells = Cells(vars(self._module))
        self._parts = Parts(program.rules, vars(self._module))
        self.exits = Exits(self._sources)
        self._objects: dict[int, Any] = {}
        self._guard: Guard | None = None
        self._loaded = False
        self._seeds: set[int] = set()

    @classmethod
    def around(cls, module: types.ModuleType, program: Program) -> Host:
        """A host for a module that is there already: a mistake, or a notebook's own namespace."""
        host = cls(program)
        host._module = module
        host._loaded = True
        host._begin("", 0)
        return host

    @contextlib.contextmanager
    def at_home(self) -> Iterator[None]:
        """What holds around checks in a process that others than the learner's code need: this one.

        Nothing of it is left when the block ends.
        """
        with self.exits.held(), Guard.standing() if self._is_watched else contextlib.nullcontext():
            yield

    def load(self, place: int | None = None) -> list[str]:
        """Run the learner's cells; a cell that raises does not stop the next.

        Args:
            place: The one cell to run now, counted from 0; cells run in their order. All if left out.

        Returns:
            A note for each cell that raised: `cell 7 raised NameError: ...`.
        """
        notes = []
        cells = self._program.cells
        sys.modules[self._module.__name__] = self._module
        with self._watching_loading(), _plain_tracebacks():
            for file, code in cells if place is None else cells[place : place + 1]:
                self._module.__file__ = file
                # AutoGraph and debuggers read source lines from here, and AutoGraph asks the loader.
                vars(self._module)["__loader__"] = _Loader(code)
                linecache.cache[file] = (len(code), None, code.splitlines(keepends=True), file)
                notes += self._noting(file, partial(self._cells.run, file, code))
                self._parts.look_after(file)
        is_last = place is None or place + 1 >= len(cells)
        if is_last:
            notes += self._noting("what was left running", self._cells.close)
            notes += self._parts.put_back()
        if place is not None:
            _flush_output()
        if is_last:
            self._loaded = True
            self._begin("", 0)
        return notes

    def _noting(self, file: str, work: Callable[[], None]) -> list[str]:
        """Do what runs the learner's code; a note if that raises."""
        try:
            work()
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            return [note_about(file, error, self._sources)]
        return []

    def handle(self, request: tuple[Any, ...]) -> tuple[Any, ...]:
        """The reply to one request.

        Returns:
            One of `("value", plain)`, `("raised", type, message, bases, frames)`, `("not_written", text)`,
            `("forbidden", uses)` and `("end",)`.
        """
        verb, *operands = request
        if verb == "load":
            return ("value", self.load(*operands))
        if verb == "figures":
            return ("value", take_figures())
        if verb == "begin":
            self._begin(*operands)
            return ("value", None)
        try:
            with self._watching(operands[0]), _plain_tracebacks():
                value = to_plain(self.perform(verb, *operands), self._keep)
        except _Missing as missing:
            return ("not_written", str(missing))
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            if verb == "next" and isinstance(error, StopIteration):
                return ("end",)
            return reply_to(error, self._sources)
        if self._guard is not None and self._guard.hits:
            return ("forbidden", list(self._guard.hits))
        return ("value", value)

    def _begin(self, part: str, seed: int) -> None:
        """Forget handles and settings of the last check, seed every generator, watch for this part."""
        import keras

        reset_settings()
        self._objects = {MODULE: self._module, KERAS: keras, KIT: kit}
        rules = self._program.rules.get(part, Rules())
        self._guard = Guard(rules, self._sources) if rules.forbid else None
        if part:
            set_seeds(seed, keep_kernels=bool(self._seeds) and seed not in self._seeds)
            self._seeds.add(seed)

    def perform(self, verb: str, handle: Handle | int, *operands: Any) -> Any:
        """Do what a request asks for; whatever the learner's code raises, this raises."""
        target = self._object(handle)
        match verb:
            case "get":
                (name,) = operands
                return self._own(name) if handle == MODULE else getattr(target, name)
            case "set":
                name, value = operands
                return setattr(target, name, self.resolved(value))
            case "call":
                args, kwargs = operands
                return target(*self.resolved(args), **self.resolved(kwargs))
            case "item":
                (key,) = operands
                return target[key]
            case "prediction":
                (key,) = operands
                if (given := getattr(target, "PREDICTIONS", {}).get(key)) is None:
                    raise _Missing(f'PREDICTIONS["{key}"] is not filled in yet')
                return given
            case "iter":
                return iter(target)
            case "next":
                return next(target)
            case "len":
                return len(target)
            case "array":
                import keras

                return keras.ops.convert_to_numpy(target)
        raise ValueError(f"unknown request {verb!r}")

    def _object(self, handle: Handle | int) -> Any:
        """What a handle, or a number, stands for."""
        if not isinstance(handle, Handle):
            return self._objects[handle]
        if handle.kind == HELPER:
            return getattr(kit, handle.name)
        if handle.kind != PART:
            return self._objects[handle.id]
        part = self._own(handle.name)
        if not callable(part):
            kind = type(part).__name__
            raise TypeError(f"{handle.name} should be a function or a class, not {kind}")
        return part

    def _own(self, name: str) -> Any:
        """What the learner's module has under this name, looked at by the guard."""
        # Of a part that is watched, somebody must have been able to read the definition.
        is_there = name in vars(self._module) if self._guard is not None else hasattr(self._module, name)
        if not is_there:
            raise _Missing(f"{name} is not defined in {self._program.name}")
        if self._guard is not None:
            self._guard.look_at(vars(self._module)[name])
        return getattr(self._module, name)

    def resolved(self, value: Any) -> Any:
        """Plain data with the objects in place of handles, and arrays copied."""
        if isinstance(value, Handle):
            return self._object(value)
        if isinstance(value, (list, tuple)):
            return type(value)(self.resolved(item) for item in value)
        if isinstance(value, dict):
            return {self.resolved(key): self.resolved(item) for key, item in value.items()}
        return value.copy() if hasattr(value, "copy") else value

    def _keep(self, value: Any) -> Handle:
        number = _FIRST_FREE + len(self._objects)
        self._objects[number] = value
        return Handle(number, *kind_of(value))

    def _watching(self, target: Handle | int) -> contextlib.AbstractContextManager[None]:
        if self._guard is None:
            return contextlib.nullcontext()
        return self._guard.watching(direct=self._is_learners(target))

    def _watching_loading(self) -> contextlib.AbstractContextManager[None]:
        return LoadingWatch(self._sources).watching() if self._is_watched else contextlib.nullcontext()

    @property
    def _is_watched(self) -> bool:
        """Whether there is a part that may not use everything."""
        return any(rules.forbid for rules in self._program.rules.values())

    def _is_learners(self, handle: Handle | int) -> bool:
        """Whether a request goes to something that the learner's own code has made."""
        if isinstance(handle, Handle) and handle.kind == PART:
            return True
        target = self._objects.get(handle.id if isinstance(handle, Handle) else handle)
        name = self._module.__name__
        return name in (getattr(target, "__module__", ""), type(target).__module__)


class _Loader:
    """Gives out the code of the file that the learner's module says it comes from."""

    def __init__(self, code: str) -> None:
        self._code = code

    def get_source(self, name: str) -> str:  # noqa: ARG002 - one loader for one file
        return self._code


def is_hosted(namespace: Mapping[str, Any]) -> bool:
    """Whether these are the globals of a learner's file that a host has loaded, or is loading."""
    return isinstance(namespace.get("__loader__"), _Loader)


class _Missing(Exception):
    """A name that the topic asks for is not in the learner's module."""


def _flush_output() -> None:
    """Send what a cell has printed on its way before the next cell runs; the streams may be the learner's."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception, SystemExit, GeneratorExit):
            stream.flush()


@contextlib.contextmanager
def _plain_tracebacks() -> Iterator[None]:
    """Keras rewrites exceptions to name every argument; learners are better served by their own."""
    import keras

    was_enabled = keras.config.is_traceback_filtering_enabled()
    keras.config.disable_traceback_filtering()
    try:
        yield
    finally:
        if was_enabled:
            keras.config.enable_traceback_filtering()
