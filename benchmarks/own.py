"""Runs the measurements of nnlearn, each in a fresh process, and the commands learners wait for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.classroom import hand_in, notebook, write
from benchmarks.results import Commands, Engine, Floor, Saves, Start
from nnlearn.catalogue import Topic, load_catalogue
from nnlearn.errors import NnlearnError

ROOT = Path(__file__).resolve().parents[1]


class BenchmarkError(NnlearnError):
    """A measurement of nnlearn itself did not succeed."""


def engine(folder: Path, topic: Topic, root: Path, jobs: int) -> Engine:
    """The engine with a number of jobs."""
    found = _measure("engine", folder, topic, root, "--jobs", str(jobs))
    return Engine(**found | {"scores": tuple(found["scores"])})


def of_topic(topic: Topic, root: Path, work: Path, count: int) -> Engine:
    """The engine, one job at a time, on `count` notebooks of a topic."""
    remember_mistakes(topic, root, work)
    folder = work / topic.name / "class"
    folder.mkdir(parents=True)
    for person in hand_in(topic, root, count):
        write(notebook(topic, person), folder / f"{person.learner}.ipynb")
    return engine(folder, topic, root, 1)


def start(folder: Path, topic: Topic, root: Path) -> Start:
    """What it takes to get ready; from then on this process and its children remember the known mistakes."""
    mistakes = remember_mistakes(topic, root, folder.parent)
    return Start(mistakes, **_measure("engine", folder, topic, root))


def remember_mistakes(topic: Topic, root: Path, work: Path) -> float:
    """Find out what the known mistakes answer, into a cache below `work`; the seconds that it took.

    Grading does so once and finds it in the user's cache ever after. Without this, whatever is measured first
    would wait for it, on some machines and not on others.
    """
    os.environ["NNLEARN_CACHE"] = str(work / "cache")
    began = time.perf_counter()
    done = run([sys.executable, "-m", "autograder.engine.fill_reply_cache", str(root), topic.name], work)
    if done.returncode != 0:
        raise BenchmarkError(f"the known mistakes of `{topic.name}` could not be run:\n{done.stderr[-2000:]}")
    return time.perf_counter() - began


def floor(folder: Path, topic: Topic, root: Path) -> Floor:
    """The checks without isolation."""
    found = _measure("floor", folder, topic, root)
    return Floor(**found | {"scores": tuple(found["scores"])})


def commands(notebook: Path, topic: Topic) -> Commands:
    """What a learner waits for who starts a command once."""
    checks = [str(topic.exercise_dir), "-p", "no:cacheprovider", "--submission", str(notebook)]
    return Commands(
        pytest=_time([sys.executable, "-m", "pytest", "-q", *checks], notebook.parent),
        list=min(_time([sys.executable, "-m", "nnlearn", "list"], notebook.parent) for _ in range(3)),
    )


def saves(work: Path, root: Path, count: int) -> tuple[Saves, ...]:
    """What a learner waits for after a save, topic by topic, in a workspace of their own."""
    workspace = work / "workspace"
    nnlearn = [sys.executable, "-m", "nnlearn"]
    done = run([*nnlearn, "init", str(workspace), "--content", str(root)], work)
    if done.returncode != 0:
        raise BenchmarkError(f"nnlearn init: {done.stderr}", "Run it alone to see more.")
    topics = [topic for topic in load_catalogue(root).topics if topic.master is not None]
    return tuple(Saves(**_measure("watch", workspace, t, root, "--saves", str(count))) for t in topics)


def run(command: list[str], folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command in `folder`, with this clone importable and what it says captured."""
    paths = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    env = os.environ | {"PATH": paths, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"} | environment
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)  # noqa: S603


def _time(command: list[str], folder: Path) -> float:
    began = time.perf_counter()
    run(command, folder)
    return time.perf_counter() - began


def _measure(module: str, folder: Path, topic: Topic, root: Path, *more: str) -> dict[str, Any]:
    out = folder.parent / "measured.json"
    arguments = [str(folder), "--topic", topic.name, "--content", str(root), "--out", str(out), *more]
    done = run([sys.executable, "-m", f"benchmarks.{module}", *arguments], folder.parent)
    if done.returncode != 0:
        raise BenchmarkError(
            f"benchmarks.{module} ended with exit status {done.returncode}:\n{done.stderr[-2000:]}",
            f"Run it alone: python -m benchmarks.{module} --help",
        )
    found: dict[str, Any] = json.loads(out.read_text())
    out.unlink()
    return found
