"""What the watch makes of what it hears of its process; the process is a stand-in, so nothing is imported."""

import signal
from pathlib import Path

import pytest

from nnlearn.results import Outcome, PartResult, Verdict
from nnlearn.watch import checker as module
from nnlearn.watch import messages as m
from nnlearn.watch.checker import Checker, CheckerError
from nnlearn.watch.process import Gone, Printed, Said
from nnlearn.workspace.workspace import Workspace

FILE = Path("toy.py")
TITLES = {"softmax": {"test_a": "A.", "test_b": "B."}, "Scale": {"test_c": "C."}, "predictions": {}}


class StandIn:
    """Takes the place of a warm process."""

    started = ()

    def __init__(self, root, topic, post, *, by_fork):
        self.number = len(self.started)
        self.by_fork = by_fork
        self.sent = []
        self.is_dead = False
        self.started.append(self)

    def send(self, request):
        self.sent.append(request)

    def kill(self):
        self.is_dead = True

    close = kill


class Listener:
    """Keeps what it is told."""

    def __init__(self):
        self.results, self.printed, self.ended = {}, {}, []

    def part_checked(self, result):
        self.results[result.name] = result

    def part_printed(self, part, text):
        self.printed[part] = text

    def run_ended(self, run):
        self.ended.append(run)


@pytest.fixture
def heard(monkeypatch, made_workspace):
    """Make a checker; `say` stands for its newest process."""
    monkeypatch.setattr(StandIn, "started", [])
    monkeypatch.setattr(module, "WarmProcess", StandIn)
    topic = Workspace(made_workspace).catalogue.topic("toy")

    class Heard:
        def __init__(self, by_fork=True):
            self.listener = Listener()
            self.checker = Checker(made_workspace, topic, self.listener, lambda _: None, by_fork=by_fork)

        @property
        def process(self):
            return StandIn.started[-1]

        @property
        def run(self):
            return self.process.sent[-1].run

        def say(self, *reports):
            for report in reports:
                self.checker.hear(Said(self.process.number, report))

        def ready(self):
            self.say(m.Ready("toy", TITLES))

        def begin(self, check="test_a", part="softmax"):
            self.say(m.Began(self.run), m.Loading(self.run), m.Loaded(self.run, ()))
            self.say(m.Busy(self.run, part, check))

        def end(self, code=0, text=""):
            run = self.run
            self.say(m.Ended(run, code))
            self.checker.hear(Printed(self.process.number, run, m.ALL, text))

        def pass_part(self, name):
            outcomes = tuple(Outcome(c, t, False, 1.0, Verdict.PASSED) for c, t in TITLES[name].items())
            self.say(m.PartDone(self.run, PartResult(name, 1.0, outcomes)))

    return Heard


def verdicts(heard, part):
    return [outcome.verdict for outcome in heard.listener.results[part].outcomes]


def test_a_run_waits_for_the_process_and_asks_for_parts_with_visible_checks(heard):
    it = heard()
    it.checker.check(FILE, ["Scale", "softmax", "predictions"], {})
    assert it.process.sent == []
    it.ready()
    assert it.process.sent == [m.Check(1, "toy.py", ("Scale", "softmax"))]


def test_a_run_that_has_not_begun_is_given_up_where_there_is_nothing_to_check_any_more(heard):
    """A file is saved that does not parse, while Keras starts: its parts keep the verdicts they have."""
    it = heard()
    it.checker.check(FILE, ["softmax"], {})
    it.checker.check_none()
    assert not it.checker.is_busy
    it.ready()
    assert it.process.sent == []
    it.checker.check(FILE, ["softmax"], {})
    assert it.process.sent == [m.Check(1, "toy.py", ("softmax",))]


def test_a_run_ends_when_its_process_has_and_its_output_is_there(heard):
    it = heard()
    it.ready()
    it.checker.check(FILE, ["softmax", "Scale"], {})
    it.begin()
    it.checker.hear(Printed(it.process.number, it.run, m.LOADED, "loading"))
    it.pass_part("softmax")
    it.checker.hear(Printed(it.process.number, it.run, "softmax", "hello"))
    it.pass_part("Scale")
    it.say(m.Ended(it.run, 0))
    assert it.listener.ended == []
    it.checker.hear(Printed(it.process.number, it.run, m.ALL, ""))
    assert len(it.listener.ended) == 1
    assert it.listener.printed == {"": "loading", "softmax": "hello"}
    assert not it.checker.is_busy


