"""What a process that grades notebooks keeps warm: a zygote, and for each topic its checks and mistakes."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from autograder.course.pictures import safe_png
from autograder.engine.submissions import Submission
from autograder.engine.worker import TopicGrader, zygote_of_this_process
from nnlearn.catalogue import Topic
from nnlearn.errors import SubmissionError
from nnlearn.files import digest_of
from nnlearn.results import Report
from nnlearn.runtime.environment import TENSORFLOW_ENVIRONMENT
from nnlearn.submission.source import read_source

_TOPICS = 16
_FIGURES = 12


@dataclass(frozen=True)
class GradedNotebook:
    """What came out when a notebook's code was graded.

    Attributes:
        report: The report.
        printed: What cells printed while they ran, by their numbers in the notebook, counted from 1.
        figures: What cells drew, as checked PNG files, likewise.
        layers: The layers of isolation that held.
    """

    report: Report
    printed: Mapping[int, str] = field(default_factory=dict)
    figures: Mapping[int, Sequence[bytes]] = field(default_factory=dict)
    layers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Grading:
    """A notebook to grade.

    Attributes:
        topic: The topic, with its checks.
        learner: Who handed it in.
        name: What the notebook is called, with its extension.
        data: The notebook with what may be run and nothing else; cells tagged `demo` are not run.
        seed: What all random numbers follow from.
    """

    topic: Topic
    learner: str
    name: str
    data: bytes
    seed: int


def grade(grading: Grading) -> GradedNotebook:
    """Run every check of the topic on the code of a notebook, in isolation."""
    topic = grading.topic
    digest = digest_of(grading.data)
    submission = Submission(grading.learner, Path(grading.name), topic.name, grading.name, digest)
    return _grader(topic, topic.content_digest, grading.seed).grade_data(submission, grading.data)


class NotebookGrader(TopicGrader):
    """Grades notebooks that are in memory, and keeps what each cell printed."""

    def grade_data(self, submission: Submission, data: bytes) -> GradedNotebook:
        """Run every check on a notebook. Whatever it does, there is a report."""
        try:
            source = read_source(submission.path, data)
        except SubmissionError as error:
            return GradedNotebook(self._unreadable(submission, error))
        report, seat = self.check(submission, source, figures=True)
        numbers = {cell.name: cell.number for cell in source.cells}
        printed = {numbers[name]: text for name, text in seat.printed if name in numbers and text}
        figures: dict[int, list[bytes]] = {}
        for name, data in seat.figures[:_FIGURES]:
            if name in numbers and (picture := safe_png(data)) is not None:
                figures.setdefault(numbers[name], []).append(picture)
        return GradedNotebook(report, printed, figures, seat.layers)


def as_data(cells: Sequence[Any]) -> bytes:
    """A notebook with what may be run and nothing else: no text, no output, no attachment."""
    bare = [
        {
            "cell_type": cell.cell_type,
            "metadata": {"tags": cell.metadata.get("tags", [])},
            "source": cell.source if cell.cell_type == "code" else "",
        }
        for cell in cells
    ]
    return json.dumps({"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": bare}).encode()


@lru_cache(maxsize=_TOPICS)
def _grader(topic: Topic, digest: str, seed: int) -> NotebookGrader:  # noqa: ARG001 - changed content is another
    os.environ.update(TENSORFLOW_ENVIRONMENT)  # the reference rounds as the learners' processes do
    return NotebookGrader(topic, zygote_of_this_process(), seed)
