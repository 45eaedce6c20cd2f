"""Finds code that fetches something, since where work is graded there is no network."""

from __future__ import annotations

import ast
from collections.abc import Iterator

ADVICE = "the graded process has no network: use nnlearn.data.digits(), or data that you make yourself"

_DATASETS = {
    *("mnist", "fashion_mnist", "cifar10", "cifar100", "imdb", "reuters"),
    *("boston_housing", "california_housing"),
}
_FETCHING = {
    *("get_file", "urlopen", "urlretrieve"),
    *("fetch_openml", "fetch_california_housing", "fetch_20newsgroups"),
    *("fetch_lfw_people", "fetch_olivetti_faces", "fetch_covtype"),
}


def fetches(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """The calls that fetch something, each once: the line, and a sentence about it."""
    said = set()
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=owner, attr="load_data")) if _last(owner) in _DATASETS:
                name = f"{_last(owner)}.load_data"
            case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)) if name in _FETCHING:
                pass
            case _:
                continue
        if name not in said:
            said.add(name)
            yield node.lineno, f"`{name}` fetches something, and {ADVICE}"


def _last(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""
