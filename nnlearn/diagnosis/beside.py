"""Runs a package beside code that has run already: what that defines is there in each file of the package."""

from __future__ import annotations

import importlib
import sys
import types
from collections.abc import Mapping
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from typing import Any


def run_beside(defined: Mapping[str, Any], folder: Path, name: str) -> list[types.ModuleType]:
    """Run a package, and whatever it imports of itself.

    Its `__init__.py` begins with nothing: the files that it imports may be called as something defined is.
    Each run is one of its own: the package is gone from `sys.modules` afterwards.

    Args:
        defined: What its files, but for `__init__.py`, find defined when they begin.
        folder: The package.
        name: What it is called while it runs; no other module's name.

    Returns:
        Its modules, the package itself among them.
    """
    finder = _Finder(defined, folder, name)
    sys.meta_path.insert(0, finder)
    try:
        importlib.import_module(name)
        return [module for each, module in sys.modules.items() if _is_in(name, each)]
    finally:
        sys.meta_path.remove(finder)
        for each in [each for each in sys.modules if _is_in(name, each)]:
            del sys.modules[each]


def _is_in(package: str, name: str) -> bool:
    return name == package or name.startswith(f"{package}.")


class _Finder(MetaPathFinder):
    """Finds the files of one package."""

    def __init__(self, defined: Mapping[str, Any], folder: Path, name: str) -> None:
        self._defined = {key: value for key, value in defined.items() if not key.startswith("__")}
        self._folder = folder
        self._name = name

    def find_spec(self, fullname: str, *_: object) -> ModuleSpec | None:
        """How to load a module, if it is of the package."""
        if fullname == self._name:
            loader = _Loader(fullname, str(self._folder / "__init__.py"), {})
            return spec_from_file_location(
                fullname, loader=loader, submodule_search_locations=[str(self._folder)]
            )
        package, _dot, inner = fullname.rpartition(".")
        if package != self._name:
            return None
        loader = _Loader(fullname, str(self._folder / f"{inner}.py"), self._defined)
        return spec_from_file_location(fullname, loader=loader)


class _Loader(SourceFileLoader):
    """Runs a file as it is now: nothing that Python has compiled is kept, so nothing can be out of date."""

    def __init__(self, fullname: str, path: str, defined: Mapping[str, Any]) -> None:
        super().__init__(fullname, path)
        self._defined = defined

    def get_code(self, fullname: str) -> types.CodeType:  # noqa: ARG002 - importlib's own signature
        """The file, compiled."""
        return self.source_to_code(self.get_data(self.path), self.path)

    def exec_module(self, module: types.ModuleType) -> None:
        """Run it with what is defined."""
        vars(module).update(self._defined)
        super().exec_module(module)
