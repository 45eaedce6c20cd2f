"""Which tests of a run with several workers go to the same one, and which come first.

Every file of tests stays with one worker, and so do files whose tests look at something that takes long to
make. What takes longest comes first, so that no worker is left alone with it at the end.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

HERE = Path(__file__).parent
LONGEST = (
    *("topics/test_unforeseen_answers.py", "topics/test_calls_that_are_told.py", "topics/test_mutants.py"),
    *("engine/test_killed.py", "isolation/test_other_conditions.py", "cluster/test_cluster.py"),
    *("course/test_lifecycle.py", "course/test_formgrader.py", "course/test_on_a_cluster.py"),
    *("course/test_traps.py", "course/test_preflight.py"),
    *("course/test_course_grade.py", "course/test_class_run.py"),
    *("course/test_deadlines.py", "course/test_selection.py"),
    *("test_notebooks.py", "course/test_course_check.py", "exploits/test_exploits.py"),
    *("checking/test_predictions.py", "grade/test_sample_class.py", "course/test_same_scores.py"),
    *("watch/test_lines.py", "course/test_exploits.py", "cli/test_check.py", "cli/test_newcomer.py"),
    *("watch/test_screen.py", "authoring/test_diagnoses.py", "engine/test_both_transports.py"),
)
TOGETHER = (
    (  # a class of traps
        *("course/test_traps.py", "course/test_preflight.py"),
        *("course/test_course_grade.py", "course/test_class_run.py"),
    ),
    (  # a class from release to feedback
        *("course/test_lifecycle.py", "course/test_formgrader.py", "course/test_on_a_cluster.py"),
    ),
    (  # a class with deadlines
        *("course/test_deadlines.py", "course/test_extend.py"),
        *("course/test_selection.py", "course/test_compare.py"),
    ),
    ("test_wheel.py", "cli/test_newcomer.py", "cli/test_selfstudy.py"),  # wheels
)


class Dealer(LoadFileScheduling):
    """Deals files to workers: whole, and all of those that belong together."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return next((group[0] for group in TOGETHER if file.removeprefix("tests/") in group), file)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Dealer | None:
    """Deal with `--dist loadfile`; leave other ways to those who ask for them."""
    return Dealer(config, log) if config.getoption("dist") == "loadfile" else None


def longest_first(items: list[pytest.Item]) -> None:
    """Put the longest files first."""
    rank = {HERE / name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: rank.get(item.path, len(rank)))
