"""A class on real processes of Dask: the report of one machine, whoever comes, goes and dies meanwhile."""

import json
import random
import shutil
import signal
import subprocess
import sys

import pytest
from dask_processes import CLASS, SPY, graded, request, without_times
from patience import PATIENCE_S, comes_true

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="isolation is for Linux")


@pytest.fixture(scope="module")
def undisturbed(content, handed_in, tmp_path_factory):
    """The report of this machine alone."""
    folder = tmp_path_factory.mktemp("undisturbed")
    done = graded(content, handed_in, folder, "--jobs", 2)
    assert done.returncode == 1, done.stderr  # one cannot be read
    return without_times(folder)


def started(content, handed_in, folder, *arguments):
    command = request(content, handed_in, *arguments)
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def certificates(folder):
    """Options for Dask's processes and the environment of a client: a cluster that lets nobody else in."""
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=a class"]
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run([*made, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    options = ["--tls-ca-file", certificate, "--tls-cert", certificate, "--tls-key", key]
    begin = "DASK_DISTRIBUTED__COMM__TLS__"
    names = {"CA_FILE": certificate, "CLIENT__CERT": certificate, "CLIENT__KEY": key}
    return [str(option) for option in options], {begin + name: str(file) for name, file in names.items()}


def said_until(grader, beginning):
    """Read what it says until a line begins like this."""
    lines = []
    while not lines or not lines[-1].startswith(beginning):
        lines.append(grader.stderr.readline())
        assert lines[-1], lines
    return lines


def test_workers_and_the_scheduler_are_killed_and_the_report_is_that_of_one_machine(
    dask, content, handed_in, undisturbed, tmp_path
):
    chance = random.Random(19)
    address = dask.start_scheduler()
    first, second = dask.start_worker(), dask.start_worker()
    grader = started(content, handed_in, tmp_path, "--cluster", address)

    at = chance.randint(2, 5)
    said_until(grader, f"{at}/")
    chance.choice([first, second]).kill()  # the other one may have yet to join
    said_until(grader, f"{at + chance.randint(1, 2)}/")
    dask.scheduler.kill()
    _, said = grader.communicate(timeout=PATIENCE_S)
    assert grader.returncode == 2, said
    assert f"LOST: the cluster's scheduler, {address}, is gone." in said
    assert "With --resume the rest follows" in said
    done = json.loads(without_times(tmp_path))["topics"][0]["reports"]
    assert at < len(done) < len(CLASS)
    assert comes_true(dask.nothing_is_left)

    address = dask.start_scheduler()
    dask.start_worker()
    report = tmp_path / "cluster.json"
    arguments = ["--cluster", address, "--resume", "--cluster-report", report]
    resumed = graded(content, handed_in, tmp_path, *arguments)
    assert resumed.returncode == 1, resumed.stderr
    assert without_times(tmp_path) == undisturbed
    assert comes_true(dask.nothing_is_left)
    assert not (tmp_path / ".nnlearn").exists()
    [worker] = json.loads(report.read_text())["workers"]
    assert (worker["graded"], worker["failed"]) == (len(CLASS) - len(done), 0)


def test_ctrl_c_keeps_what_is_done_and_no_learner_finds_the_checks_or_the_cluster(
    dask, content, handed_in, undisturbed, tmp_path, monkeypatch
):
    tls, environment = certificates(tmp_path)
    address = dask.start_scheduler("--protocol", "tls", *tls)
    dask.start_worker(*tls)
    folder = tmp_path / "toy"
    shutil.copytree(handed_in, folder)
    inside = dask.temporary / "nnlearn-node-*/content"
    spy = SPY.format(folder=dask.temporary, inside=inside, port=address.rpartition(":")[2])
    (folder / "a_spy.py").write_text(spy + CLASS["ada.py"])
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    grader = started(content, folder, tmp_path, "--cluster", address)
    said_until(grader, "2/")
    grader.send_signal(signal.SIGINT)
    _, said = grader.communicate(timeout=PATIENCE_S)
    assert grader.returncode == 2, said
    assert comes_true(dask.nothing_is_left)
    expected = json.loads(undisturbed)["topics"][0]["reports"]
    [spy, *found] = json.loads(without_times(tmp_path))["topics"][0]["reports"]
    assert 1 <= len(found) < len(CLASS)
    assert all(report in expected for report in found)
    assert spy["output"] == "found: []\n"
    assert spy["score"] == spy["max_score"]
