"""Known mistakes: wrong code with a teacher's explanation, as the `mistakes` of a topic list them."""

from __future__ import annotations

import builtins
import contextvars
import dis
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from nnlearn.catalogue import PREDICTIONS, Prediction, Topic
from nnlearn.catalogue.prediction import Answer
from nnlearn.diagnosis.beside import run_beside
from nnlearn.diagnosis.wrong_answers import name_of
from nnlearn.errors import ContentError

Code = TypeVar("Code", bound=Callable[..., Any])
_collecting: contextvars.ContextVar[list[Mistake]] = contextvars.ContextVar("collecting")


@dataclass(frozen=True)
class Mistake:
    """A wrong implementation of a part.

    Attributes:
        part: The part it stands in for.
        name: Unique within the topic.
        message: What a teacher would say to somebody who made it.
        replace: Puts it into a module that holds the reference.
    """

    part: str
    name: str
    message: str
    replace: Callable[[dict[str, Any]], None]


def mistake(part: str) -> Callable[[Code], Code]:
    """Make a function or class a known mistake in `part`; its docstring explains it to the learner."""

    def decorate(code: Code) -> Code:
        def replace(namespace: dict[str, Any]) -> None:
            namespace[part] = code

        message = " ".join((code.__doc__ or "").split())
        _collecting.get().append(Mistake(part, code.__name__, message, replace))
        return code

    return decorate


def load_gallery(topic: Topic, reference: Mapping[str, Any]) -> tuple[Mistake, ...]:
    """The known mistakes of a topic: those of its gallery, then the wrong predictions of topic.toml.

    The package `mistakes` imports its files in the order of the gallery. Each of them runs with everything
    that the reference defines and imports under its own name. What a mistake uses of that stays right while
    another mistake stands in for it: they have namespaces of their own.

    Args:
        topic: The topic.
        reference: The namespace in which the reference has run.

    Raises:
        ContentError: A mistake has no explanation, an unknown part, or the name of another; a file gives a
            name of the reference another meaning, uses a name that nobody defines, or is not imported; the
            package itself defines something.
    """
    wrong = tuple(each for item in topic.predictions for each in _wrong_predictions(item))
    if topic.mistakes is None:
        return wrong
    found: list[Mistake] = []
    token = _collecting.set(found)
    try:
        modules = run_beside(reference, topic.mistakes, f"mistakes_of_{topic.name}")
    finally:
        _collecting.reset(token)
    for module in modules:
        if module.__name__ == module.__package__:
            _refuse_code_without_reference(module)
        else:
            _refuse_other_meanings(module, reference)
            _refuse_unknown_names(module)
    _refuse_unread_files(topic, modules)
    _refuse_odd_mistakes(topic, found)
    return (*found, *wrong)


def _refuse_code_without_reference(package: types.ModuleType) -> None:
    """In the package itself, the names of the reference may be those of its files."""
    for name, value in vars(package).items():
        if getattr(value, "__module__", "") == package.__name__:
            raise ContentError(
                f"{package.__file__}: `{name}` is defined there, where the reference is not known",
                "write it in a file beside that one, and import this there",
            )


def _refuse_other_meanings(module: types.ModuleType, reference: Mapping[str, Any]) -> None:
    """Importing once more what the reference has imported changes nothing, and is fine."""
    for name, value in reference.items():
        if not name.startswith("__") and vars(module).get(name, value) is not value:
            raise ContentError(
                f"{module.__file__}: `{name}` is a name of the reference, which mistakes can use as it is",
                "leave it out, or give what is meant there a name of its own",
            )


def _refuse_unknown_names(module: types.ModuleType) -> None:
    """A mistake that raises NameError would look as if the checks had caught it."""
    namespace = vars(module)
    for value in namespace.values():
        if getattr(value, "__module__", "") != module.__name__:
            continue
        for name, line in _names_read(value):
            if name not in namespace and not hasattr(builtins, name):
                raise ContentError(
                    f"{module.__file__}:{line}: `{name}` is not defined, neither here nor in the reference",
                    "define or import it there, or put the name right",
                )


def _refuse_unread_files(topic: Topic, modules: Iterable[types.ModuleType]) -> None:
    """The mistakes of a file that nothing imports would never be looked for."""
    read = {Path(module.__file__ or "").name for module in modules}
    for file in topic.mistake_files:
        if file.name not in read:
            raise ContentError(
                f"{file} is not imported by {file.with_name('__init__.py')}, so its mistakes are not known",
                "import it there, in its place in the order of the mistakes",
            )


def _names_read(value: Any) -> Iterator[tuple[str, int]]:
    """The global names that a function, or a method of a class, reads, and on which line."""
    if isinstance(value, (classmethod, staticmethod)):
        yield from _names_read(value.__func__)
    elif isinstance(value, property):
        yield from _names_read(value.fget)
    elif isinstance(value, type):
        for member in vars(value).values():
            yield from _names_read(member)
    elif isinstance(value, types.FunctionType):
        yield from _names_in(value.__code__)


def _names_in(code: types.CodeType) -> Iterator[tuple[str, int]]:
    for instruction in dis.get_instructions(code):
        if instruction.opname == "LOAD_GLOBAL":
            line = instruction.positions.lineno if instruction.positions else None
            yield instruction.argval, line or code.co_firstlineno
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _names_in(constant)


def _refuse_odd_mistakes(topic: Topic, found: list[Mistake]) -> None:
    parts = {part.name for part in topic.parts}
    seen: set[str] = set()
    for item in found:
        where = f"{topic.mistakes}: mistake `{item.name}`"
        if not item.message:
            raise ContentError(f"{where} has no docstring", "explain it to a learner there")
        if item.part not in parts:
            raise ContentError(
                f"{where} names the part `{item.part}`", f"the parts are {', '.join(sorted(parts))}"
            )
        if item.name in seen:
            raise ContentError(f"{where} is there twice", "give each a name of its own")
        seen.add(item.name)


def _wrong_predictions(prediction: Prediction) -> Iterator[Mistake]:
    """Each wrong answer that topic.toml explains, as a mistake."""
    for wrong in prediction.wrong:
        answered = {prediction.key: wrong.answer}

        def replace(namespace: dict[str, Any], answered: dict[str, Answer] = answered) -> None:
            namespace["PREDICTIONS"] = {**namespace["PREDICTIONS"], **answered}

        yield Mistake(
            PREDICTIONS, name_of(prediction.key, wrong.answer), " ".join(wrong.why.split()), replace
        )