def test_what_an_older_run_has_to_say_is_not_taken_for_the_new_one(heard):
    it = heard()
    it.ready()
    it.checker.check(FILE, ["softmax"], {})
    old = it.run
    it.checker.check(FILE, ["softmax"], {})
    assert it.run != old
    failed = Outcome("test_a", "A.", False, 1.0, Verdict.FAILED, "wrong")
    it.say(m.PartDone(old, PartResult("softmax", 1.0, (failed,))), m.Ended(old, -9))
    it.checker.hear(Printed(it.process.number, old, m.ALL, "old"))
    assert it.listener.results == {}
    assert it.listener.ended == []


def test_silence_is_cut_short_and_costs_the_check_and_what_waits_for_it(heard):
    it = heard()
    it.ready()
    it.checker.check(FILE, ["softmax", "Scale"], {"tö.py": "import os\n  round = 1\n"})
    it.begin()
    it.say(m.Checked(it.run, Outcome("test_a", "A.", False, 1.0, Verdict.PASSED)))
    it.say(m.Busy(it.run, "softmax", "test_b"))
    it.say(m.Stack(), m.Frame("t\\xf6.py", 1, "in_a_thread"), m.Stack(), m.Frame("library.py", 3, "f"))
    it.say(m.Frame("t\\xf6.py", 2, "softmax"), m.Frame("t\\xf6.py", 1, "<module>"))
    it.checker.tick(3.5)
    assert not any(isinstance(request, m.Cancel) for request in it.process.sent)
    it.checker.tick(1.0)  # toy allows 3 s for a call
    assert it.process.sent[-1] == m.Cancel(1)
    it.say(m.Ended(1, -signal.SIGKILL))
    it.checker.hear(Printed(it.process.number, 1, m.ALL, ""))
    assert verdicts(it, "softmax") == [Verdict.PASSED, Verdict.TIMED_OUT]
    message = it.listener.results["softmax"].outcomes[1].message
    assert "one call may take 3 s" in message
    lines = [line.removeprefix("  Line").strip() for line in message.splitlines() if "tö.py" in line]
    assert lines == ["tö.py:1 in <module>: import os", "tö.py:2 in softmax: round = 1"]
    assert it.process.sent[-1] == m.Check(2, "toy.py", ("Scale",))


def test_answers_keep_a_check_alive_until_its_part_has_had_its_time(heard):
    it = heard()
    it.ready()
    it.checker.check(FILE, ["softmax"], {})
    it.begin()
    for _ in range(4):
        it.checker.tick(2.0)
        it.say(m.Beat(it.run))
    assert isinstance(it.process.sent[-1], m.Check)
    it.checker.tick(2.0)  # toy allows 8 s for a part
    assert it.process.sent[-1] == m.Cancel(1)


def test_a_file_that_never_ends_loading_costs_every_part(heard):
    it = heard()
    it.ready()
    it.checker.check(FILE, ["softmax", "Scale"], {})
    it.say(m.Began(1), m.Busy(1, "softmax", "test_a"), m.Loading(1))
    it.checker.tick(8.5)
    assert not any(isinstance(request, m.Cancel) for request in it.process.sent)
    it.checker.tick(1.0)  # toy allows 8 s for a part
    assert it.process.sent[-1] == m.Cancel(1)
    it.say(m.Ended(1, -signal.SIGKILL))
    it.checker.hear(Printed(it.process.number, 1, m.ALL, ""))
    assert verdicts(it, "softmax") == [Verdict.TIMED_OUT, Verdict.WAITING]
    assert verdicts(it, "Scale") == [Verdict.TIMED_OUT]
    assert len(it.listener.ended) == 1


