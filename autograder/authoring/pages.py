"""The pages about a whole course that are built of all its topics."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from autograder.authoring.glossary import glossary_page
from autograder.authoring.questions import answered_questions, questions_page
from nnlearn.catalogue import Catalogue
from nnlearn.catalogue.answers import answers_file, encoded
from nnlearn.files import write_whole


def build_pages(catalogue: Catalogue) -> list[Path]:
    """Write the pages, and take away those that a course does not need.

    Returns:
        Those that changed.

    Raises:
        ContentError: What they are made of cannot be read, or is not as it should be.
        OutputError: A page cannot be written.
    """
    changed = []
    for file, page in _stale(catalogue):
        if page is None:
            file.unlink()
        else:
            write_whole(file, page.encode())
        changed.append(file)
    return changed


def stale_pages(catalogue: Catalogue) -> list[Path]:
    """The pages that are not as a build would leave them."""
    return [file for file, _ in _stale(catalogue)]


def _stale(catalogue: Catalogue) -> Iterator[tuple[Path, str | None]]:
    """Pages that differ from what they should be, and what that is; None if they should not be there."""
    questions = answered_questions(catalogue)
    for file, page in (
        (catalogue.questions_page, None if questions is None else questions_page(questions, catalogue)),
        (answers_file(catalogue.root), None if questions is None else encoded(questions).decode()),
        (catalogue.glossary_page, glossary_page(catalogue)),
    ):
        there = file.read_bytes() if file.is_file() else None
        if there != (None if page is None else page.encode()):
            yield file, page
