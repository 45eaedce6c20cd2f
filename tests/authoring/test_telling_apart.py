"""Hidden checks run for the mistakes that the visible ones do not tell apart, and for no others."""

from __future__ import annotations

from pathlib import Path

import pytest
from authoring.here import check_topic

from autograder.authoring.gates import GateReport
from autograder.authoring.new import write_skeleton
from nnlearn.catalogue import load_catalogue

MORE = '''

@mistake("halve")
def halves_in_double_precision(x):
    """Every number comes back in double precision. Keep the dtype of x."""
    return np.asarray(x, "float64") / 2


@mistake("halve")
def halves_one_less(x):
    """Half of the number before comes back."""
    return halve(x) - 0.5


@mistake("halve")
def halves_one_less_in_rows(x):
    """Half of the number before comes back, for a single row."""
    return halve(x) - 0.5 if np.ndim(x) == 1 else halve(x)
'''


@pytest.fixture
def reported(tmp_path: Path) -> GateReport:
    """What comes of a topic in which some mistakes go alike in the visible check."""
    write_skeleton("apart", tmp_path)
    checks = tmp_path / "autograder/checks/apart"
    mistakes = checks / "mistakes/halve.py"
    mistakes.write_text(mistakes.read_text() + MORE)
    file = checks / "test_apart.py"
    *head, last = file.read_text().split(", after=test_halves_odd_numbers")
    file.write_text(", after=test_halves_odd_numbers".join(head) + last)  # that of tables waits for none
    return check_topic(load_catalogue(tmp_path).topic("apart"))


def test_a_mistake_is_put_to_hidden_checks_where_it_takes_them(reported: GateReport) -> None:
    assert [problem for problem in reported.problems if problem.gate in ("mistake", "diagnosis")] == []
    caught = {trial.name: trial.caught_by for trial in reported.trials if trial.kind == "mistake"}
    visible, dtypes, tables = "test_halves_odd_numbers", "test_halves_in_every_dtype", "test_halves_tables"
    assert (caught["doubles"], caught["halves_with_rounding"]) == ((visible,), (visible,))
    assert caught["halves_in_double_precision"] == (dtypes,)
    assert (caught["halves_one_less"], caught["halves_one_less_in_rows"]) == (
        (visible, dtypes, tables),
        (visible, dtypes),
    )
