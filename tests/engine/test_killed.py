"""Any one process of the grader is killed at a random moment: the report stays the same.

So does it for any number of jobs. The moments are seeded; what runs at them is up to the machine.
"""

import contextlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from patience import PATIENCE_S, comes_true, survivors
from toy_course import REFERENCE, nnlearn

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="isolation is for Linux")

BROKEN = "raise ValueError('no')\n"
SUBMISSIONS = {
    "ada": REFERENCE,
    "bo": REFERENCE.replace("axis=axis, keepdims=True)\n\n\nclass", "axis=0, keepdims=True)\n\n\nclass"),
    "cy": REFERENCE.replace("return x * self.factor", "import os; os._exit(3)"),
    "di": BROKEN + REFERENCE,
    "ed": "import time\ntime.sleep(1)\n" + REFERENCE.replace('"sum": 1.0', '"sum": 2.0'),
    "flo": "import time\ntime.sleep(1)\n" + REFERENCE,
}


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory):
    folder = tmp_path_factory.mktemp("class") / "toy"
    folder.mkdir()
    for learner, code in SUBMISSIONS.items():
        (folder / f"{learner}.py").write_text(code)
    return folder


@pytest.fixture(scope="module")
def content(miniature, tmp_path_factory):
    """The miniature course, with time for a busy machine: nobody here loops."""
    root = Path(shutil.copytree(miniature, tmp_path_factory.mktemp("content") / "course"))
    toml = root / "solutions/toy/topic.toml"
    toml.write_text(re.sub(r"_seconds = \d+", f"_seconds = {PATIENCE_S}", toml.read_text()))
    return root


def arguments(content, handed_in, jobs):
    return [
        *["grade", str(handed_in), "--topic", "toy", "--content", str(content)],
        *["--jobs", str(jobs), "--seed", "3", "--json", "out.json"],
    ]


def without_times(folder):
    document = json.loads((folder / "out.json").read_text())
    for report in document["topics"][0]["reports"]:
        for part in report["parts"]:
            for outcome in part["outcomes"]:
                outcome["seconds"] = 0
    return json.dumps(document, indent=2)


@dataclass(frozen=True)
class Undisturbed:
    """What a run comes to when nobody is killed, and how many seconds it takes."""

    report: str
    seconds: float


@pytest.fixture(scope="module")
def alone(content, handed_in, tmp_path_factory):
    """The report of one job, which finds out on its way what known mistakes do; later runs need not."""
    folder = tmp_path_factory.mktemp("alone")
    done = nnlearn(*arguments(content, handed_in, 1), cwd=folder)
    assert done.returncode == 0, done.stderr
    return without_times(folder)


@pytest.fixture(scope="module")
def undisturbed(content, handed_in, alone, tmp_path_factory):
    folder = tmp_path_factory.mktemp("undisturbed")
    began = time.monotonic()
    done = nnlearn(*arguments(content, handed_in, 2), cwd=folder)
    seconds = time.monotonic() - began
    assert done.returncode == 0, done.stderr
    report = without_times(folder)
    assert "grader_error" not in report
    return Undisturbed(report, seconds)


def test_one_job_and_two_give_the_same_report(alone, undisturbed):
    assert alone == undisturbed.report


# The fork server and the zygote are processes of the grader; their forks follow, level by level. Above each
# zygote a process waits for it that is outside its namespaces.
LEVELS = {
    "forkserver": ["forkserver", "worker"],
    "isolation.inside.zygote": ["first zygote", "first zygote", "zygote", "zygote", "learner"],
    "resource_tracker": ["resource tracker"],
}


def by_role(main):
    """The grader's processes that live, by what they are there for."""
    found, levels = {"main": [main]}, {}
    for process in main.children(recursive=True):
        try:
            command, above = " ".join(process.cmdline()), levels.get(process.ppid(), ("", -1))
        except psutil.Error:
            continue
        kind = next((kind for kind in LEVELS if kind in command), "")
        level = above[1] + 1 if kind == above[0] else 0
        levels[process.pid] = (kind, level)
        for role in LEVELS.get(kind, [])[level : level + 1]:
            found.setdefault(role, []).append(process)
    return found


@pytest.fixture
def temporary():
    """A folder for temporary files with a short path: the fork server has a socket in it, which needs one."""
    with tempfile.TemporaryDirectory(prefix="killed-") as folder:
        yield Path(folder)


@dataclass
class Disturbed:
    """A run in which a process was killed, unless it ended before.

    Attributes:
        status: Its exit status.
        killed: The process.
        seen: Every process of the grader's that was there.
    """

    status: int | None
    killed: psutil.Process | None
    seen: set[psutil.Process]


