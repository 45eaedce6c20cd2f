"""Grades the mutants of a reference: each has to lose points, or be listed as equivalent.

`python tests/topics/mutation.py [TOPIC ...]` grades all of them, as the tests do for a topic that has
changed; for others they grade a sample. With `--every-check` a mutant goes through all checks of its part and
not only until one catches it, which finds checks that fall over instead of failing.
"""

from __future__ import annotations

import logging
import sys
import time
import tomllib
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from sampling import graded_topics
from topics import pace
from topics.mutants import Mutant, mutants_of

from nnlearn.catalogue import Topic
from nnlearn.checking.bench import Bench
from nnlearn.checking.runner import CheckRunner
from nnlearn.host.host import Host
from nnlearn.learner.local import HostSeat
from nnlearn.protocol.requests import Program
from nnlearn.results import Verdict

_LIST = "equivalent_mutants.toml"


@dataclass(frozen=True)
class Graded:
    """How a mutant fared.

    Attributes:
        mutant: The mutant.
        caught_by: The check that it failed first, or an empty string where it has full marks.
        broken: Checks that fell over instead of failing, and what they said.
    """

    mutant: Mutant
    caught_by: str
    broken: tuple[str, ...] = ()


class Examiner:
    """Puts mutants of one topic through the checks of their part, those that caught most so far first.

    Args:
        topic: The topic.
        every_check: Go on after the first check that catches a mutant.
    """

    def __init__(self, topic: Topic, *, every_check: bool = False) -> None:
        assert topic.checks is not None
        self.topic = topic
        self._every_check = every_check
        self._runner = CheckRunner(topic, topic.checks)
        self._caught = Counter[str]()

    def close(self) -> None:
        """End the session of checks."""
        self._runner.close()

    def grade(self, mutant: Mutant) -> Graded:
        """Run the checks on one mutant."""
        bench = Bench(self.topic, HostSeat(_host_of(mutant, self.topic.name)))
        caught_by, broken = "", []
        for check in sorted(self._runner.checks_of(mutant.part), key=lambda name: -self._caught[name]):
            pace.start()
            self._runner.run(bench, only=check)
            run = bench.runs[check]
            if run.verdict is Verdict.GRADER_ERROR and run.failure is not None:
                broken.append("\n".join((f"{check} falls over", *run.failure.raised)))
            if run.verdict is not Verdict.PASSED and not caught_by:
                caught_by = check
                self._caught[check] += 1
            if caught_by and not self._every_check:
                break
        return Graded(mutant, caught_by, tuple(broken))


def _host_of(mutant: Mutant, name: str) -> Host:
    """A mutant as a learner's module whose loops come to an end."""
    cells = [("pace", f"from topics.pace import pace as {pace.NAME}")]
    cells += [(file, pace.paced(code)) for file, code in mutant.cells]
    pace.start()
    host = Host(Program(name, tuple(cells), {}))
    host.load()
    return host


def equivalents(topic: Topic) -> set[tuple[str, str]]:
    """The mutants that are listed as equivalent, beside the checks: pairs of a part and a mutation."""
    assert topic.checks_dir is not None
    file = topic.checks_dir / _LIST
    entries = tomllib.loads(file.read_text("utf-8"))["equivalent"] if file.exists() else []
    return {(entry["part"], mutation) for entry in entries for mutation in entry["mutations"]}


def sample(mutants: Sequence[Mutant], count: int) -> list[Mutant]:
    """`count` mutants, spread over the parts; the same ones each time, whatever else changes."""
    by_part: dict[str, list[Mutant]] = {}
    for mutant in sorted(mutants, key=lambda one: zlib.crc32(one.mutation.encode())):
        by_part.setdefault(mutant.part, []).append(mutant)
    ranks = {id(one): rank for part in by_part.values() for rank, one in enumerate(part)}
    return sorted(mutants, key=lambda one: ranks[id(one)])[:count]


def disagreements(graded: Iterable[Graded], listed: set[tuple[str, str]]) -> Iterator[str]:
    """Where mutants fared otherwise than the list of equivalent ones says, and checks that fell over."""
    for one in graded:
        words = f"{one.mutant.part}: {one.mutant.mutation}"
        is_listed = (one.mutant.part, one.mutant.mutation) in listed
        if one.caught_by and is_listed:
            yield f"listed as equivalent, but {one.caught_by} catches it: {words}"
        if not one.caught_by and not is_listed:
            yield f"survives: {words}"
        yield from (f"{broken}\n  with: {words}" for broken in one.broken)


def unknown(topic: Topic) -> list[str]:
    """What is listed as equivalent though there is no such mutant."""
    known = {(mutant.part, mutant.mutation) for mutant in mutants_of(topic)}
    return [f"listed, but there is no such mutant: {mutation}" for _, mutation in equivalents(topic) - known]


def main(arguments: Sequence[str]) -> int:
    """Grade all mutants of the topics that are named, or of all; 1 where the list does not agree."""
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    every_check = "--every-check" in arguments
    topics = graded_topics()
    agree = True
    for topic in [topic for topic in topics if topic.name in arguments] or topics:
        began, examiner = time.process_time(), Examiner(topic, every_check=every_check)
        graded = [examiner.grade(mutant) for mutant in mutants_of(topic)]
        examiner.close()
        seconds = time.process_time() - began
        problems = [*unknown(topic), *disagreements(graded, equivalents(topic))]
        survive = sum(not one.caught_by for one in graded)
        sys.stdout.write(
            f"{topic.name}: {len(graded)} mutants, {survive} have full marks, {len(equivalents(topic))} are "
            f"listed as equivalent ({seconds:.0f} s of CPU time)\n"
        )
        sys.stdout.writelines(f"  {problem}\n" for problem in problems)
        sys.stdout.flush()
        agree = agree and not problems
    return 0 if agree else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
