"""What is said of a failing part that no known mistake explains: a variant of the reference, or a fact."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from toy_course import REFERENCE

from autograder.engine.mistake_runs import Gallery
from autograder.engine.variants import Variants
from nnlearn.catalogue import Topic, load_catalogue
from nnlearn.checking.bench import Bench
from nnlearn.checking.runner import CheckRunner
from nnlearn.diagnosis.families import variants_of
from nnlearn.diagnosis.gallery import Mistake
from nnlearn.learner.local import LocalSeat
from nnlearn.results import FoundBy
from nnlearn.submission.source import read_source

CLONE = Path(__file__).parents[2]
HEAD = "import math\n\nimport keras\nimport numpy as np\nimport tensorflow as tf\nfrom keras import ops\n\n\n"
Noticed = list[tuple[FoundBy, str]]
Diagnose = Callable[[str, str], Noticed]


def diagnosing(topic: Topic, runner: CheckRunner) -> Diagnose:
    """What is noticed in a part of a file with this code."""
    gallery = Gallery(runner)
    variants, known = Variants(gallery), gallery.known_replies()

    def diagnose(part: str, code: str) -> Noticed:
        source = read_source(Path("handed_in.py"), code.encode())
        seat = LocalSeat(topic, source)
        bench = Bench(topic, seat, 0, known, standard=gallery.answers_of_reference, beyond=variants.explain)
        runner.run(bench, parts=[part])
        (result,) = bench.parts()
        return [(noticed.found_by, noticed.message) for noticed in result.noticed]

    return diagnose


@pytest.fixture(scope="module")
def toy(miniature: Path) -> Iterator[Diagnose]:
    topic = load_catalogue(miniature).topic("toy")
    assert topic.checks is not None
    with CheckRunner(topic, topic.checks) as runner:
        yield diagnosing(topic, runner)


@pytest.fixture(scope="module")
def activations() -> Iterator[Diagnose]:
    topic = load_catalogue(CLONE).topic("activations")
    assert topic.checks is not None
    with CheckRunner(topic, topic.checks) as runner:
        yield diagnosing(topic, runner)


@pytest.fixture(autouse=True)
def _cache(cache: Path) -> None:
    """Replies go into a cache of the test's own."""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "return e / ops.sum(e, axis=axis, keepdims=True)",
            "return 0.5 * e / ops.sum(e, axis=axis, keepdims=True)",
            "What comes back is the right result times 0.5, in every call.",
        ),
        (
            "z = ops.convert_to_tensor(logits)",
            "z = 2.0 * ops.convert_to_tensor(logits)",
            "`logits` times 2 is used where `logits` itself belongs.",
        ),
    ],
)
def test_a_variant_of_the_reference_is_named(toy: Diagnose, old: str, new: str, said: str) -> None:
    assert old in REFERENCE
    assert toy("softmax", REFERENCE.replace(old, new)) == [(FoundBy.FAMILY, said)]


def test_values_are_called_right_where_they_were_seen_to_be(toy: Diagnose) -> None:
    code = REFERENCE.replace(
        "z = ops.convert_to_tensor(logits)", "z = ops.convert_to_tensor(np.asarray(logits))"
    )
    said = toy("softmax", f"import numpy as np\n{code}")
    assert said == [(FoundBy.FACT, "The values are right, but no gradient arrives.")]
    code = code.replace("e = ops.exp(z -", "e = ops.exp(3.7 * z -")
    assert toy("softmax", f"import numpy as np\n{code}") == []


def test_what_is_seen_goes_before_what_may_have_caused_it(toy: Diagnose) -> None:
    """Twice the result is what can be seen; seven times it is of no family, and one call says little."""
    said = toy("Scale", REFERENCE.replace("x * self.factor", "x * self.factor * 4.0"))
    assert said == [(FoundBy.FAMILY, "What comes back is the right result times 4, in every call.")]
    assert toy("Scale", REFERENCE.replace("x * self.factor", "x * self.factor * 7.0")) == []


def test_nothing_is_said_where_two_variants_do_equally_well(toy: Diagnose) -> None:
    """The one input that is tried has two rows, so twice the result is also the result times the rows."""
    assert toy("Scale", REFERENCE.replace("x * self.factor", "x * self.factor * 2.0")) == []


