"""Imports what reads notebooks and masters, in half of the time that it takes by itself."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType

_GRAMMAR = "rfc3987_syntax"


def import_jupytext() -> ModuleType:
    """jupytext, which reads masters, and nbformat, which it builds on."""
    import_nbformat()
    return importlib.import_module("jupytext")


def import_nbformat() -> ModuleType:
    """nbformat, which reads notebooks.

    Where Jupyter is installed, jsonschema, which nbformat imports, compiles a grammar of internationalised
    web addresses for schemas that speak of such. That takes 0.7 s, and several times as long at an unlucky
    depth of the stack, and the schema of notebooks speaks of none. jsonschema does without the grammar where
    that is not installed, and so it does here; whoever imports the grammar later gets it.
    """
    if not {"nbformat", "jsonschema", _GRAMMAR} & set(sys.modules):
        sys.modules[_GRAMMAR] = None  # type: ignore[assignment]  # to import it is an ImportError now
        try:
            importlib.import_module("jsonschema")
        finally:
            del sys.modules[_GRAMMAR]
    return importlib.import_module("nbformat")
