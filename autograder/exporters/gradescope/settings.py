"""What the builder decided and the grader on Gradescope follows: `settings.json` in the archive."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

import msgspec

NAME = "settings.json"


class Visibility(StrEnum):
    """When Gradescope shows a test to the learner."""

    VISIBLE = "visible"
    AFTER_DUE_DATE = "after_due_date"
    AFTER_PUBLISHED = "after_published"
    HIDDEN = "hidden"


class OutputFormat(StrEnum):
    """How Gradescope is to show the text of a test."""

    TEXT = "text"
    HTML = "html"


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The content of `settings.json`.

    Attributes:
        topic: The one topic of the archive.
        hidden_checks: When learners see the results of hidden checks.
        output_format: How messages are shown.
        require_isolation: Whether every layer of isolation has to hold.
    """

    topic: str
    hidden_checks: Visibility = Visibility.AFTER_PUBLISHED
    output_format: OutputFormat = OutputFormat.TEXT
    require_isolation: bool = False


def write_settings(settings: Settings) -> bytes:
    """`settings` as the file's bytes."""
    return msgspec.json.format(msgspec.json.encode(settings), indent=2) + b"\n"


def read_settings(source: Path) -> Settings:
    """The settings of the archive that was unpacked in `source`."""
    return msgspec.json.decode((source / NAME).read_bytes(), type=Settings)
