"""A search, led by coverage, for bytes on which the wire does more than raise its own error.

`python tests/isolation/fuzz_wire.py -runs=1000000 -max_len=400` searches for longer than the test does.
"""

import contextlib
import sys

import atheris

WATCHED = [f"nnlearn.isolation.{name}" for name in ("wire", "encoding", "decoding", "sanitize")]
with atheris.instrument_imports(include=WATCHED):
    from nnlearn.isolation import sanitize
    from nnlearn.isolation.decoding import decode
    from nnlearn.isolation.encoding import encode
    from nnlearn.isolation.wire import HEADER, WireError

VERBS = ("load", "get", "call", "next", "array")


def read_as_a_reply(data: bytes) -> None:
    """Do with `data` what the checks' side does with what a learner's process sends."""
    # The first byte says how much is structure: without a header that fits, nothing is looked at.
    length = min(data[0] if data else 0, len(data[1:]))
    message = HEADER.pack(length, len(data[1:]) - length) + data[1:]
    with contextlib.suppress(WireError):
        value = decode(message)
        encode(value)  # whatever came through is plain data, to the last item
        if isinstance(value, tuple):
            for verb in VERBS:
                with contextlib.suppress(WireError):
                    sanitize.checked(verb, value)


if __name__ == "__main__":
    atheris.Setup(sys.argv, read_as_a_reply)
    atheris.Fuzz()
