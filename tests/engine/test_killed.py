"""Any one process of the grader is killed at a random moment: the report stays the same.

So does it for any number of jobs. The moments are seeded; what runs at them is up to the machine.
"""

import json
import random
import subprocess
import sys
import time

import psutil
import pytest
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


def arguments(miniature, handed_in, jobs):
    return [
        *["grade", str(handed_in), "--topic", "toy", "--content", str(miniature)],
        *["--jobs", str(jobs), "--seed", "3", "--json", "out.json"],
    ]


def without_times(folder):
    document = json.loads((folder / "out.json").read_text())
    for report in document["topics"][0]["reports"]:
        for part in report["parts"]:
            for outcome in part["outcomes"]:
                outcome["seconds"] = 0
    return json.dumps(document, indent=2)


@pytest.fixture(scope="module")
def undisturbed(miniature, handed_in, tmp_path_factory):
    folder = tmp_path_factory.mktemp("undisturbed")
    done = nnlearn(*arguments(miniature, handed_in, 1), cwd=folder)
    assert done.returncode == 0, done.stderr
    report = without_times(folder)
    assert "grader_error" not in report
    return report


def test_one_job_and_two_give_the_same_report(miniature, handed_in, undisturbed, tmp_path):
    done = nnlearn(*arguments(miniature, handed_in, 2), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert without_times(tmp_path) == undisturbed


def role_of(process, parents):
    """What a descendant of the grader is there for."""
    command = " ".join(process.cmdline())
    if "zygote_process" in command:
        return "learner" if "zygote_process" in parents.get(process.ppid(), "") else "zygote"
    if "forkserver" in command:
        return "worker" if "forkserver" in parents.get(process.ppid(), "") else "forkserver"
    return "other"


def by_role(main):
    """The grader's processes that live, by what they are there for."""
    found = {"main": [main]}
    family = main.children(recursive=True)
    parents = {}
    for process in family:
        try:
            parents[process.pid] = " ".join(process.cmdline())
            found.setdefault(role_of(process, parents), []).append(process)
        except psutil.Error:
            continue
    return found


@pytest.mark.parametrize(
    ("seed", "role"), list(enumerate(["main", "forkserver", "worker", "zygote", "learner"]))
)
def test_a_process_killed_at_any_moment_changes_nothing(
    miniature, handed_in, undisturbed, tmp_path, seed, role
):
    chance = random.Random(seed)
    command = [sys.executable, "-m", "nnlearn", *arguments(miniature, handed_in, 2)]
    with (tmp_path / "said").open("w") as said:
        grader = subprocess.Popen(command, cwd=tmp_path, stdout=said, stderr=said)
    main = psutil.Process(grader.pid)
    seen, killed = set(), None
    # A learner's process lives for a moment only; the others are left alone for some time.
    moment = time.monotonic() + (0 if role == "learner" else chance.uniform(0, 12))
    give_up = time.monotonic() + 200
    while grader.poll() is None and time.monotonic() < give_up:
        try:
            roles = by_role(main)
        except psutil.NoSuchProcess:
            break
        seen.update(process for processes in roles.values() for process in processes)
        if killed is None and time.monotonic() >= moment and role in roles:
            killed = chance.choice(roles[role])
            killed.kill()
        time.sleep(0.02)
    assert grader.poll() is not None, "it hangs"
    assert killed is not None, f"no {role} was there to be killed"
    psutil.wait_procs(seen, timeout=10)
    left = [p for p in seen if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]
    assert left == [], "processes are left behind"
    if role == "main":
        done = nnlearn(*arguments(miniature, handed_in, 2), "--resume", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    else:
        assert grader.returncode == 0, (tmp_path / "said").read_text()
    assert without_times(tmp_path) == undisturbed
    assert not (tmp_path / ".nnlearn").exists()