def lives(process):
    """Whether a process runs, zombies aside."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def kill_one(command, folder, temporary, role, seconds, chance):
    """Run `command` and kill a process of this role once so many seconds have passed."""
    with (folder / "said").open("w") as said:
        environment = {**os.environ, "TMPDIR": str(temporary)}
        grader = subprocess.Popen(command, cwd=folder, stdout=said, stderr=said, env=environment)
    main = psutil.Process(grader.pid)
    seen, killed = set(), None
    moment, give_up = time.monotonic() + seconds, time.monotonic() + PATIENCE_S
    while grader.poll() is None and time.monotonic() < give_up:
        try:
            roles = by_role(main)
        except psutil.NoSuchProcess:
            break
        seen.update(process for processes in roles.values() for process in processes)
        if killed is None and time.monotonic() >= moment and role in roles:
            chosen = chance.choice(roles[role])
            with contextlib.suppress(psutil.NoSuchProcess):  # it has ended since we looked
                chosen.kill()
                killed = chosen
        time.sleep(0.02)
    return Disturbed(grader.poll(), killed, seen)


ROLES = ["main", "forkserver", "worker", "first zygote", "zygote", "learner", "resource tracker"]
WITHOUT_NAMESPACES = Path(__file__).parents[1] / "isolation" / "without_namespaces.py"


@pytest.mark.parametrize(
    ("seed", "role", "around"),
    [
        *(pytest.param(seed, role, [], id=role) for seed, role in enumerate(ROLES)),
        *(
            pytest.param(seed, role, [sys.executable, str(WITHOUT_NAMESPACES)], id=f"{role}, no namespaces")
            for seed, role in enumerate(["main", "first zygote", "zygote"])
        ),
    ],
)
def test_a_process_killed_at_any_moment_changes_nothing(
    content, handed_in, undisturbed, tmp_path, temporary, seed, role, around
):
    chance = random.Random(seed)
    command = [*around, sys.executable, "-m", "nnlearn", *arguments(content, handed_in, 2)]
    # A learner's process lives for a moment only; the others are left alone for some time, or less if the run
    # is over by then, because the undisturbed one had a busier machine.
    for share in (0.8, 0.3, 0.1):
        seconds = 0 if role == "learner" else chance.uniform(0, share * undisturbed.seconds)
        run = kill_one(command, tmp_path, temporary, role, seconds, chance)
        assert run.status is not None, "it hangs"
        if run.killed is not None:
            break
    assert run.killed is not None, f"no {role} was there to be killed"
    assert comes_true(lambda: not any(map(lives, run.seen))), "processes are left behind"
    if role == "main":
        done = nnlearn(*arguments(content, handed_in, 2), "--resume", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    else:
        assert run.status == 0, (tmp_path / "said").read_text()
    report, expected = json.loads(without_times(tmp_path)), json.loads(undisturbed.report)
    if around:
        report["isolation"] = expected["isolation"]
    assert report == expected
    assert not (tmp_path / ".nnlearn").exists()
    assert not list(temporary.glob("nnlearn-*"))


def test_ctrl_c_loses_nothing_and_the_same_request_goes_on(content, handed_in, undisturbed, tmp_path):
    command = [sys.executable, "-m", "nnlearn", *arguments(content, handed_in, 1)]
    grader = subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    first = grader.stderr.readline()
    seen = psutil.Process(grader.pid).children(recursive=True)
    grader.send_signal(signal.SIGINT)
    _, said = grader.communicate(timeout=PATIENCE_S)
    assert (grader.returncode, first) == (2, "1/6 toy ada: 6 of 6\n")
    assert survivors(seen) == [], "processes are left behind"
    [journal] = (tmp_path / ".nnlearn").glob("*.jsonl")
    document, expected = json.loads(without_times(tmp_path)), json.loads(undisturbed.report)
    found = document["topics"][0]["reports"]
    assert 1 <= len(found) < len(SUBMISSIONS)
    assert found == expected["topics"][0]["reports"][: len(found)]
    assert document["isolation"] == expected["isolation"]
    assert (
        f"Interrupted: {len(found)} of 6 submissions graded. With --resume the rest follows; "
        f"what is done is kept in {journal.relative_to(tmp_path)}." in said
    )
    other = nnlearn("grade", handed_in / "ada.py", *arguments(content, handed_in, 1)[2:], cwd=tmp_path)
    assert other.returncode == 0, other.stderr
    assert journal.exists(), "another run took it away"
    done = nnlearn(*arguments(content, handed_in, 2), "--resume", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(without_times(tmp_path)) == expected
    assert not (tmp_path / ".nnlearn").exists()
