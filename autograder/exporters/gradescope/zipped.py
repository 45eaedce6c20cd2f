"""Zip files whose bytes follow from their content alone."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

_WHEN = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip file can say
_UNIX = 3
_REGULAR = 0o100000


def zipped(files: Mapping[str, bytes], executable: frozenset[str] = frozenset()) -> bytes:
    """`files`, by their path, as a zip file: sorted, with one date for all."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _WHEN)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = _UNIX
            entry.external_attr = (_REGULAR | (0o755 if name in executable else 0o644)) << 16
            archive.writestr(entry, files[name])
    return buffer.getvalue()
