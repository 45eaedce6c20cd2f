"""The JSON files in `.nnlearn/`: each has a `schema_version`, and none is ever lost without a word."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from nnlearn.errors import NnlearnError, OutputError
from nnlearn.files import write_whole


class WorkspaceError(NnlearnError):
    """A workspace, or a file in it, is not as it should be."""


class Damaged(Exception):
    """A file of state holds something else than it should. Its text says what."""


def read_state(file: Path, version: int) -> dict[str, Any]:
    """What `file` holds; an empty dictionary where there is no such file.

    Raises:
        Damaged: It is not a JSON object with a `schema_version`.
        WorkspaceError: A newer nnlearn wrote it, or it cannot be read at all.
    """
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise WorkspaceError(
            f"{file} cannot be read: {error.strerror}", "look at the rights of the file"
        ) from error
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Damaged(str(error)) from None
    found = document.get("schema_version") if isinstance(document, dict) else None
    if type(found) is not int or found < 1:
        raise Damaged("it has no schema_version")
    if found > version:
        raise WorkspaceError(
            f"{file} was written by a newer nnlearn (its schema_version is {found}, known is {version})",
            "python -m pip install --upgrade nnlearn",
        )
    assert isinstance(document, dict)  # noqa: S101 - it has a schema_version
    return document


def write_state(file: Path, document: dict[str, Any]) -> None:
    """Write `document`, which holds its `schema_version`."""
    text = json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
    write_whole(file, text.encode())


def set_aside(file: Path) -> Path:
    """Give a damaged file another name, and return it."""
    number = 1
    while (aside := file.with_name(f"{file.stem}.damaged-{number}{file.suffix}")).exists():
        number += 1
    try:
        file.replace(aside)
    except OSError as error:
        raise OutputError(
            f"{file} is damaged and cannot be moved: {error.strerror}", "look at the rights of the folder"
        ) from error
    return aside
