"""Measures Otter-Grader: `otter run` with tests that run nnlearn's checks in the kernel.

Otter pins its dependencies tightly, so it gets an environment of its own, which is kept for the next time.
"""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
import time
import venv
import zipfile
from pathlib import Path

from benchmarks.classroom import Handed, notebook, write
from benchmarks.own import ROOT, run
from benchmarks.results import Peer
from nnlearn.catalogue import Topic

OTTER = "otter-grader==7.0.0"
# What the checks import; the versions are those that nnlearn is tested with.
_BESIDE = ("tensorflow", "keras", "numpy", "msgpack", "msgspec", "pytest", "ipykernel")
_INSTALL_SECONDS = 900
_TEST = """\
from otter.test_files import test_case

OK_FORMAT = False
name = {part!r}
points = {points}

@test_case()
def test_part(env):
    from benchmarks.shim import check_part
    check_part({part!r}, env, {topic!r}, {checks!r})
"""


def environment() -> Path:
    """Where Otter's environment is kept."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    return cache / "nnlearn-benchmarks" / OTTER.replace("==", "-")


def install() -> str:
    """Make Otter's environment unless it is there; returns why that failed, or an empty string."""
    folder = environment()
    done_mark = folder / ".installed"
    if done_mark.exists():
        return ""
    pins = dict(re.findall(r"^([\w.-]+)==(\S+)$", (ROOT / "constraints.txt").read_text(), re.MULTILINE))
    needed = [OTTER, *(f"{name}=={pins[name]}" if name in _BESIDE[:3] else name for name in _BESIDE)]
    try:
        venv.create(folder, with_pip=True, clear=True)
        pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", *needed]
        done = subprocess.run(pip, capture_output=True, text=True, timeout=_INSTALL_SECONDS, check=False)  # noqa: S603
    except (OSError, subprocess.SubprocessError) as error:
        return f"{OTTER} cannot be installed: {error}"
    if done.returncode != 0:
        return f"{OTTER} cannot be installed: {done.stderr.strip().splitlines()[-1]}"
    done_mark.touch()
    return ""


def measure(handed: list[Handed], topic: Topic, folder: Path) -> Peer:
    """Run Otter on each submission; it starts anew each time, as it does for its users."""
    name = OTTER.replace("==", " ")
    if problem := install():
        return Peer(name, problem=problem)
    course = folder / "otter"
    course.mkdir()
    archive = _autograder(topic, course)
    seconds, shares = [], []
    for person in handed:
        file = course / f"{person.learner}.ipynb"
        write(notebook(topic, person), file)
        out = course / person.learner
        out.mkdir()
        command = [str(environment() / "bin" / "otter"), "run", "--no-logo", "-a", str(archive)]
        began = time.perf_counter()
        done = run([*command, "-o", str(out), str(file)], course, PATH=_path())
        seconds.append(time.perf_counter() - began)
        results = out / "results.json"
        if done.returncode != 0 or not results.exists():
            said = (done.stderr or done.stdout).strip()[-300:]
            return Peer(name, problem=f"otter run failed: {said}")
        tests = [t for t in json.loads(results.read_text())["tests"] if t.get("max_score")]
        shares.append(sum(t["score"] for t in tests) / sum(t["max_score"] for t in tests))
    return Peer(name, len(handed), statistics.median(seconds), shares[0])


def _autograder(topic: Topic, course: Path) -> Path:
    """Otter's configuration: a zip file with a test for each part."""
    archive = course / "autograder.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("otter_config.json", json.dumps({"lang": "python"}))
        for part in topic.parts:
            values = {"part": part.name, "points": part.points, "topic": topic.name}
            test = _TEST.format(**values, checks=str(topic.checks))
            file.writestr(f"tests/{part.name}.py", test)
    return archive


def _path() -> str:
    return os.pathsep.join([str(environment() / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]])
