"""The versions that graded here, pinned for Gradescope: the same versions give the same reports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, distribution

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

# What grading needs beyond what a learner installs; nbgrader and what belongs to it stays out.
FOR_GRADING = ("jupytext", "landlock", "platformdirs")


def pinned_versions(roots: Iterable[str] = ("nnlearn", *FOR_GRADING)) -> str:
    """A constraints file with the installed version of all that `roots` depend on."""
    found: dict[str, str] = {}
    waiting = [Requirement(root) for root in roots]
    done: set[tuple[str, str]] = set()
    while waiting:
        requirement = waiting.pop()
        for extra in ("", *sorted(requirement.extras)):
            key = (canonicalize_name(requirement.name), extra)
            if key in done:
                continue
            done.add(key)
            try:
                installed = distribution(requirement.name)
            except PackageNotFoundError:  # optional, and not installed here either
                continue
            found[key[0]] = Version(installed.version).public
            waiting += _requirements(installed.requires or (), extra)
    del found["nnlearn"]  # the wheel in the archive
    lines = [f"{name}=={found[name]}" for name in sorted(found)]
    return "\n".join(["# The versions that graded where this archive was built.", *lines, ""])


def _requirements(texts: Iterable[str], extra: str) -> Iterator[Requirement]:
    for text in texts:
        requirement = Requirement(text)
        if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
            yield requirement
