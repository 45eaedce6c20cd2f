"""nbgrader's check of the metadata of cells, without what it does over and over."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator


@contextlib.contextmanager
def schema_taken_as_right() -> Iterator[None]:
    """Let nbgrader check cells against its schema without checking the schema itself before each cell.

    That takes nine tenths of the time. Other schemas of the same kind are taken as they are meanwhile.
    """
    from jsonschema.validators import validator_for  # type: ignore[import-untyped]
    from nbgrader.nbgraderformat import MetadataValidator

    kind = validator_for(MetadataValidator().schema)
    check = vars(kind)["check_schema"]
    kind.check_schema = lambda *_args, **_options: None
    try:
        yield
    finally:
        kind.check_schema = check