def test_few_variants_are_tried_and_none_is_remembered(
    miniature: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Explaining costs as much on the first day as on any other, and what it costs has a bound."""
    topic = load_catalogue(miniature).topic("toy")
    assert topic.checks is not None
    tried = []
    begins_alike = Gallery.begins_alike

    def count(gallery: Gallery, item: Mistake, check: str, replies: Sequence[Any]) -> bool:
        tried.append(item.name)
        return begins_alike(gallery, item, check, replies)

    monkeypatch.setattr(Gallery, "begins_alike", count)
    code = REFERENCE.replace("z = ops.convert_to_tensor(logits)", "z = 3.7 * ops.convert_to_tensor(logits)")
    with CheckRunner(topic, topic.checks) as runner:
        assert diagnosing(topic, runner)("softmax", code) == []
        first, tried[:] = list(tried), []
        assert diagnosing(topic, runner)("softmax", code) == []
        gallery = Gallery(runner)
        doubled = next(
            one.mistake
            for one in variants_of("softmax", gallery.reference)[1]
            if one.mistake.name.endswith("times2:logits[]")
        )
        asked = gallery.evidence_of_reference("test_rows_add_up_to_one").asked
        assert not begins_alike(gallery, doubled, "test_rows_add_up_to_one", [one.reply for one in asked])
        assert begins_alike(gallery, doubled, "test_rows_add_up_to_one", [])
    assert first == tried
    assert 0 < len(first) <= 32
    remembered = [
        json.loads(line)[0] for file in cache.iterdir() for line in file.read_text().split("\n") if line
    ]
    assert "" in remembered  # the reference
    assert not set(remembered) & set(first)


def test_what_the_gallery_knows_is_named_by_the_gallery(toy: Diagnose) -> None:
    ((found_by, _),) = toy("softmax", REFERENCE.replace("axis=axis", "axis=0"))
    assert found_by is FoundBy.GALLERY


@pytest.mark.parametrize("part", ["softmax", "Scale"])
def test_right_work_is_told_nothing(toy: Diagnose, part: str) -> None:
    assert toy(part, REFERENCE) == []


FLOATING = (
    "    x = ops.convert_to_tensor(x)\n    x = x if 'float' in x.dtype.name else ops.cast(x, 'float32')\n"
)


@pytest.mark.parametrize(
    ("part", "code", "said"),
    [
        (
            "relu",
            "def relu(x):\n"
            "    x = ops.convert_to_tensor(x)\n"
            "    if 'int' in x.dtype.name:\n"
            "        raise TypeError(x.dtype.name)\n"
            "    return ops.where(x > 0, x, 0.0)\n",
            "For integers, it raises an error; all other calls are right.",
        ),
        (
            "softmax",
            f"def softmax(x, axis=-1):\n{FLOATING}"
            "    e = ops.exp(x - ops.max(x, axis=axis, keepdims=True))\n"
            "    y = e / ops.sum(e, axis=axis, keepdims=True)\n"
            "    return y if axis == -1 else 1.01 * y\n",
            "Where `axis` is given, ",
        ),
        (
            "gelu",
            f"def gelu(x, approximate=False):\n{FLOATING}"
            "    y = 0.5 * x * (1.0 + ops.erf(x / math.sqrt(2)))\n"
            "    return y - 0.001 if approximate else y\n",
            "With approximate=True, ",
        ),
    ],
)
def test_a_fact_is_told(activations: Diagnose, part: str, code: str, said: str) -> None:
    ((found_by, message),) = activations(part, HEAD + code)
    assert found_by is FoundBy.FACT
    assert message.startswith(said)


HOSTILE = (
    "np.full((3,), np.nan)",
    "[[1.0]] * 2000",
    "{'dtype': 'float32', 'shape': 'x', 'values': [None, 'a', {}]}",
    "(x, x, x)",
    "np.zeros((0, 3))",
    "1e400",
    "[[[[[[[[[1.0]]]]]]]]]",
    "np.arange(9) + 1j",
    "{1: {2: {3: float('-inf')}}}",
    "open",
    "b'bytes'",
    "10**400",
)


@pytest.mark.parametrize("answer", HOSTILE)
def test_whatever_comes_back_gives_a_report(activations: Diagnose, answer: str) -> None:
    for noticed in activations("relu", f"{HEAD}def relu(x):\n    return {answer}\n"):
        assert noticed[0] is not FoundBy.FAMILY
