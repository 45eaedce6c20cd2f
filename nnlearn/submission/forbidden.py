"""What a part may use and what not, and every other name under which the same thing can be had."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence

from nnlearn.protocol.requests import Rules
from nnlearn.submission.elementary import elementary

_KERNEL = "kernel:"
# Public names that lead to the same place as a shorter public name.
_SAME = (
    (re.compile(r"^tensorflow\.(?:_api\.v\d|compat\.v\d)\b"), "tensorflow"),
    (re.compile(r"^tensorflow\.keras\b"), "keras"),
    (re.compile(r"^keras\._tf_keras\.keras\b"), "keras"),
    (re.compile(r"^keras\.ops\.(?:nn|numpy|math|core|image|linalg|signal)(?=\.\w)"), "keras.ops"),
)
# Roads behind the public names: the last words of a name count there, whatever stands between.
_PRIVATE = ("keras.src", "keras.backend", "keras.legacy", "tensorflow.python", "tensorflow.raw_ops")
# Libraries full of ready-made functions: some of those in the first four are elementary, in the others none.
_LIBRARIES = frozenset(("keras", "tensorflow", "numpy", "scipy"))
_OTHERS = frozenset(
    (
        *("autograd", "cupy", "flax", "jax", "keras_cv", "keras_hub", "keras_nlp", "numba", "sklearn"),
        *("tensorflow_addons", "tensorflow_probability", "tf_keras", "theano", "torch", "transformers"),
    )
)


class Ruling:
    """The rules of a part, ready to be asked about names and kernels.

    Attributes:
        names: The dotted names that are forbidden, with `.*` at the end of those that cover everything below.
    """

    def __init__(self, rules: Rules) -> None:
        self.names = dotted_names(rules.forbid)
        self._kernels = kernel_names(rules.forbid)
        exact = [n for n in self.names if not n.endswith(".*")]
        self._exact = frozenset((*exact, *map(canonical, exact)))
        self._below = tuple(n.removesuffix("*") for n in self.names if n.endswith(".*"))
        self._words = {_plain(n.rsplit(".", 1)[-1]) for n in (*self._exact, *self._kernels)}
        allowed = dotted_names(rules.allow)
        self._allowed = frozenset(map(canonical, allowed))
        self._allowed_below = tuple(n.removesuffix("*") for n in allowed if n.endswith(".*"))
        self._allowed_kernels = kernel_names(rules.allow)

    def match(self, name: str) -> str:
        """What of the dotted `name` may not be used: it is forbidden, or not elementary; empty if it may be.

        `keras.ops.softmax.__call__` gives `keras.ops.softmax`, and so does `tensorflow.keras.ops.softmax`.
        """
        found = self.forbidden(name)
        return found or ("" if self.may_be_used(name) else canonical(name))

    def forbidden(self, name: str) -> str:
        """The forbidden thing that the dotted `name` is, or is part of; empty if it is none.

        Private names are compared by their words: `keras.src.ops.nn.Softmax` is as good as the public one.
        """
        for candidate in (name, canonical(name)):
            for prefix in _prefixes(candidate):
                if prefix in self._exact or any(is_below(prefix, b) for b in self._below):
                    return canonical(prefix)
        return self._match_private(canonical(name))

    def may_be_used(self, name: str) -> bool:
        """Whether a dotted name is elementary, allowed, a part of either, or a module on the way there.

        Whatever is no library of numerics is nobody's business here.
        """
        name = canonical(name)
        root = name.split(".", 1)[0]
        if root not in _LIBRARIES and root not in _OTHERS:
            return True
        table = _table()
        for prefix in _prefixes(name):
            if prefix in self._allowed or any(is_below(prefix, b) for b in self._allowed_below):
                return True
            if prefix in table.names or table.has_in_a_module(prefix):
                return True
        return self.is_module(name)

    def is_module(self, name: str) -> bool:
        """Whether a dotted name is a module that holds something elementary or allowed."""
        name = f"{canonical(name)}."
        allowed = (*self._allowed, *self._allowed_below)
        return name in _table().modules or any(entry.startswith(name) for entry in allowed)

    def refuses_kernel(self, kernel: str) -> bool:
        """Whether TensorFlow may not run this kernel while the part runs."""
        if kernel in self._kernels:
            return True
        return not {kernel, "*"} & self._allowed_kernels and kernel not in _table().kernels

    def _match_private(self, name: str) -> str:
        root = next((p for p in _PRIVATE if name.startswith(f"{p}.")), "")
        if not root:
            return ""
        words = name[len(root) + 1 :].split(".")
        for count, word in enumerate(words, start=1):
            if _plain(word) in self._words:
                return f"{root}.{'.'.join(words[:count])}"
        for below in self._below:
            group = below.split(".")[1]
            files = {group, f"{group}_ops", f"gen_{group}_ops", f"{group}_impl"}
            same_library = below.split(".")[0] == root.split(".")[0]
            if same_library and len(words) > 1 and files & set(words[:-1]):
                return name
        return ""


class _Table:
    """All groups of elementary functions together."""

    def __init__(self) -> None:
        groups = elementary().values()
        entries = {canonical(n) for group in groups for n in (*group.functions, *group.in_some_versions)}
        self.names = frozenset(entry for entry in entries if not entry.endswith(".*"))
        self._open = frozenset(entry.removesuffix(".*") for entry in entries if entry.endswith(".*"))
        self.modules = frozenset(f"{prefix}." for entry in entries for prefix in _modules_of(entry))
        self.kernels = frozenset(kernel for group in groups for kernel in group.kernels)

    def has_in_a_module(self, name: str) -> bool:
        """Whether `name` is a public name of a module of which all are elementary, and no module itself."""
        module, _, word = name.rpartition(".")
        return module in self._open and not word.startswith("_") and f"{name}." not in self.modules


@functools.cache
def _table() -> _Table:
    return _Table()


def _modules_of(entry: str) -> Iterator[str]:
    return _prefixes(entry.removesuffix(".*") if entry.endswith(".*") else entry.rpartition(".")[0])


def dotted_names(entries: Sequence[str]) -> tuple[str, ...]:
    """The entries that are names of Python."""
    return tuple(name for name in entries if not name.startswith(_KERNEL))


def kernel_names(entries: Sequence[str]) -> frozenset[str]:
    """The TensorFlow kernels among the entries."""
    return frozenset(name.removeprefix(_KERNEL) for name in entries if name.startswith(_KERNEL))


@functools.lru_cache(maxsize=20_000)
def canonical(name: str) -> str:
    """The shortest public name for `name`, as far as names alone can tell."""
    before = ""
    while name != before:
        before = name
        for pattern, short in _SAME:
            name = pattern.sub(short, name)
    return name


def _prefixes(name: str) -> Iterator[str]:
    parts = name.split(".")
    for count in range(1, len(parts) + 1):
        yield ".".join(parts[:count])


def is_below(name: str, folder: str) -> bool:
    """Whether a dotted name lies below `folder`, which ends in a dot."""
    return name.startswith(folder) and name != folder


def _plain(word: str) -> str:
    """`log_softmax`, `LogSoftmax` and `LogSoftmaxV2` are one word."""
    return re.sub(r"_?v\d$", "", word.lower()).replace("_", "")
