"""The installed nnlearn as a wheel: the code that graded here is the code that grades on Gradescope.

Private content and the learners' exercises stay out; the archive brings what its topic needs.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path

import autograder
import nnlearn
from autograder.exporters.gradescope.zipped import zipped
from nnlearn.errors import ContentError

_NOT_CODE = frozenset({"autograder/checks", "autograder/sample_class", "nnlearn/content"})
_LEFT_OUT = ("__pycache__", ".")


def build_wheel() -> tuple[str, bytes]:
    """The file name and the bytes of a wheel of nnlearn as it is installed here.

    Raises:
        ContentError: nnlearn is not installed, so nothing says what it depends on.
    """
    found = distribution("nnlearn")
    files = dict(_code())
    info = f"nnlearn-{found.version}.dist-info"
    files[f"{info}/METADATA"] = _metadata(found, "METADATA")
    files[f"{info}/entry_points.txt"] = _metadata(found, "entry_points.txt")
    files[f"{info}/WHEEL"] = (
        b"Wheel-Version: 1.0\nGenerator: nnlearn\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    )
    record = [f"{name},sha256={_digest(files[name])},{len(files[name])}" for name in sorted(files)]
    files[f"{info}/RECORD"] = ("\n".join([*record, f"{info}/RECORD,,"]) + "\n").encode()
    return f"nnlearn-{found.version}-py3-none-any.whl", zipped(files)


def _code() -> Iterator[tuple[str, bytes]]:
    for package in (nnlearn, autograder):
        root = Path(next(iter(package.__path__)))
        for path in sorted(root.rglob("*")):
            name = path.relative_to(root.parent)
            within = {parent.as_posix() for parent in name.parents}
            if path.is_file() and not within & _NOT_CODE and not _is_left_out(name):
                yield name.as_posix(), path.read_bytes()


def _is_left_out(name: Path) -> bool:
    return any(part.startswith(_LEFT_OUT) for part in name.parts)


def _metadata(found: Distribution, name: str) -> bytes:
    text = found.read_text(name)
    if text is None:
        raise ContentError(
            "nnlearn is not installed here as a package, so nothing says what it depends on.",
            "Install it with pip, for example: pip install -e .",
        )
    return text.encode()


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
