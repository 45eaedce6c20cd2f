"""A topic forbids groups of ready-made functions by name, for one part or for all."""

from __future__ import annotations

from pathlib import Path

import pytest
from catalogue.test_catalogue import write_topic

from nnlearn.catalogue import load_catalogue
from nnlearn.catalogue.ready_made import expanded, groups
from nnlearn.errors import ContentError

EVERYWHERE = 'forbid = ["group:relu", "scipy.special.*"]\n'
PARTS = """
[[part]]
name = "softmax"
points = 1
minutes = 10
difficulty = "easy"
forbid = ["group:softmax", "keras.layers.*", "kernel:Relu"]
hints = ["a", "b", "c"]

[[part]]
name = "predictions"
points = 1
minutes = 10
difficulty = "easy"
hints = ["a", "b", "c"]

[[prediction]]
key = "sum"
about = "the sum"
question = "What is it?"
allowed = "number"
answer = 1
"""


def forbidding(root: Path, everywhere: str = EVERYWHERE, parts: str = PARTS) -> Path:
    """A content tree with a topic that forbids something in all of it, and more in a part."""
    folder = write_topic(root, "soft", more=parts)
    toml = folder / "topic.toml"
    toml.write_text(toml.read_text().replace("requires = []\n", f"requires = []\n{everywhere}"))
    return root


def test_a_group_is_all_that_it_lists() -> None:
    """Functions, those of some versions, kernels; what is there in two groups comes once."""
    softmax = expanded(["group:softmax"])
    assert "keras.ops.softmax" in softmax
    assert "kernel:LogSoftmax" in softmax
    assert "keras.ops.logaddexp2" in expanded(["group:logsumexp"])
    both = expanded(["keras.layers.*", "group:losses", "sklearn.metrics.log_loss", "group:crossentropy"])
    assert both[:2] == ("keras.layers.*", groups()["losses"].functions[0])
    assert len(set(both)) == len(both)


def test_what_a_topic_forbids_holds_for_each_part_that_is_code(tmp_path: Path) -> None:
    """What a part forbids comes on top; predictions call nothing."""
    topic = load_catalogue(forbidding(tmp_path)).topic("soft")
    relu = groups()["relu"].entries
    assert topic.part("double").forbid == (*relu, "scipy.special.*")
    softmax = topic.part("softmax").forbid
    assert softmax[: len(relu) + 1] == (*relu, "scipy.special.*")
    assert set(softmax) == {*relu, "scipy.special.*", *groups()["softmax"].entries, "keras.layers.*"}
    assert topic.part("predictions").forbid == ()


@pytest.mark.parametrize(
    ("everywhere", "parts", "message"),
    [
        (
            'forbid = ["group:sofmax"]\n',
            PARTS,
            "forbid[0]: there is no group called `sofmax`\n  did you mean `softmax`?",
        ),
        (
            EVERYWHERE,
            PARTS.replace("group:softmax", "group:droput"),
            "part[1].forbid[0] (part `softmax`): there is no group called `droput`\n"
            "  did you mean `dropout`?",
        ),
        (
            EVERYWHERE,
            PARTS.replace("group:softmax", "group:x"),
            "part[1].forbid[0] (part `softmax`): there is no group called `x`\n  the groups are relu, gelu, ",
        ),
        (
            'forbid = ["group:"]\n',
            PARTS,
            'forbid[0]: expected a dotted name, NAME.*, kernel:NAME or group:NAME, got "group:"\n',
        ),
    ],
)
def test_a_group_that_there_is_not(tmp_path: Path, everywhere: str, parts: str, message: str) -> None:
    with pytest.raises(ContentError) as caught:
        load_catalogue(forbidding(tmp_path, everywhere, parts))
    assert str(caught.value).startswith(f"{tmp_path}/solutions/soft/topic.toml: {message}")


def test_a_score_depends_on_what_groups_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = load_catalogue(forbidding(tmp_path)).topic("soft").content_digest
    changed = {**groups(), "relu": groups()["softmax"]}
    monkeypatch.setattr("nnlearn.catalogue.ready_made.groups", lambda: changed)
    assert load_catalogue(tmp_path).topic("soft").content_digest != before


def test_every_group_says_why() -> None:
    assert {"softmax", "sigmoid", "crossentropy", "dropout", "normalization"} <= groups().keys()
    for name, group in groups().items():
        assert group.why.endswith("."), name
        assert len(set(group.entries)) == len(group.entries), name
