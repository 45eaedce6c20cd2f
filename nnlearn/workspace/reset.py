"""Puts a topic, or one part of it, back to how it was. What the learner wrote is kept first."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nnlearn.catalogue import Topic
from nnlearn.files import write_whole
from nnlearn.workspace.parts import code_cells, definition_of, replace_definition, source_of_cell
from nnlearn.workspace.state import WorkspaceError
from nnlearn.workspace.update import note_written
from nnlearn.workspace.workspace import FOLDER, Workspace


@dataclass(frozen=True)
class Reset:
    """A file that was put back.

    Attributes:
        file: The file.
        backup: What it held before; None where it was not there.
    """

    file: Path
    backup: Path | None


def reset_topic(workspace: Workspace, topic: Topic, original: Topic) -> tuple[Reset, ...]:
    """Put the file to fill in and the notebook of `topic` back to what `original` has.

    Raises:
        WorkspaceError: A file cannot be read.
        OutputError: A file cannot be written.
    """
    resets = []
    backups = _Backups(workspace.root)
    for file, source in ((topic.stub, original.stub), (topic.notebook, original.notebook)):
        old, new = _read(file, missing=None), _read(source)
        if old != new:
            resets.append(Reset(file, backups.keep(file, old)))
            write_whole(file, new)
            note_written(workspace.root, file, new)
    workspace.progress.forget(topic.name)
    return tuple(resets)


def reset_part(workspace: Workspace, topic: Topic, part: str, original: Topic) -> tuple[Reset, ...]:
    """Put one part back in both files, and leave the rest of them alone.

    Raises:
        WorkspaceError: A file cannot be read, or the part cannot be found in it.
        OutputError: A file cannot be written.
    """
    resets = []
    backups = _Backups(workspace.root)
    kinds: tuple[tuple[Path, Path, Callable[[str, str, str], str | None]], ...] = (
        (topic.stub, original.stub, _reset_in_python),
        (topic.notebook, original.notebook, _reset_in_notebook),
    )
    for file, source, put_back in kinds:
        old = _read(file, missing=None)
        if old is None:
            continue
        try:
            text = put_back(old.decode("utf-8"), part, _read(source).decode("utf-8"))
        except ValueError:  # not UTF-8, or not JSON
            text = None
        if text is None:
            raise WorkspaceError(
                f"{file} cannot be read far enough to find `{part}` in it",
                f"put the whole topic back (your text is kept): nnlearn reset {topic.name}",
            )
        new = text.encode()
        if new != old:
            resets.append(Reset(file, backups.keep(file, old)))
            write_whole(file, new)
    workspace.progress.forget(topic.name, part)
    return tuple(resets)


def _reset_in_python(text: str, part: str, original: str) -> str | None:
    definition = definition_of(original, part)
    if definition is None or definition == definition_of(text, part):
        return text
    return replace_definition(text, part, definition)


def _reset_in_notebook(text: str, part: str, original: str) -> str | None:
    """The notebook with the part's cell as it was; without outputs, since they are of the old text."""
    found = (definition_of(source_of_cell(cell), part) for cell in code_cells(original))
    definition = next(filter(None, found), "")
    notebook = json.loads(text)
    cells = list(code_cells(notebook))
    named = [cell for cell in cells if cell.get("id") == f"part-{part}"]
    defines = [cell for cell in cells if definition_of(source_of_cell(cell), part) is not None]
    for cell in [*defines[::-1], *named][:1]:
        source = replace_definition(source_of_cell(cell), part, definition)
        if source is None:  # not Python: the cell holds this part alone
            source = definition
        if source == source_of_cell(cell):
            return text
        cell["source"] = source.splitlines(keepends=True)
        cell["outputs"], cell["execution_count"] = [], None
        return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
    return None


class _Backups:
    """Keeps what files held, all of one reset in one folder."""

    def __init__(self, root: Path) -> None:
        stem = root / FOLDER / "backups" / time.strftime("%Y-%m-%d_%H-%M-%S")
        number = 1
        self._folder = stem
        while self._folder.exists():
            number += 1
            self._folder = stem.with_name(f"{stem.name}_{number}")

    def keep(self, file: Path, data: bytes | None) -> Path | None:
        """Keep `data`, which `file` holds, and return where; nothing where there was no file."""
        if data is None:
            return None
        backup = self._folder / file.name
        write_whole(backup, data)
        return backup


def _read(file: Path, missing: Any = ...) -> Any:
    """The bytes of `file`; `missing`, if that is given, where there is no such file."""
    try:
        return file.read_bytes()
    except OSError as error:
        if isinstance(error, FileNotFoundError) and missing is not ...:
            return missing
        raise WorkspaceError(
            f"{file} cannot be read: {error.strerror}", "look at its rights, or install nnlearn again"
        ) from error
