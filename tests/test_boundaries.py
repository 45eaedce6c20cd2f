"""Which side of the wall a module is on: what each may import, and what is loaded with it."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from patience import PATIENCE_S

import nnlearn

CLONE = Path(nnlearn.__file__).parents[1]
ARCHITECTURE = CLONE / "docs" / "architecture.md"
# What a process holds that grades the work of others. The rest of nnlearn may be in one process with
# a learner's objects.
GRADERS_END = ("protocol", "submission", "learner", "isolation", "diagnosis", "checking")
NOT_CODE = ("autograder.checks", "autograder.sample_class")
BESIDE_THE_LEARNER = ("nnlearn.host", "nnlearn.learner.local", "nnlearn.isolation.inside")
SELF_CHECK = "nnlearn.checking.selfcheck"


def modules(package="nnlearn"):
    """The modules of a package by name, with their files."""
    for file in sorted((CLONE / package).rglob("*.py")):
        name = ".".join(file.relative_to(CLONE).with_suffix("").parts).removesuffix(".__init__")
        if name not in (package, f"{package}.__main__") and not is_within(name, *NOT_CODE):
            yield name, file


def tree():
    """The tree of `architecture.md`: the paths in it, each with the paths that its description names."""
    lines = ARCHITECTURE.read_text(encoding="utf-8").split("```")[1].splitlines()
    folders = [CLONE]
    for line in filter(None, lines):
        indent, name, text = re.fullmatch(r"( *)([\w.]+)/?(?: +(.*))?", line).groups()
        depth = len(indent) // 4
        path = folders[depth] / name
        folders[depth + 1 :] = [path]
        beside = path if path.is_dir() else path.parent
        yield path, [beside / other for other in re.findall(r"\w+\.py", text or "")]


def order(package):
    """The folders and modules of a package in the order of that tree: each imports of those above it only."""
    return [path.stem for path, _ in tree() if path.parent == CLONE / package]


def imports(file):
    """The dotted names of all that a file imports, in whichever of its functions."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{file} imports relative to itself"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_within(name, *packages):
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def folder_of(name):
    return name.split(".")[1]


def graders_end():
    return [
        (name, file)
        for name, file in modules()
        if folder_of(name) in GRADERS_END and not is_within(name, *BESIDE_THE_LEARNER, SELF_CHECK)
    ]


def loaded_with(names):
    """What is loaded in a process that imports these modules and does nothing else."""
    program = (
        "import importlib, json, sys\n"
        "for name in sys.argv[1:]: importlib.import_module(name)\n"
        "print(json.dumps(list(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *names],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_what_the_architecture_names_is_there():
    named = [path for path, others in tree() for path in (path, *others)]
    assert [str(path) for path in named if not path.exists()] == []
    assert sorted(order("nnlearn")) == sorted({folder_of(name) for name, _ in modules()})


def test_the_table_of_requests_is_complete():
    answered = set()
    for node in ast.walk(ast.parse((CLONE / "nnlearn/host/host.py").read_text(encoding="utf-8"))):
        match node:
            case ast.Compare(left=ast.Name("verb"), comparators=[ast.Constant(verb)]):
                answered.add(verb)
            case ast.Match(subject=ast.Name("verb"), cases=cases):
                answered.update(case.pattern.value.value for case in cases)
    table = ARCHITECTURE.read_text(encoding="utf-8").partition("| request |")[2].partition("\n\n")[0]
    assert sorted(re.findall(r"^\| `(\w+)`", table, re.MULTILINE)) == sorted(answered)


@pytest.mark.parametrize("package", ["nnlearn", "autograder"])
def test_imports_have_one_direction(package):
    places = order(package)
    against = [
        f"{name} imports {used}"
        for name, file in modules(package)
        for used in imports(file)
        if is_within(used, *(f"{package}.{later}" for later in places[places.index(folder_of(name)) + 1 :]))
    ]
    assert against == []


def test_nnlearn_never_imports_autograder():
    offenders = [
        f"{name} imports {used}"
        for name, file in modules()
        for used in imports(file)
        if is_within(used, "autograder")
    ]
    assert offenders == []


def test_only_what_shares_a_process_with_a_learners_objects_imports_the_host():
    """The modules and folders that `architecture.md` names, and no other, in whichever function."""
    rule = "only what shares a process with a learner's objects imports it:"
    text = " ".join(ARCHITECTURE.read_text(encoding="utf-8").split())
    named = re.findall(r"`([\w/]+?)/?(?:\.py)?`", text.partition(rule)[2].partition("So the grader's end")[0])
    allowed = [
        name if is_within(name, "autograder") else f"nnlearn.{name}"
        for name in (path.replace("/", ".") for path in named)
    ]
    importing = {
        name
        for package in ("nnlearn", "autograder")
        for name, file in modules(package)
        if not is_within(name, "nnlearn.host")
        and any(is_within(used, "nnlearn.host") for used in imports(file))
    }
    assert sorted(name for name in importing if not is_within(name, *allowed)) == []
    assert [name for name in allowed if not any(is_within(other, name) for other in importing)] == []


def test_nothing_at_the_graders_end_imports_what_is_beside_the_learner():
    offenders = [
        f"{name} imports {used}"
        for name, file in graders_end()
        for used in imports(file)
        if is_within(used, *BESIDE_THE_LEARNER)
    ]
    assert offenders == []


def test_the_graders_end_is_loaded_without_the_learners():
    loaded = loaded_with([name for name, _ in graders_end()])
    assert "nnlearn.isolation.seat" in loaded
    assert [name for name in loaded if is_within(name, *BESIDE_THE_LEARNER)] == []


def test_what_both_sides_share_is_loaded_alone():
    loaded = loaded_with([name for name, _ in modules() if folder_of(name) == "protocol"])
    assert {folder_of(name) for name in loaded if is_within(name, "nnlearn") and "." in name} == {"protocol"}


def test_nothing_imports_keras_before_it_runs():
    loaded = loaded_with([name for name, _ in modules()])
    assert {"keras", "tensorflow", "matplotlib", "sklearn", "autograder"}.isdisjoint(loaded)