@pytest.mark.parametrize(
    ("code", "verdict", "words"),
    [
        (0, Verdict.CRASHED, "as os._exit(0) does"),
        (-signal.SIGSEGV, Verdict.CRASHED, "SIGSEGV ended it"),
        (-signal.SIGKILL, Verdict.OUT_OF_MEMORY, "memory ran out"),
        (m.EXIT_KEYBOARD_INTERRUPT, Verdict.RAISED, "KeyboardInterrupt"),
        (m.EXIT_OWN_FAULT, Verdict.GRADER_ERROR, "not your mistake"),
    ],
)
def test_how_a_process_ended_is_said_in_words(heard, code, verdict, words):
    it = heard()
    it.ready()
    it.checker.check(FILE, ["softmax"], {})
    it.begin()
    it.end(code, "what was printed")
    assert verdicts(it, "softmax")[0] is verdict
    assert words in it.listener.results["softmax"].outcomes[0].message


def test_a_fork_that_never_begins_is_given_up_and_forks_with_it(heard):
    it = heard()
    it.ready()
    it.checker.check(FILE, ["softmax"], {})
    it.checker.tick(31.0)
    assert [process.by_fork for process in StandIn.started] == [True, False]
    assert StandIn.started[0].is_dead
    it.ready()
    assert it.process.sent == [m.Check(2, "toy.py", ("softmax",))]


def test_without_forks_a_run_that_hangs_gives_way_to_the_next_save(heard):
    it = heard(by_fork=False)
    it.ready()
    it.checker.check(FILE, ["softmax"], {})
    it.begin()
    it.checker.check(FILE, ["softmax"], {})  # just begun: it may end in a moment
    assert len(StandIn.started) == 1
    it.checker.tick(1.5)
    it.checker.check(FILE, ["softmax"], {})
    assert len(StandIn.started) == 2
    it.ready()
    assert isinstance(it.process.sent[-1], m.Check)


def test_without_forks_the_process_is_replaced_and_the_rest_is_checked(heard):
    it = heard(by_fork=False)
    it.ready()
    it.checker.check(FILE, ["softmax", "Scale"], {})
    it.begin()
    it.checker.hear(Gone(it.process.number, 3, "bye"))
    assert verdicts(it, "softmax") == [Verdict.CRASHED, Verdict.WAITING]
    assert len(StandIn.started) == 2
    it.ready()
    assert it.process.sent == [m.Check(2, "toy.py", ("Scale",))]


def test_a_process_that_cannot_get_ready_is_said_with_its_own_words(heard):
    it = heard()
    with pytest.raises(CheckerError, match="No module named 'tensorflow'"):
        it.checker.hear(Gone(it.process.number, 1, "ModuleNotFoundError: No module named 'tensorflow'"))
    it = heard()
    with pytest.raises(CheckerError, match="Keras cannot be imported"):
        it.say(m.Problem("Keras cannot be imported: no", "`nnlearn doctor` says what is missing"))


def test_a_process_that_was_killed_while_it_got_ready_is_started_again_but_not_for_ever(heard):
    it = heard()
    it.checker.check(FILE, ["softmax"], {})
    for _ in range(2):
        it.checker.hear(Gone(it.process.number, -signal.SIGKILL, ""))
    it.ready()
    assert it.process.sent == [m.Check(1, "toy.py", ("softmax",))]
    it = heard()
    with pytest.raises(CheckerError):
        for _ in range(5):
            it.checker.hear(Gone(it.process.number, -signal.SIGKILL, ""))


def test_half_a_message_is_no_message_and_spoils_none():
    lines = m.Lines(m.Report)
    half = m.to_line(m.Began(1))[:-5]
    assert lines.feed(half) == []
    assert lines.feed(m.to_line(m.Beat(2)) + m.to_line(m.Loading(3))[:4]) == [m.Beat(2)]
    assert lines.feed(m.to_line(m.Unreadable(3, "\udc80 \n"))) == [m.Unreadable(3, "? \n")]
    assert lines.feed(b'\n{"type": "nonsense"}\nnoise\n') == []
    dump = b'Thread 0x01 (most recent call first):\n  File "/a b/toy.py", line 7 in f\n'
    assert lines.feed(dump) == [m.Stack(), m.Frame("/a b/toy.py", 7, "f")]
