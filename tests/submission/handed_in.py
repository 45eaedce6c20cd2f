"""Submissions as learners hand them in: a Python file, or a notebook."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from nnlearn.submission.source import Source, load_source


def python(tmp_path: Path, code: str | bytes) -> Source:
    """The submission `softmax.py` with this code."""
    path = tmp_path / "softmax.py"
    path.write_bytes(code if isinstance(code, bytes) else code.encode())
    return load_source(path)


def code_cell(code: Any, **metadata: Any) -> dict[str, Any]:
    """A code cell as notebooks store it."""
    return {
        "cell_type": "code",
        "source": code,
        "metadata": metadata,
        "outputs": [],
        "execution_count": None,
    }


def notebook_of(*cells: Any, **changes: Any) -> dict[str, Any]:
    """A notebook document of these cells."""
    return {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5, **changes}


def notebook(tmp_path: Path, *cells: Any, **changes: Any) -> Source:
    """The submission `softmax.ipynb` with these cells."""
    return raw_notebook(tmp_path, json.dumps(notebook_of(*cells, **changes)))


def raw_notebook(tmp_path: Path, text: str | bytes) -> Source:
    """The submission `softmax.ipynb` with this text."""
    path = tmp_path / "softmax.ipynb"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_source(path)
