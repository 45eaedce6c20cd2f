"""Notebooks are read without a grammar that takes longer to compile than all else takes to import."""

import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

GRAMMAR = "rfc3987_syntax"


def answer(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.mark.parametrize("what", ["import_nbformat", "import_jupytext"])
def test_the_grammar_of_addresses_stays_out(what):
    code = f"""
import sys
from nnlearn.runtime.notebooks import {what}
print({what}().__name__, "{GRAMMAR}" in sys.modules)
import {GRAMMAR}
print({GRAMMAR}.is_valid_syntax("iri", "http://example.org/"))
"""
    assert answer(code) == [what.removeprefix("import_"), "False", "True"]


def test_who_has_the_grammar_keeps_it():
    code = f"""
import jsonschema, sys
from nnlearn.runtime.notebooks import import_nbformat
import_nbformat()
print("{GRAMMAR}" in sys.modules, "iri" in jsonschema.FormatChecker.checkers)
"""
    assert answer(code) == ["True", "True"]


def test_a_notebook_is_read_without_it(tmp_path):
    notebook = tmp_path / "relu.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell("x = 1")]), notebook)
    code = f"""
import sys
from pathlib import Path
from nnlearn.submission.source import load_source
print(load_source(Path({str(notebook)!r})).cells[0].code, "{GRAMMAR}" in sys.modules)
"""
    assert answer(code) == ["x", "=", "1", "False"]
