"""Brings a workspace up to date without losing what the learner wrote.

For each file there are three texts: the one written last time (known by its digest), the one that is
there, and the one offered now. What the learner did not change follows the offer. What they changed stays;
if the offer changed too, it is put beside their file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Literal

import nnlearn
from nnlearn.errors import OutputError
from nnlearn.files import digest_of, locked, write_whole
from nnlearn.workspace.state import write_state
from nnlearn.workspace.workspace import FOLDER, SCHEMA_VERSION, manifest_of, read_manifest

What = Literal["new", "restored", "updated", "kept", "beside", "moved", "removed", "same"]


@dataclass(frozen=True)
class Change:
    """What became of one file.

    Attributes:
        what: `new`; `restored` where it had been deleted; `updated`; `kept` as the learner changed it;
            `beside`, kept while the new text is in `beside`; `moved`, now offered in another folder;
            `removed`, no longer offered; `same`.
        path: The file, by its path under the root.
        beside: Where the new text is, if it is not in `path`.
    """

    what: What
    path: str
    beside: str = ""


@dataclass
class Update:
    """What became of all files.

    Attributes:
        changes: One for each file.
        first: Whether the workspace was made just now.
    """

    first: bool
    changes: list[Change] = field(default_factory=list)

    def of(self, what: What) -> list[Change]:
        """The changes of one kind."""
        return [change for change in self.changes if change.what == what]


def update_workspace(
    root: Path, offered: Mapping[str, bytes], chosen: Sequence[str] | None, source: Path | None = None
) -> Update:
    """Make the workspace at `root`, or bring it up to date.

    Args:
        root: Its folder; made where there is none.
        offered: The text of each file by its path under the root.
        chosen: The topics it holds; None for all there are.
        source: The content tree they come from; None for the one that came with nnlearn.

    Raises:
        OutputError: A file cannot be written. What was written before stays, and the next call goes on.
        WorkspaceError: What is known of the last time cannot be read.
    """
    with locked(root / FOLDER / "init.lock"):
        written = _digests(read_manifest(root).get("files", {}))
        update = Update(first=not manifest_of(root).exists())
        digests: dict[str, str] = {}
        for path, data in offered.items():
            digests[path] = digest_of(data)
            update.changes.append(_offer(root, path, data, written, digests))
        for path, digest in written.items():
            if path not in digests:
                update.changes += _withdraw(root, path, digest, digests)
        document = {
            "schema_version": SCHEMA_VERSION,
            "nnlearn": nnlearn.__version__,
            "topics": None if chosen is None else sorted(chosen),
            "content": None if source is None else str(source),
            "files": digests,
        }
        write_state(manifest_of(root), document)
    return update


def _digests(files: Mapping[str, object]) -> dict[str, str]:
    return {path: digest for path, digest in files.items() if isinstance(digest, str)}


def _offer(root: Path, path: str, data: bytes, written: Mapping[str, str], digests: dict[str, str]) -> Change:
    """Put one file where it belongs, or beside what the learner has there."""
    file, before, now = root / path, written.get(path), digest_of(data)
    there = _digest_there(file)
    if there is None:
        write_whole(file, data)
        return Change("restored" if before else "new", path)
    if there == now:
        return Change("same", path)
    if there == before:
        write_whole(file, data)
        return Change("updated", path)
    if before == now:
        return Change("kept", path)
    beside = _free_name(root, f"{path}.new", now, written)
    write_whole(root / beside, data)
    digests[beside] = now
    return Change("beside", path, beside)


def _withdraw(root: Path, path: str, digest: str, digests: dict[str, str]) -> list[Change]:
    """Remove a file that is no longer offered, unless the learner changed it."""
    file = root / path
    there = _digest_there(file)
    if there is None:
        return []
    if there != digest:
        return [Change("kept", path)]
    if _is_beside(path):
        digests[path] = digest  # the learner may still want to look at it
        return []
    try:
        file.unlink()
    except OSError as error:
        raise OutputError(
            f"{file} cannot be removed: {error.strerror}", "look at the rights of the folder"
        ) from error
    name = PurePosixPath(path).parts[-2:]  # the file, and the topic that it is of
    elsewhere = next((other for other in digests if PurePosixPath(other).parts[-2:] == name), "")
    return [Change("moved", path, elsewhere) if elsewhere else Change("removed", path)]


def _is_beside(path: str) -> bool:
    return path.rpartition(".")[2].startswith("new")


def _free_name(root: Path, path: str, digest: str, written: Mapping[str, str]) -> str:
    """`path`, or with a number behind it where the learner has something of their own there."""
    candidate, number = path, 1
    while _digest_there(root / candidate) not in (None, digest, written.get(candidate)):
        number += 1
        candidate = f"{path}{number}"
    return candidate


def _digest_there(file: Path) -> str | None:
    """The digest of the file that is there, or None."""
    try:
        return digest_of(file.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise OutputError(
            f"{file} should be a file that can be read: {error.strerror}",
            "move it out of the way, or look at its rights",
        ) from error


def note_written(root: Path, file: Path, data: bytes) -> None:
    """Remember that `file` in the workspace at `root` holds what nnlearn wrote: `data`."""
    with locked(root / FOLDER / "init.lock"):
        manifest = read_manifest(root)
        files = {**manifest.get("files", {}), file.relative_to(root).as_posix(): digest_of(data)}
        write_state(manifest_of(root), {**manifest, "files": files})
