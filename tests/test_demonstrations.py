"""For those who work in the `.py`: the demonstrations of a lesson run as they are printed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from nnlearn.catalogue import Topic, load_catalogue

TOPICS = [topic for topic in load_catalogue().topics if topic.alternatives]
_BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def printed_code(topic: Topic) -> list[str]:
    """The code on the page of a lesson, without the parts and what its text quotes."""
    cells = json.loads(topic.notebook.read_text(encoding="utf-8"))["cells"]
    texts = {"".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"}
    quoted = {block for text in texts for block in _BLOCK.findall(text)}
    blocks = _BLOCK.findall(topic.lesson.read_text(encoding="utf-8"))
    is_part = re.compile(
        rf"^(PREDICTIONS = |(def|class) ({'|'.join(part.name for part in topic.parts)})\b)", re.MULTILINE
    )
    return [block for block in blocks if block not in quoted and not is_part.search(block)]


def run_here(code: list[str], folder: Path) -> str:
    """What a Python that was started in `folder` prints when it runs the code."""
    done = subprocess.run(
        [sys.executable, "-c", "\n\n".join(code)],
        cwd=folder,
        env={**os.environ, "MPLBACKEND": "agg"},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def imported(code: list[str], topic: Topic) -> list[str]:
    """The parts that demonstrations take from the learner's file, demonstration by demonstration."""
    lines = [re.findall(rf"^from {topic.name} import (.+)$", block, re.MULTILINE) for block in code]
    return [line for [line] in filter(None, lines)]


@pytest.mark.sampled(1, "demonstrations of topics")
@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_the_demonstrations_run_as_printed(topic: Topic, tmp_path: Path) -> None:
    code = printed_code(topic)
    assert imported(code, topic), "a lesson puts the learner's parts to work"
    (tmp_path / topic.stub.name).write_text(topic.alternatives[-1].read_text(encoding="utf-8"))
    assert "not written yet" not in run_here(code, tmp_path)


def test_each_says_which_part_is_not_written_yet(tmp_path: Path) -> None:
    topic = TOPICS[0]
    code = printed_code(topic)
    (tmp_path / topic.stub.name).write_text(topic.stub.read_text(encoding="utf-8"))
    missing = re.findall(r"^(\w+): not written yet$", run_here(code, tmp_path), re.MULTILINE)
    assert missing == [line.split(", ")[0] for line in imported(code, topic)]
