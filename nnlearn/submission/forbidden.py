"""What a topic forbids, and every other name under which the same thing can be had."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

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


class ForbidList:
    """The `forbid` entries of a part, ready to be asked about names.

    Attributes:
        names: The dotted names, with `.*` at the end of those that cover everything below.
        kernels: The TensorFlow kernels (op types).
    """

    def __init__(self, forbid: Sequence[str]) -> None:
        self.names = dotted_names(forbid)
        self.kernels = kernel_names(forbid)
        exact = [n for n in self.names if not n.endswith(".*")]
        self._exact = frozenset((*exact, *map(canonical, exact)))
        self._below = tuple(n.removesuffix("*") for n in self.names if n.endswith(".*"))
        self._roots = {"keras", "tensorflow", *(n.split(".")[0] for n in self.names)}
        self._words = {_plain(n.rsplit(".", 1)[-1]) for n in (*self._exact, *self.kernels)}

    def match(self, name: str) -> str:
        """The forbidden thing that the dotted `name` is, or is part of; empty if it is none.

        `keras.ops.softmax.__call__` gives `keras.ops.softmax`, and so does `tensorflow.keras.ops.softmax`.
        Private names are compared by their words: `keras.src.ops.nn.Softmax` is as good as the public one.
        """
        if name.split(".", 1)[0] not in self._roots:
            return ""
        for candidate in (name, canonical(name)):
            for prefix in _prefixes(candidate):
                if prefix in self._exact or any(is_below(prefix, b) for b in self._below):
                    return canonical(prefix)
        return self._match_private(canonical(name))

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


def all_of(forbid_lists: Iterable[Sequence[str]]) -> tuple[str, ...]:
    """What several parts must not use, in one list."""
    return tuple(dict.fromkeys(entry for entries in forbid_lists for entry in entries))


def dotted_names(forbid: Sequence[str]) -> tuple[str, ...]:
    """The entries that are names of Python."""
    return tuple(name for name in forbid if not name.startswith(_KERNEL))


def kernel_names(forbid: Sequence[str]) -> frozenset[str]:
    """The TensorFlow kernels among the entries."""
    return frozenset(name.removeprefix(_KERNEL) for name in forbid if name.startswith(_KERNEL))


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
