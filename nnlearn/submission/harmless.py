"""Members of the modules that `tampering` looks for which give nothing that dismantling a watch takes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Calls:
    """The calls of a function that are harmless: those with one argument.

    Attributes:
        keywords: The keyword arguments that they may have.
        of_functions: Whether the argument has to be a function of the file, since text would be run.
    """

    keywords: frozenset[str]
    of_functions: bool


def _members(module: str, *names: str) -> frozenset[str]:
    return frozenset(f"{module}.{name}" for name in names)


HARMLESS = (
    _members("gc", "collect", "enable", "disable", "isenabled", "get_count", "get_stats", "freeze")
    | _members("gc", "get_threshold", "set_threshold")
    | _members("timeit", "default_timer")
    | _members("inspect", "getsource", "getsourcelines", "getsourcefile", "getdoc", "getmodulename")
    | _members("inspect", "isfunction", "isclass", "ismethod", "isbuiltin", "isgenerator")
    | _members("inspect", "isgeneratorfunction", "iscoroutinefunction", "isabstract", "cleandoc")
    | _members("threading", "Lock", "RLock", "Event", "Semaphore", "get_ident", "get_native_id")
    | _members("threading", "active_count")
    | _members("pickle", "dumps", "dump", "HIGHEST_PROTOCOL", "DEFAULT_PROTOCOL", "PicklingError")
    | _members("importlib.metadata", "version", "PackageNotFoundError")
    | _members("multiprocessing", "cpu_count")
    | _members("builtins", "abs", "all", "any", "bool", "dict", "float", "int", "len", "list", "max", "min")
    | _members("builtins", "pow", "print", "range", "round", "set", "sorted", "str", "sum", "tuple", "zip")
)
"""Harmless however they are used."""
WHEN_CALLED = {
    "timeit.timeit": Calls(frozenset(("number",)), of_functions=True),
    "timeit.repeat": Calls(frozenset(("number", "repeat")), of_functions=True),
    "inspect.signature": Calls(frozenset(), of_functions=False),
}
"""Harmless where they are called so."""
READ_OF = dict.fromkeys(
    ("threading.current_thread", "threading.main_thread"), ("name", "ident", "native_id", "daemon")
)
"""Harmless where their result is compared, or no more than one of these is read of it."""
_ALL = (*HARMLESS, *WHEN_CALLED, *READ_OF)


def leads_to_harmless(name: str) -> bool:
    """Whether something harmless has this name, or is below it."""
    return any(member == name or member.startswith(f"{name}.") for member in _ALL)
