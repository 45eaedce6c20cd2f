"""Reads and validates topic.toml."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import msgspec

from nnlearn.catalogue.nearest import did_you_mean
from nnlearn.catalogue.prediction import Prediction, WrongAnswer
from nnlearn.catalogue.question import Question
from nnlearn.catalogue.ready_made import groups
from nnlearn.catalogue.sealed import opened
from nnlearn.catalogue.toml_faults import TopicToml, faults_in, unknown_groups_in, unwanted_in
from nnlearn.catalogue.toml_words import explain, place, refuse
from nnlearn.catalogue.topic import Limits, Part, Response
from nnlearn.errors import ContentError

_TABLES: dict[str, type[msgspec.Struct]] = {
    "": TopicToml,
    "question": Question,
    "part": Part,
    "response": Response,
    "limits": Limits,
    "prediction": Prediction,
    "prediction.wrong": WrongAnswer,
}


def read_topic_toml(file: Path, *, built: bool) -> TopicToml:
    """The contents of `file`, valid in itself; the catalogue looks after `requires`.

    Args:
        file: A topic.toml.
        built: It is the learner's copy, which counts hidden checks, and has no rubrics, answers or pitfalls.

    Raises:
        ContentError: The file cannot be read, is not TOML, or a key is not as it should be.
    """
    data = _load(file)
    try:
        contents = msgspec.convert(data, TopicToml)
    except msgspec.ValidationError as error:
        explain(file, data, str(error), {name: _keys_of(table) for name, table in _TABLES.items()})
    for key, why in unwanted_in(contents, built):
        raise ContentError(f"{file}: {place(data, key)}{why}", "leave that key out")
    for key, expected, received in faults_in(contents, built):
        refuse(file, data, key, expected, received)
    if built:
        contents = msgspec.structs.replace(contents, prediction=tuple(map(opened, contents.prediction)))
    for key, group in unknown_groups_in(contents):
        raise ContentError(
            f"{file}: {place(data, key)}there is no group called `{group}`",
            did_you_mean(group, list(groups()), "the groups are"),
        )
    return contents


def _load(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_bytes().decode())
    except FileNotFoundError:
        raise ContentError(
            f"{file.parent}: a topic's folder needs a topic.toml, and there is none",
            "write one, or start with `nnlearn topic new NAME`; move the folder if it is no topic",
        ) from None
    except OSError as error:
        raise ContentError(f"{file} cannot be read: {error.strerror}", "look at its rights") from error
    except UnicodeDecodeError as error:
        raise ContentError(
            f"{file} is not UTF-8 text: byte {error.start} is 0x{error.object[error.start]:02x}",
            "save it as UTF-8",
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise ContentError(
            f"{file} is not valid TOML: {error}",
            "put that line right: text stands in quotes, a list in [brackets]",
        ) from error


def _keys_of(table: type[msgspec.Struct]) -> tuple[str, ...]:
    """The keys that a person may write into a table, without those that the builder adds."""
    return tuple(
        field for field in table.__struct_fields__ if field not in ("hidden_checks", "parameters", "sealed")
    )
