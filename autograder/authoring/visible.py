"""Takes hidden checks out of a file of checks, with everything that only they use."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.authoring.stub import keep_imports
from nnlearn.catalogue import Topic
from nnlearn.errors import ContentError
from nnlearn.submission.locate import flattened, names_bound

_Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class CheckFile:
    """A topic's checks, split for those who may see all of them and those who may not.

    Attributes:
        visible: The code that learners get.
        hidden_counts: How many hidden checks each part has.
        hidden_names: The names of the hidden checks.
        private: The source of everything that was left out.
    """

    visible: str
    hidden_counts: dict[str, int]
    hidden_names: tuple[str, ...]
    private: tuple[str, ...]

    def is_visible(self, check: str) -> bool:
        """Whether learners have a check; the parameters of one may follow its name in brackets."""
        return check.partition("[")[0] not in self.hidden_names


def checks_of_topic(topic: Topic) -> CheckFile:
    """The checks in a topic's file; those of its predictions, which no file holds, are all visible.

    Raises:
        ContentError: There is no file of checks, or it is not as `split_checks` wants it.
    """
    if topic.checks is None:
        raise ContentError(
            f"topic `{topic.name}` has no checks: expected autograder/checks/{topic.name}/"
            f"test_{topic.name}.py",
            "write them there, visible and hidden ones together",
        )
    return split_checks(topic.checks)


def split_checks(file: Path) -> CheckFile:
    """Split a file of checks into what learners get and what they do not.

    Raises:
        ContentError: The file is not Python, has no visible check, a test is not marked with `@check`, or a
            visible check waits for a hidden one.
    """
    text = file.read_text(encoding="utf-8")
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        raise ContentError(
            f"{file}:{error.lineno}: not Python: {error.msg}", "put that line right"
        ) from error
    checks = {node.name: _check_call(node, file) for node in _tests(tree)}
    hidden = {name for name, call in checks.items() if _is_hidden(call, file)}
    for name, call in checks.items():
        if name not in hidden:
            _refuse_waiting_for_hidden(name, call, hidden, file)
    if not checks.keys() - hidden:
        raise ContentError(
            f"{file}: there is no visible check, so learners could check nothing",
            "leave out `hidden=True` at one of them at least",
        )
    kept = _reachable(tree, hidden)
    lines = text.split("\n")
    counts: Counter[str] = Counter()
    for node in _tests(tree):
        if node.name in hidden:
            counts[_part(checks[node.name], file)] += _cases(node)
    return CheckFile(
        visible=_visible_text(text, tree, kept),
        hidden_counts=dict(counts),
        hidden_names=tuple(sorted(hidden)),
        private=tuple(
            "\n".join(lines[node.lineno - 1 : node.end_lineno]) for node in tree.body if node not in kept
        ),
    )


def _tests(tree: ast.Module) -> Iterator[_Function]:
    for node in tree.body:
        if isinstance(node, _Function) and node.name.startswith("test_"):
            yield node


def _check_call(node: _Function, file: Path) -> ast.Call:
    """The `check(...)` that decorates a test."""
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and _last_name(decorator.func) == "check":
            return decorator
    raise ContentError(
        f"{file}:{node.lineno}: `{node.name}` is not marked as a check, so it would never run",
        'write above it: @check("the part it checks")',
    )


def _part(call: ast.Call, file: Path) -> str:
    given = [*call.args[:1], *(k.value for k in call.keywords if k.arg == "part")]
    if given and isinstance(given[0], ast.Constant) and isinstance(given[0].value, str):
        return given[0].value
    raise ContentError(
        f"{file}:{call.lineno}: the part of a check has to stand there in quotes",
        'write, for example: @check("softmax")',
    )


def _is_hidden(call: ast.Call, file: Path) -> bool:
    value = _keyword(call, "hidden")
    if value is None:
        return False
    if isinstance(value, ast.Constant) and isinstance(value.value, bool):
        return value.value
    raise ContentError(
        f"{file}:{value.lineno}: hidden has to be True or False, got `{ast.unparse(value)}`",
        "the builder reads the file without running it: write the value itself",
    )


def _refuse_waiting_for_hidden(name: str, call: ast.Call, hidden: set[str], file: Path) -> None:
    after = _keyword(call, "after")
    if after is not None and _last_name(after) in hidden:
        raise ContentError(
            f"{file}:{call.lineno}: the visible check `{name}` waits for the hidden check "
            f"`{_last_name(after)}`, which learners do not have",
            "let it wait for a visible check, or hide it too",
        )


def _keyword(call: ast.Call, name: str) -> ast.expr | None:
    return next((keyword.value for keyword in call.keywords if keyword.arg == name), None)


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _cases(node: _Function) -> int:
    """How often pytest runs a test: a list of parameters counts where it is written out."""
    number = 1
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and _last_name(decorator.func) == "parametrize":
            values = decorator.args[1] if len(decorator.args) > 1 else None
            if isinstance(values, (ast.List, ast.Tuple)):
                number *= len(values.elts)
    return number


def _reachable(tree: ast.Module, hidden: set[str]) -> set[ast.stmt]:
    """The statements that visible checks need; of those without a name, the ones about such names."""
    kept: set[ast.stmt] = set()
    used: set[str] = set()
    while True:
        more = [n for n in tree.body if n not in kept and _is_needed(n, tree, used, hidden)]
        if not more:
            return kept
        kept.update(more)
        for node in more:
            used |= _names_used(node)


def _is_needed(node: ast.stmt, tree: ast.Module, used: set[str], hidden: set[str]) -> bool:
    if isinstance(node, _Function) and node.name.startswith("test_"):
        return node.name not in hidden
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return node is tree.body[0]  # the docstring
    if isinstance(node, ast.ImportFrom) and node.module == "__future__":
        return True
    names = _names_touched(node)
    if "pytestmark" in names or "autouse=True" in ast.unparse(node).replace(" ", ""):
        return True
    if not names:  # such as `CASES.append(...)` or `np.seterr(...)`
        return bool(_names_used(node) & used)
    return bool(names & used)


def _names_used(node: ast.stmt) -> set[str]:
    """Names that are read anywhere in a statement; a parameter may be a fixture."""
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return set()
    names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    return names | {n.arg for n in ast.walk(node) if isinstance(n, ast.arg)}


def _names_touched(node: ast.stmt) -> set[str]:
    """Names that a top-level statement gives a value, or changes the value of."""
    names = {name for inner in flattened([node]) for name in names_bound(inner)}
    if isinstance(node, _Function | ast.ClassDef):
        return names
    for inner in ast.walk(node):
        if isinstance(inner, (ast.Attribute, ast.Subscript)) and isinstance(inner.ctx, ast.Store):
            root: ast.expr = inner
            while isinstance(root, (ast.Attribute, ast.Subscript)):
                root = root.value
            names |= {root.id} if isinstance(root, ast.Name) else set()
    return names


def _visible_text(text: str, tree: ast.Module, kept: set[ast.stmt]) -> str:
    """The kept statements as they stand in the file; a comment belongs to the statement below it."""
    lines = text.split("\n")
    blocks: list[str] = []
    begin = blank = 0
    for node in tree.body:
        end = node.end_lineno or node.lineno
        block = "\n".join(lines[begin:end])
        bare = block.lstrip("\n")
        blank = max(blank, len(block) - len(bare))
        begin = end
        if node in kept:
            blocks.append("\n" * blank + bare)
            blank = 0
    visible = "\n".join(blocks).strip("\n")
    used = {
        name
        for node in ast.parse(visible).body
        if not isinstance(node, (ast.Import, ast.ImportFrom))
        for name in _names_used(node)
    }
    return keep_imports(visible, used) + "\n"
