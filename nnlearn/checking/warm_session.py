"""A session of pytest that serves many submissions: bare, and blind to what lies around."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from nnlearn.checking import plugin
from nnlearn.checking.bench import Bench
from nnlearn.checking.marks import CheckInfo
from nnlearn.errors import ContentError

_CONFIGURATION = Path(__file__).with_name("checks.ini")
_UNWANTED = ("terminal", "cacheprovider", "debugging", "faulthandler", "logging", "unraisableexception")


class Collecting:
    """What a plugin of such a session keeps of how the checks are collected.

    Attributes:
        errors: Why something cannot be, in pytest's words.
    """

    def __init__(self) -> None:
        self.errors: list[str] = []

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep why something cannot be collected."""
        if report.failed:
            self.errors.append(str(report.longrepr))


def checks_in(session: pytest.Session) -> list[tuple[pytest.Item, CheckInfo]]:
    """The checks that were collected, each with what `@check` was told."""
    return [(item, info) for item in session.items if (info := plugin.check_info(item))]


def not_collected(checks: Path, errors: Sequence[str]) -> ContentError:
    """What to raise where the file of checks cannot be collected."""
    words = "\n".join(errors).splitlines()
    return ContentError(f"{checks}: the checks cannot be collected", "\n  ".join(words[-12:]))


def session_arguments(checks: Path) -> list[str]:
    """The command line for a file of checks."""
    # The root makes the module's name out of the whole path: many files are called test_<topic>.py.
    arguments = [str(checks), "-c", str(_CONFIGURATION), f"--rootdir={checks.anchor}"]
    arguments += ["--import-mode=importlib", "--noconftest", "--assert=plain", "--capture=no"]
    return [*arguments, "--disable-plugin-autoload", *(f"-pno:{name}" for name in _UNWANTED)]


def run_check(item: pytest.Item, bench: Bench, following: pytest.Item | None) -> None:
    """Run a collected check on `bench`, which keeps what it finds.

    Args:
        item: The check.
        bench: The submission.
        following: The check that comes next, if pytest is to keep what both share.

    Raises:
        RuntimeError: The check was not run: a fixture of its own failed, or we did.
    """
    item.config.stash[plugin.BENCHES][item.path.parent] = bench
    item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
    if item.name not in bench.runs:
        trouble = item.stash.get(plugin.TROUBLE, None)
        raise RuntimeError(f"{item.name} was not run: {trouble!r}") from trouble


def forget_module(checks: Path) -> None:
    """Let the next session read the checks anew: an author may have changed them."""
    for name, module in list(sys.modules.items()):
        # Not by `getattr`: some libraries import what is missing when they are asked for anything.
        if getattr(module, "__dict__", {}).get("__file__") == str(checks):
            del sys.modules[name]
