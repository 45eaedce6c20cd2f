"""What cannot be read is a word of its own, out of the mean, and ends the run with 1, whatever shows it."""

import json

from rich.console import Console
from toy_course import REFERENCE, nnlearn

from autograder.render.html import run_to_html
from autograder.render.terminal import print_run
from nnlearn.results import Run, TopicReports, Verdict


def test_a_file_that_cannot_be_read_is_out_of_the_mean(miniature, tmp_path):
    folder = tmp_path / "toy"
    folder.mkdir()
    (folder / "ada.py").write_text(REFERENCE)
    (folder / "bo.ipynb").write_text('{"cells": [')
    asked = (folder, "--content", miniature, "--json", "r.json", "--csv", "r.csv", "--jobs", "1")
    done = nnlearn("grade", *asked, cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    assert "toy bo: unreadable" in done.stderr
    assert "toy: 2 submissions, 1 unreadable, mean 6 and median 6 of 6" in done.stdout
    [topic] = json.loads((tmp_path / "r.json").read_text())["topics"]
    [note] = topic["reports"][1]["notes"]
    assert "is broken (Expecting" in note
    assert "). Open it in Jupyter" in note, "two sentences, also where there is one line for them"
    assert {part["verdict"] for part in topic["reports"][1]["parts"]} == {"unreadable"}
    assert ",unreadable,unreadable,unreadable," in (tmp_path / "r.csv").read_text()


def test_a_class_in_which_nothing_can_be_read_has_no_mean(make_report, capsys):
    reports = [make_report(name) for name in ("ada", "bo")]
    for report in reports:
        outcome = report.parts[0].outcomes[0]
        object.__setattr__(outcome, "verdict", Verdict.UNREADABLE)
    run = Run((TopicReports("activations", "d" * 64, tuple(reports)),))
    print_run(run, Console(width=100))
    shown = capsys.readouterr().out
    assert "activations: 2 submissions, 2 unreadable\n" in shown
    assert "mean" not in shown
    page = run_to_html(run)
    assert "<b>2</b> unreadable" in page
    assert "mean of" not in page
