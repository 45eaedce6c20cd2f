"""A learner fills in the notebook and runs it top to bottom in real Jupyter; then all checks are green."""

import ast

import nbclient
import nbformat
import pytest

from nnlearn.catalogue import load_catalogue
from nnlearn.cli.check import run_checks
from nnlearn.results import Verdict
from nnlearn.submission.source import load_source

TOPICS = [topic for topic in load_catalogue().topics if topic.alternatives]


def fill_in(notebook, code, parts):
    """Put the parts of a solution into the cells of the notebook where their stubs are."""
    lines, solution, rest = code.splitlines(), {}, []
    for node in ast.parse(code).body:
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
        text = "\n".join(lines[first - 1 : node.end_lineno])
        name = getattr(node, "name", "")
        if name in parts:
            solution[name] = text
        elif isinstance(node, (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)):
            rest.append(text)  # helpers come first, as a learner would put them
        else:
            solution["PREDICTIONS"] = solution.get("PREDICTIONS", "") + "\n" + text
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    cells = [cell for cell in code if "demo" not in cell.metadata.get("tags", [])]
    for name, text in solution.items():
        opening = (f"def {name}(", f"class {name}(", f"class {name}:", f"{name} = ")
        [stub] = [c for c in cells if any(o in f"\n{c.source}" for o in (f"\n{o}" for o in opening))]
        stub.source = text if not text.startswith("\nPREDICTIONS[") else stub.source + text
    cells[0].source += "\n\n" + "\n\n".join(rest)


def run(notebook, folder):
    """Run all cells in real Jupyter; gives the outputs of the check cells, by part."""
    client = nbclient.NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    )
    client.execute()
    cells = {cell.id: cell for cell in notebook.cells}
    assert cells["start-keras"].outputs == []
    return {name.removeprefix("check-"): c.outputs for name, c in cells.items() if name.startswith("check-")}


@pytest.mark.sampled(2, "notebooks of topics in Jupyter")
@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_a_filled_in_notebook_runs_in_jupyter_and_passes_its_checks(topic, tmp_path):
    notebook = nbformat.read(topic.notebook, as_version=4)
    alternative = topic.alternatives[-1].read_text(encoding="utf-8")
    fill_in(notebook, alternative, {part.name for part in topic.parts})
    outputs = run(notebook, tmp_path)
    assert list(outputs) == [cell.id.removeprefix("part-") for cell in notebook.cells if "part-" in cell.id]
    for part, [card] in outputs.items():
        assert card.data["text/plain"].startswith(f"{part} passed: ")
        assert f"<strong>✓ {part} passed</strong>" in card.data["text/html"]
    file = tmp_path / topic.notebook.name
    nbformat.write(notebook, file)
    bench = run_checks(topic, load_source(file), quiet=True)
    assert {run.verdict for run in bench.runs.values()} == {Verdict.PASSED}


def test_a_notebook_that_is_not_filled_in_runs_to_its_end(tmp_path):
    """Each check says that its part is not written yet, which stops nobody who runs all cells."""
    topic = TOPICS[0]
    outputs = run(nbformat.read(topic.notebook, as_version=4), tmp_path)
    for part, [card, error] in outputs.items():
        assert card.data["text/plain"].startswith(f"{part} not written: 0 of ")
        assert error.ename == "ChecksFailed"
        assert len(error.traceback) == 1
