"""Runs a lesson with its reference and keeps what its cells print: `python -m` this with a JOB file.

The job is JSON: the master's path, the cells to run in order, each with its key on the page, and the file for
what they print. What a cell raised is written to the job's `error` file.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
import traceback
from pathlib import Path
from typing import Any


def main(job_file: str) -> int:
    """Run the job; 0 if every cell ran."""
    job = json.loads(Path(job_file).read_text(encoding="utf-8"))
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    namespace: dict[str, Any] = {"__name__": "__main__"}
    outputs = {}
    for cell in job["cells"]:
        # Empty lines before it, so that a traceback names the lines of the master.
        code = compile("\n" * (cell["line"] - 1) + cell["code"], job["master"], "exec", dont_inherit=True)
        printed = io.StringIO()
        try:
            with contextlib.redirect_stdout(printed):
                exec(code, namespace)  # noqa: S102
        except BaseException as error:  # the author's code may raise anything, SystemExit too
            frames = traceback.extract_tb(error.__traceback__)
            lines = [frame.lineno for frame in frames if frame.filename == job["master"]]
            what = {"line": lines[-1], "what": f"{type(error).__name__}: {error}"}
            Path(job["error"]).write_text(json.dumps({"raised": what}), encoding="utf-8")
            return 1
        plt.close("all")
        if text := printed.getvalue().rstrip():
            outputs[cell["key"]] = text
    text = json.dumps(outputs, indent=1, ensure_ascii=False)
    Path(job["outputs"]).write_text(f"{text}\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
