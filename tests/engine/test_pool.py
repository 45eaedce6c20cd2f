"""Workers die; work does not get lost. Real processes are killed here."""

import os
import signal
from collections import deque
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from pathlib import Path

import pytest

from autograder.engine.pool import ExecutorLostError, GivenUp, JobFailedError, Pool, WorkerDiedError


def double(job):
    return 2 * job


def die_on_three(job):
    if job == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return 2 * job


def die_once(job):
    flag = Path(job)
    if flag.name == "fatal" and not flag.exists():
        flag.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return flag.name


def fail_on_three(job):
    if job == 3:
        raise KeyError("three")
    return 2 * job


def pool(work, workers=2):
    return Pool(lambda: ProcessPoolExecutor(workers), work, workers)


@pytest.mark.parametrize("workers", [1, 2])
def test_every_job_has_its_result(workers):
    assert dict(pool(double, workers).run(range(8))) == {job: 2 * job for job in range(8)}


def test_a_job_that_kills_its_worker_twice_is_given_up_and_the_others_are_not():
    results = dict(pool(die_on_three).run(range(8)))
    assert results.pop(3) == GivenUp(3, "the process that graded it died twice")
    assert results == {job: 2 * job for job in range(8) if job != 3}


class Fragile(Executor):
    """Breaks at job 3; while it is busy, no other job of it ends."""

    def __init__(self, busy):
        self.busy = busy

    def submit(self, work, job):
        future = Future()
        if job == 3:
            future.set_exception(BrokenExecutor())
        elif not self.busy:
            future.set_result(work(job))
        return future


def test_those_under_way_when_a_worker_died_share_the_next_processes():
    started = []

    def start():
        started.append(Fragile(busy=not started))
        return started[-1]

    results = dict(Pool(start, double, 6).run(range(8)))
    assert isinstance(results.pop(3), GivenUp)
    assert results == {job: 2 * job for job in range(8) if job != 3}
    assert len(started) == 4  # for all, for the one that is given up, for the others, for those that waited


def test_whoever_takes_a_result_may_add_jobs():
    jobs = deque([1, 2])
    results = {}
    for job, result in pool(double).run(jobs):
        results[job] = result
        if result < 8:
            jobs.append(2 * result)
    assert results == {1: 2, 2: 4, 4: 8, 8: 16}


def test_a_job_whose_worker_died_once_is_run_again(tmp_path):
    jobs = [str(tmp_path / name) for name in ("a", "fatal", "b", "c")]
    assert sorted(result for _, result in pool(die_once).run(jobs)) == ["a", "b", "c", "fatal"]


def test_an_exception_of_ours_is_reported_for_its_job_alone():
    results = dict(pool(fail_on_three).run(range(5)))
    assert results.pop(3) == GivenUp(3, "KeyError: 'three'")
    assert results == {job: 2 * job for job in range(5) if job != 3}


class Precise(Executor):
    """An executor that knows whose worker died, and outlives that; it counts how often each job is begun."""

    def __init__(self, errors):
        self._errors = errors
        self.begun = []

    def submit(self, work, job):
        self.begun.append(job)
        future = Future()
        if errors := self._errors.get(job):
            future.set_exception(errors.pop())
        else:
            future.set_result(work(job))
        return future


def test_a_worker_that_is_known_to_have_died_costs_no_other_job_anything():
    executor = Precise({3: [WorkerDiedError()], 5: [WorkerDiedError(), WorkerDiedError()]})
    results = dict(Pool(lambda: executor, double, 4).run(range(8)))
    assert results.pop(5) == GivenUp(5, "the process that graded it died twice")
    assert results == {job: 2 * job for job in range(8) if job != 5}
    assert sorted(executor.begun) == [0, 1, 2, 3, 3, 4, 5, 5, 6, 7]
    assert executor.begun[-2:] == [3, 5], "they are run again alone, when all others are done"


def test_what_is_done_comes_out_before_the_loss_of_the_executor():
    executor = Precise({2: [ExecutorLostError("gone", "another one")]})
    seen = []
    with pytest.raises(ExecutorLostError, match="gone"):
        for job, result in Pool(lambda: executor, double, 1).run(range(8)):
            seen.append((job, result))
    assert seen == [(0, 0), (1, 2)]
    assert executor.begun == [0, 1, 2]


def test_a_failure_elsewhere_is_told_in_the_words_that_it_came_in():
    executor = Precise({1: [JobFailedError("KeyError: 'three'")]})
    assert dict(Pool(lambda: executor, double, 1).run([1])) == {1: GivenUp(1, "KeyError: 'three'")}


class Refusing(ProcessPoolExecutor):
    """What processes are started by has died, and is not there again at once."""

    def submit(self, *_):
        raise ConnectionRefusedError


def cannot_start(_):
    raise BlockingIOError("no more processes")


@pytest.mark.parametrize("refusing", [Refusing, cannot_start])
def test_jobs_wait_until_processes_can_be_started_again(refusing):
    starters = iter([refusing, refusing, ProcessPoolExecutor])
    assert dict(Pool(lambda: next(starters)(1), double, 2).run(range(3))) == {0: 0, 1: 2, 2: 4}


def test_jobs_are_given_up_when_no_process_can_be_started_at_all(monkeypatch):
    monkeypatch.setattr("time.sleep", lambda _: None)
    results = dict(Pool(lambda: Refusing(1), double, 2).run(range(3)))
    assert results == {job: GivenUp(job, "no process could be started") for job in range(3)}
