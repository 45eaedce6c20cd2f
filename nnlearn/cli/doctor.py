"""`nnlearn doctor`: what this machine has, what it lacks, and the command that mends it.

Nothing is imported that it reports on, and nothing that only Linux has unless this is Linux: it has to
work where little else does.
"""

from __future__ import annotations

import dataclasses
import functools
import os
import platform
import sys
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import PackageNotFoundError, requires, version
from typing import TYPE_CHECKING

from nnlearn.cli.findings import Finding, keras_starts, surroundings
from nnlearn.cli.say import say
from nnlearn.errors import EXIT_CHECKS_FAILED, EXIT_OK
from nnlearn.runtime.output import keep_stdout_for_json

if TYPE_CHECKING:
    from packaging.specifiers import SpecifierSet

    from nnlearn.isolation.confinement import Layer

_NEEDED = ("keras", "tensorflow", "numpy", "pytest")
_INSTALL = "python -m pip install --upgrade nnlearn"
_OLDEST_PYTHON = (3, 11)
_ONLY_LINUX = "Checking your own work works here. Grading the work of others needs Linux."


def show_findings(as_json: bool = False, thorough: bool = False, grading: bool = False) -> int:
    """Say whether nnlearn can work here.

    Args:
        as_json: Print the findings as JSON.
        thorough: Also start Keras, in a process of its own.
        grading: Also say how well a learner's code can be kept to itself when it is graded here.

    Returns:
        The exit code: 0, or 1 when something that nnlearn needs is wrong.
    """
    answer = keep_stdout_for_json() if as_json else None
    findings = [_python(), *(_package(name) for name in _NEEDED), _backend()]
    if thorough:
        findings.append(keras_starts())
    findings += surroundings()
    layers = _layers() if grading else None
    if answer is not None:
        answer(_as_dict(findings, layers))
    else:
        say("\n".join(_findings_as_text(findings)))
        if grading:
            say("\n".join(["", *_layers_as_text(layers)]))
    wrong = any(finding.wrong and not finding.optional for finding in findings)
    return EXIT_CHECKS_FAILED if wrong else EXIT_OK


def _python() -> Finding:
    found = platform.python_version()
    if sys.version_info >= _OLDEST_PYTHON:
        return Finding("python", found)
    oldest = ".".join(map(str, _OLDEST_PYTHON))
    return Finding(
        "python", found, f"needs {oldest} or newer", f"install Python {oldest} and nnlearn into it"
    )


def _package(name: str) -> Finding:
    """Whether a package is there, in a version that nnlearn works with."""
    try:
        found = version(name)
    except PackageNotFoundError:
        return Finding(name, "", "not installed", _INSTALL)
    wanted = _wanted().get(name)
    if wanted is not None and not wanted.contains(found, prereleases=True):
        return Finding(name, found, f"needs {wanted}", _INSTALL)
    return Finding(name, found)


@functools.cache
def _wanted() -> dict[str, SpecifierSet]:
    """The versions that nnlearn works with, by package."""
    from packaging.requirements import Requirement  # pytest needs it, so it is there

    try:
        listed = requires("nnlearn") or ()
    except PackageNotFoundError:  # run from a clone that was never installed
        return {}
    needed = (Requirement(text) for text in listed if text.startswith(_NEEDED))
    return {requirement.name: requirement.specifier for requirement in needed if not requirement.marker}


def _backend() -> Finding:
    """The backend Keras is told to use; Keras reads it when it is imported."""
    chosen = os.environ.get("KERAS_BACKEND", "tensorflow")
    if chosen == "tensorflow":
        return Finding("KERAS_BACKEND", chosen)
    return Finding("KERAS_BACKEND", chosen, "needs tensorflow", "export KERAS_BACKEND=tensorflow")


def _layers() -> tuple[Layer, ...] | None:
    """The layers of isolation, or None where there can be none."""
    if sys.platform != "linux":
        return None
    from nnlearn.isolation.confinement import layers_available

    return tuple(layers_available())


def _missing(layers: Sequence[Layer]) -> tuple[str, ...]:
    from nnlearn.isolation.confinement import missing_layers

    return missing_layers(layer.name for layer in layers if layer.holds)


def _as_dict(findings: Sequence[Finding], layers: Sequence[Layer] | None) -> dict[str, object]:
    return {
        "findings": [dataclasses.asdict(finding) for finding in findings],
        "isolation": [dataclasses.asdict(layer) for layer in layers or ()],
        "missing_layers": None if layers is None else list(_missing(layers)),
    }


def _lines(findings: Iterable[Finding]) -> Iterator[str]:
    for finding in findings:
        mark = "ok" if not finding.wrong else "-" if finding.optional else "WRONG"
        yield f"  {mark:<7} {finding.name:<14} {finding.found or '-'}"
        if finding.wrong:
            how = "If you want it" if finding.optional else "Put it right"
            yield f"          {finding.wrong}. {how}: {finding.mend}"


def _findings_as_text(findings: Sequence[Finding]) -> list[str]:
    lines = ["What nnlearn needs", *_lines(finding for finding in findings if not finding.optional)]
    return [*lines, "", "What you may want", *_lines(finding for finding in findings if finding.optional)]


def _layers_as_text(layers: Sequence[Layer] | None) -> list[str]:
    lines = ["What keeps a learner's code to itself when it is graded"]
    if layers is None:
        return [*lines, f"  {_ONLY_LINUX}"]
    missing = _missing(layers)
    for layer in layers:
        mark = "holds" if layer.holds else "MISSING" if layer.name in missing else "-"
        lines.append(f"  {mark:<7} {layer.name:<14} {layer.protects}")
        if not layer.holds and layer.why_not:
            lines.append(f"          {layer.why_not}")
    if missing:
        lines += [
            "",
            f"Missing: {', '.join(missing)}. nnlearn grade works and says so;",
            "with --require-isolation it refuses.",
        ]
        if any(name.startswith("landlock") for name in missing):
            lines.append("Landlock needs a package: python -m pip install 'nnlearn[grade]'")
    return lines
