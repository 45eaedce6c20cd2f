"""What was built: the digest of every built file, and of what costly files were made from."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from nnlearn.files import digest_of

NAME = ".built.json"
SCHEMA_VERSION = 1


@dataclass(frozen=True)
class Manifest:
    """The contents of `.built.json`.

    Attributes:
        files: SHA-256 of each built file, by its path within the exercise.
        made_from: SHA-256 of what the figures and the diagnoses were made from.
    """

    files: dict[str, str] = field(default_factory=dict)
    made_from: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> str:
        """The file's text."""
        document = {
            "schema_version": SCHEMA_VERSION,
            "files": dict(sorted(self.files.items())),
            "made_from": self.made_from,
        }
        return json.dumps(document, indent=2) + "\n"


def read_manifest(folder: Path) -> Manifest:
    """The manifest in `folder`; an empty one if there is none or it is damaged.

    Without it every file counts as made by hand, so nothing is lost.
    """
    try:
        document = json.loads((folder / NAME).read_text(encoding="utf-8"))
        if document["schema_version"] != SCHEMA_VERSION:
            return Manifest()
        return Manifest(dict(document["files"]), dict(document["made_from"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Manifest()


def digest_at(file: Path) -> str | None:
    """SHA-256 of what a file holds, or None if it is not there."""
    return digest_of(file.read_bytes()) if file.is_file() else None
