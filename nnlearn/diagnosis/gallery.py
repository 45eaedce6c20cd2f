"""Known mistakes: wrong code with a teacher's explanation, as the `mistakes.py` of a topic lists them."""

from __future__ import annotations

import contextvars
import runpy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from nnlearn.catalogue import Topic
from nnlearn.errors import ContentError

PREDICTIONS = "predictions"
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


def wrong_prediction(key: str, value: Any, message: str) -> None:
    """Make `value` a known wrong answer to the prediction `key`, explained by `message`."""

    def replace(namespace: dict[str, Any]) -> None:
        namespace["PREDICTIONS"] = {**namespace["PREDICTIONS"], key: value}

    name = f"{key}={value!r}"
    _collecting.get().append(Mistake(PREDICTIONS, name, " ".join(message.split()), replace))


def load_gallery(topic: Topic) -> tuple[Mistake, ...]:
    """The known mistakes of a topic, in the order of its mistakes.py.

    Raises:
        ContentError: A mistake has no explanation, an unknown part, or the name of another.
    """
    if topic.mistakes is None:
        return ()
    found: list[Mistake] = []
    token = _collecting.set(found)
    try:
        runpy.run_path(str(topic.mistakes), run_name=f"mistakes_of_{topic.name}")
    finally:
        _collecting.reset(token)
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
    return tuple(found)
