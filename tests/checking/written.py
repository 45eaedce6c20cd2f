"""Code as a learner would write it, and what laws say of it."""

import pytest

from nnlearn.checking import CheckFailed
from nnlearn.host.host import Host
from nnlearn.learner.local import LocalTransport
from nnlearn.learner.session import Learner, Session
from nnlearn.protocol.requests import Program


def learner_of(code):
    """The learner who wrote this, at the beginning of a check."""
    host = Host(Program("toy", (("toy.py", code),), {}))
    assert host.load() == []
    session = Session(LocalTransport(host), {})
    session.begin("toy", 3)
    return Learner(session)


def broken(law, *args, **kwargs):
    """What a law says that does not hold."""
    with pytest.raises(CheckFailed) as caught:
        law(*args, **kwargs)
    failure = caught.value.failure
    return f"{failure.claim}, but {failure.detail}"
