"""What the checks' side makes of replies that a learner's code wrote itself."""

from __future__ import annotations

import numpy as np
import pytest

from nnlearn.isolation import sanitize
from nnlearn.isolation.wire import WireError
from nnlearn.learner.errors import LearnerRaised
from nnlearn.learner.session import Learner, Session
from nnlearn.protocol.values import Handle


@pytest.mark.parametrize(
    "reply",
    [
        (),
        ("value",),
        ("value", 1, 2),
        ("end",),
        ("grader_error",),
        ("raised", 1, 2, 3, 4),
        ("raised", "E", "m", [0], []),
        ("raised", "E", "m", "bases", []),
        ("raised", "E", "m", [], [(1, 2)]),
        ("raised", "E", "m", [], [("file", "line", "f", "t")]),
        ("raised", "E", b"m", [], []),
        ("not_written", None),
        ("forbidden", 5),
        ("forbidden", [5]),
        (["value"], 1),
        (np.ones(2), 1),
    ],
)
def test_a_reply_that_no_host_gives_is_refused(reply):
    with pytest.raises(WireError):
        sanitize.checked("call", reply)


@pytest.mark.parametrize(
    "reply", [("value", 5), ("value", [5]), ("raised", "E", "m", [], []), ("end",), ("not_written", "x")]
)
def test_loading_answers_with_notes_or_not_at_all(reply):
    with pytest.raises(WireError):
        sanitize.checked("load", reply)


def test_texts_are_short_and_printable():
    evil = "\x1b[2J\x00\ud800\x9b" + "x" * 10**6
    frame = (evil, 3, evil, evil)
    _, kind, message, bases, frames = sanitize.checked(
        "call", ("raised", evil, evil, [evil] * 99, [frame] * 99)
    )
    for text in (kind, message, *bases, *(t for f in frames for t in f if isinstance(t, str))):
        assert len(text) < 450
        assert text.encode()
        assert "\x1b" not in text
    assert (len(bases), len(frames)) == (50, 4)
    assert len(sanitize.checked("load", ("value", [evil] * 999))[1]) == 50


def test_an_honest_reply_stays_as_it_is():
    frame = ("softmax.py", 3, "softmax", "return x")
    for reply in (
        ("value", None),
        ("raised", "ValueError", "two\nlines", ["builtins.ValueError"], [frame]),
        ("not_written", "softmax: not written yet"),
        ("forbidden", ["keras.ops.softmax (softmax.py:7)"]),
    ):
        assert sanitize.checked("call", reply) == reply
    assert sanitize.checked("next", ("end",)) == ("end",)


class _Says:
    """A transport that always gives the same reply."""

    output = ""

    def __init__(self, *reply):
        self._reply = reply

    def request(self, request):
        """The one reply."""
        return self._reply

    def close(self):
        """Nothing to close."""


def learner_that_says(*reply, signatures=None):
    """A learner whose every answer is `reply`."""
    return Learner(Session(_Says(*reply), signatures or {}))


def test_an_object_that_gives_no_array_length_or_iterator_counts_as_raising():
    thing = learner_that_says("value", Handle(12, "object", "Thing")).thing
    with pytest.raises(LearnerRaised):
        np.asarray(thing)
    for reply in ([[1.0], [1.0, 2.0]], -1, 2**70, "five", 1.5):
        thing = learner_that_says("value", reply)
        for use in (np.asarray, len, iter):
            with pytest.raises(LearnerRaised):
                use(thing)


def test_labels_stay_short_however_long_the_keys_are():
    value = {"k" * 20_000_000: [Handle(n, "object", "x") for n in range(10, 200)]}
    answer = learner_that_says("value", value).anything
    [items] = answer.values()
    assert all(len(repr(item)) < 200 for item in items)
