"""Shows a `GateReport`: what was tried, who was caught by what, and every gate that does not hold.

Names are never cut or broken: whatever the width, they can be searched for and copied.
"""

from __future__ import annotations

import textwrap

from rich.console import Console
from rich.text import Text

from autograder.authoring.gates import GateReport, Trial

_KIND = len("alternative")
_SCORE = len("10.5 / 20")
_INDENT = " " * (_KIND + 4)


def show(report: GateReport, console: Console) -> None:
    """Print what was tried, how long each part took, and every gate that does not hold."""
    _print(console, f"{report.topic.name}: what the checks say")
    name_width = max((len(trial.name) for trial in report.trials), default=0)
    for trial in report.trials:
        score = f"{trial.score:g} / {trial.max_score:g}"
        line = f"  {trial.kind:<{_KIND}}  {trial.name:<{name_width}}  {score:<{_SCORE}}"
        words = _what_came_of(trial)
        if len(line) + 2 + len(words) <= console.width:
            _print(console, f"{line}  {words}".rstrip())
            continue
        _print(console, line.rstrip())
        for more in _wrapped(words, console.width - len(_INDENT)):
            _print(console, _INDENT + more)
    for trial in report.trials:
        if trial.kind == "reference":
            times = ", ".join(f"{part} {seconds:.2f} s" for part, seconds in trial.seconds.items())
            console.print(f"Time per part: {times}", highlight=False)
    for problem in report.problems:
        _print(console, f"GATE {problem.gate}: {problem.what}")
    broken = len(report.problems)
    verdict = f"{broken} gates do not hold" if broken > 1 else "1 gate does not hold"
    verdict = verdict if broken else "every gate holds"
    _print(console, f"{report.topic.name}: {verdict} ({report.seconds:.1f} s of trials)")


def _print(console: Console, line: str) -> None:
    console.print(Text(line), soft_wrap=True)


def _wrapped(words: str, width: int) -> list[str]:
    return textwrap.wrap(words, max(width, 1), break_long_words=False, break_on_hyphens=False)


def _what_came_of(trial: Trial) -> str:
    """The checks that caught a trial, and what it was diagnosed as where that is not what it is."""
    if trial.kind == "stub" or not trial.caught_by:
        return ""
    shown = ", ".join(name.removeprefix("test_") for name in trial.caught_by[:2])
    more = len(trial.caught_by) - 2
    words = f"caught by {shown} and {more} more" if more > 0 else f"caught by {shown}"
    if trial.kind != "mistake" or trial.diagnosed_as == (trial.name,):
        return words
    return f"{words}; diagnosed as {', '.join(trial.diagnosed_as) or 'nothing'}"
