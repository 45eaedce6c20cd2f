"""What learners need to check their own work, beside the notebooks of a course with its own topics.

Topics that come with nnlearn are installed where learners work. An instructor's own are not, so their visible
checks travel with the assignment, in the form of a workspace: `nnlearn.check` finds it from the notebook.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from nnlearn.catalogue import Topic
from nnlearn.errors import ContentError, OutputError
from nnlearn.files import digest_of
from nnlearn.workspace.layout import place_of
from nnlearn.workspace.state import write_state
from nnlearn.workspace.workspace import SCHEMA_VERSION, manifest_of


def ship_checks(folder: Path, topics: Sequence[Topic]) -> None:
    """Put the visible checks of `topics` into `folder`, and make it a workspace.

    Raises:
        ContentError: A topic has not been built.
        OutputError: The folder cannot be written.
    """
    written = {}
    for topic in topics:
        for file in (topic.learners_toml, topic.visible_checks):
            if not file.exists():
                raise ContentError(
                    f"{file} is missing, and learners check their work with it",
                    f"build the topic: nnlearn topic build {topic.name}",
                )
        files = [topic.learners_toml, topic.visible_checks]
        files += [topic.diagnoses] if topic.diagnoses.exists() else []
        for file in files:
            name = place_of(topic, file)
            _copy(file, folder / name)
            written[name] = digest_of((folder / name).read_bytes())
    write_state(manifest_of(folder), {"schema_version": SCHEMA_VERSION, "files": written})


def _copy(source: Path, target: Path) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    except OSError as error:
        raise OutputError(f"{target} cannot be written: {error.strerror}", "look at its rights") from error
