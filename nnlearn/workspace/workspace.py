"""Workspace: the folder a learner works in, found from any folder inside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nnlearn.files import digest_of
from nnlearn.workspace.progress import Progress
from nnlearn.workspace.state import Damaged, WorkspaceError, read_state

if TYPE_CHECKING:
    from nnlearn.catalogue import Catalogue, Topic

FOLDER = ".nnlearn"
SCHEMA_VERSION = 1


@dataclass(frozen=True)
class Workspace:
    """A learner's workspace.

    Attributes:
        root: The folder that holds `exercises/` and `.nnlearn/`.
    """

    root: Path

    @cached_property
    def catalogue(self) -> Catalogue:
        """The topics in it.

        Raises:
            WorkspaceError: Something of a topic is missing or damaged.
        """
        from nnlearn.catalogue import load_catalogue
        from nnlearn.errors import ContentError

        try:
            return load_catalogue(self.root, self.topic_names)
        except ContentError as error:
            raise WorkspaceError(
                error.problem, f"`nnlearn init {self.root}` restores what came with nnlearn"
            ) from error

    @cached_property
    def progress(self) -> Progress:
        """What the learner has done."""
        return Progress(self.root)

    @cached_property
    def written(self) -> Mapping[str, str]:
        """For each file that `nnlearn init` wrote, by its path under the root, the SHA-256 of its text."""
        files = read_manifest(self.root).get("files", {})
        return {name: digest for name, digest in files.items() if isinstance(digest, str)}

    @property
    def source(self) -> Path | None:
        """The content tree its exercises come from; None while there is no workspace here yet."""
        from nnlearn.catalogue import came_with_nnlearn

        manifest = read_manifest(self.root)
        if not manifest:
            return None
        source = manifest.get("content")
        return Path(source) if isinstance(source, str) else came_with_nnlearn()

    @property
    def topic_names(self) -> tuple[str, ...]:
        """The topics that `nnlearn init` put here and whose folders are still there."""
        names = {name.split("/")[1] for name in self.written if name.startswith("exercises/")}
        return tuple(sorted(name for name in names if (self.root / "exercises" / name).is_dir()))

    def file_of(self, topic: Topic) -> Path:
        """The file the learner works on: the .py or the notebook, whichever they changed last.

        While neither is changed it is the .py file. Reading the lesson in Jupyter saves the notebook too,
        so where both are changed and work is in one of them only, it is that one.
        """
        saved = {file: when for file in (topic.stub, topic.notebook) if (when := self.saved_at(file))}
        changed = list(saved)
        if len(changed) > 1:
            from nnlearn.workspace.work import with_work

            changed = with_work(topic) or changed
        return max(changed, key=saved.__getitem__, default=topic.stub)

    def saved_at(self, file: Path) -> int | None:
        """When `file` was saved, in ns; None where it holds what `nnlearn init` wrote, or is not there."""
        try:
            digest, saved = digest_of(file.read_bytes()), file.stat().st_mtime_ns
        except OSError:
            return None
        return saved if digest != self.written.get(file.relative_to(self.root).as_posix()) else None


def manifest_of(root: Path) -> Path:
    """The file that makes a folder a workspace, and says what was written into it."""
    return root / FOLDER / "workspace.json"


def read_manifest(root: Path) -> dict[str, Any]:
    """What was written into the workspace at `root`; empty where it is none.

    Raises:
        WorkspaceError: The file is damaged, or a newer nnlearn wrote it.
    """
    file = manifest_of(root)
    try:
        document = read_state(file, SCHEMA_VERSION)
        if not isinstance(document.get("files", {}), dict):
            raise Damaged("`files` is not a table")
    except Damaged as error:
        raise WorkspaceError(
            f"{file} is damaged: {error}",
            "delete that file and run `nnlearn init` again: no file that you changed is touched",
        ) from None
    return document


def find_workspace(start: Path | None = None) -> Workspace | None:
    """The workspace that `start` lies in, or None.

    Args:
        start: A folder or a file; the current folder if left out.
    """
    place = (start or Path.cwd()).resolve()
    return next((Workspace(root) for root in (place, *place.parents) if manifest_of(root).is_file()), None)
