"""`nnlearn.check` in a real kernel: a card, an error where something is wrong, and nothing else."""

from __future__ import annotations

import re
import shutil

import pytest
from toy_course import REFERENCE, nnlearn

from nnlearn.errors import EXIT_CHECKS_FAILED
from nnlearn.notebook.checks import ChecksFailed, _catalogue
from nnlearn.workspace.progress import Progress

COLUMNS = """
def softmax(logits, axis=-1):
    e = ops.exp(ops.convert_to_tensor(logits))
    return e / ops.sum(e, axis=0, keepdims=True)
"""
RIGHT = """\
def softmax(logits, axis=-1):
    z = ops.convert_to_tensor(logits)
    e = ops.exp(z - ops.max(z, axis=axis, keepdims=True))
    return e / ops.sum(e, axis=axis, keepdims=True)"""
CHECK = 'import nnlearn\n\nnnlearn.check("softmax")'


@pytest.fixture
def filled_in(kernel):
    """The kernel, in which everything is right."""
    kernel.run(REFERENCE)
    return kernel


def test_a_part_that_is_right_gives_a_card_and_no_error(filled_in):
    """Count, titles, the number of hidden checks; nothing printed beside."""
    done = filled_in.run(CHECK)
    assert (done.error, done.stdout, done.stderr) == (None, "", "")
    assert done.card == (
        "softmax passed: 1 of 1 visible checks pass; 2 more run when graded\n"
        "  passed         Each row of softmax(z) adds up to 1."
    )
    assert "<strong>✓ softmax passed</strong>" in done.html


def test_a_mistake_is_named_and_the_cell_ends_in_an_error(filled_in):
    """The message is that of the terminal; the error is one line, so that "run all" stops and sees why."""
    filled_in.run(COLUMNS)
    done = filled_in.run(CHECK)
    assert "softmax: each row should add up to 1, but " in done.card
    assert "Noticed    Every column adds up to 1 instead of every row" in done.card
    assert re.search(r"Where      cell In\[\d+\], line 1", done.card)
    assert done.error["ename"] == "ChecksFailed"
    assert done.error["evalue"] == "softmax: 0 of 1 visible checks pass; 2 more run when graded"
    assert done.error["traceback"] == [f"ChecksFailed: {done.error['evalue']}"]
    assert done.stderr == ""
    assert ChecksFailed("").exit_code == EXIT_CHECKS_FAILED


def test_the_newest_definition_counts(filled_in):
    """A cell is changed and run again, as often as it takes."""
    for code, verdict in ((COLUMNS, "failed"), (REFERENCE, "passed"), (COLUMNS, "failed")):
        filled_in.run(code)
        assert filled_in.run(CHECK).card.startswith(f"softmax {verdict}: ")


def test_an_exception_shows_the_learners_own_line(filled_in):
    """In the words of Jupyter, which numbers cells by their runs."""
    filled_in.run("def softmax(logits, axis=-1):\n    x = 1\n    return unknown")
    card = filled_in.run(CHECK).card
    assert "Raised     NameError: name 'unknown' is not defined" in card
    assert re.search(r"Line       cell In\[\d+\]:3 in softmax: return unknown", card)


@pytest.mark.parametrize(
    "cell",
    [
        "def softmax(logits, axis=-1):\n    return keras.activations.softmax(logits)",
        "short = getattr(ops, 'soft' + 'max')\ndef softmax(logits, axis=-1):\n    return short(logits)",
    ],
    ids=["read", "watched"],
)
def test_what_is_forbidden_is_seen_here_too(filled_in, cell):
    """By reading the cells, and by watching them run."""
    filled_in.run(cell)
    card = filled_in.run(CHECK).card
    assert card.startswith("softmax forbidden: 0 of 1")
    assert re.search(r"without keras\.(ops|activations)\.softmax\s+\(cell\s+In\[\d+\],\s+line \d\)", card)


def test_a_forbidden_call_that_was_given_up_does_not_count(filled_in):
    """Cells that ran earlier and are superseded are history."""
    filled_in.run("def softmax(logits, axis=-1):\n    return ops.softmax(logits)")
    filled_in.run(REFERENCE)
    assert filled_in.run(CHECK).error is None


def test_a_stub_is_not_written_yet(filled_in):
    filled_in.run('def softmax(logits):\n    raise NotImplementedError("softmax: not written yet")')
    done = filled_in.run(CHECK)
    assert "softmax: not written yet" in done.card
    assert done.error is not None


def test_a_part_without_visible_checks(toy_course, monkeypatch, capsys):
    """It is said so, and it is no failure."""
    checks, toml = toy_course / "exercises/toy/test_toy.py", toy_course / "exercises/toy/topic.toml"
    text = checks.read_text()
    checks.write_text(text[: text.index('@check("Scale")')])
    toml.write_text(toml.read_text().replace("hidden_checks = 0", "hidden_checks = 1"))
    monkeypatch.setenv("NNLEARN_CONTENT", str(toy_course))
    monkeypatch.chdir(toy_course.parent)
    _catalogue.cache_clear()
    exec(REFERENCE + '\nimport nnlearn\n\nnnlearn.check("Scale")\n', {"__name__": "notebook"})
    _catalogue.cache_clear()
    shown = capsys.readouterr().out
    assert shown == "Scale not checked: there is no visible check; 1 run when graded\n"


def test_what_the_learner_prints_is_seen_in_the_cell(filled_in):
    """Also what goes to stderr, which nbgrader takes for a failure, comes on stdout."""
    filled_in.run(
        "import sys\n"
        "def softmax(logits, axis=-1):\n"
        "    print('shape', logits.shape)\n"
        "    print('loud', file=sys.stderr)\n"
        "    return logits"
    )
    done = filled_in.run(CHECK)
    assert "shape (" in done.stdout
    assert "loud" in done.stdout
    assert done.stderr == ""


def test_the_learners_code_runs_in_the_thread_of_the_cells(filled_in):
    """Where its output, its breakpoints and Keras' settings for each thread belong."""
    filled_in.run("import threading\nhome = threading.get_ident()")
    filled_in.run(
        "def softmax(logits, axis=-1):\n    print(threading.get_ident() == home)\n    return logits"
    )
    assert set(filled_in.run(CHECK).stdout.splitlines()) == {"True"}


def test_code_that_ends_the_process_leaves_the_kernel_alive(filled_in):
    """The card says so; what the notebook holds is still there."""
    filled_in.run("import os\n\ndef softmax(logits, axis=-1):\n    os._exit(0)")
    done = filled_in.run(CHECK)
    assert "softmax: your code ended the process, as os._exit(0) does" in done.card
    assert re.search(r"\(cell In\[\d+\], line 4\)", done.card)
    assert done.error["ename"] == "ChecksFailed"
    filled_in.run(RIGHT)
    assert filled_in.run(CHECK).card.startswith("softmax passed")


def test_a_check_leaves_the_libraries_as_they_are(filled_in):
    """What it watches with is gone: Keras runs its own code, and a process ends as ever."""
    filled_in.run("import os\nbefore = keras.ops.softmax.__code__, os._exit")
    filled_in.run(CHECK)
    left = "print((keras.ops.softmax.__code__, os._exit) == before, len(context.context().op_callbacks))"
    assert filled_in.run(f"from tensorflow.python.eager import context\n{left}").stdout == "True 0\n"


def test_random_numbers_go_on_as_they_would_without_a_name(filled_in):
    """Checks seed all generators: what is drawn after a check still follows from the notebook's own seed."""
    draw = f"{CHECK}\nprint(np.random.rand(), ops.convert_to_numpy(keras.random.uniform(())))"
    filled_in.run("import numpy as np")
    drawn = [filled_in.run(f"keras.utils.set_random_seed({seed})\n{draw}").stdout for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2], drawn


def test_names_of_parts_and_topics_that_do_not_exist(filled_in):
    """One line, with the nearest name, and no traceback."""
    done = filled_in.run('nnlearn.check("softmix")')
    assert done.error["traceback"] == [
        "NnlearnError: there is no part called `softmix`\n  did you mean `softmax`?"
    ]
    done = filled_in.run('nnlearn.check("softmax", topic="tay")')
    assert "there is no topic called `tay`\n  did you mean `toy`?" in done.error["traceback"][0]


def test_in_a_workspace_progress_and_hints_are_shared_with_the_commands(miniature, kernel, tmp_path):
    """The verdict is remembered there, and the message counts the hints that were read."""
    assert nnlearn("init", tmp_path / "nn", "--content", miniature).returncode == 0
    assert nnlearn("hint", "softmax", cwd=tmp_path / "nn").returncode == 0
    kernel.run(f"{REFERENCE}\nimport os\nhome = os.getcwd()\nos.chdir({str(tmp_path / 'nn')!r})")
    progress = Progress(tmp_path / "nn")
    assert kernel.run(CHECK).error is None
    assert progress.verdicts("toy") == {"softmax": "passed"}
    kernel.run(COLUMNS)
    card = kernel.run(CHECK).card
    assert "Next       nnlearn hint softmax   (1 of 3 used)" in card
    assert "nnlearn solution" not in card
    assert progress.verdicts("toy") == {"softmax": "failed"}
    kernel.run("os.chdir(home)")


def test_a_part_that_passes_says_what_there_is_besides_where_it_is(miniature, kernel, tmp_path):
    """Whoever learns alone has hidden checks and other solutions; a class reads of neither."""
    public = shutil.copytree(miniature / "exercises", tmp_path / "public" / "exercises").parent
    hidden, other = "nnlearn check --all softmax", "nnlearn solution softmax"
    for content, is_there in ((miniature, True), (public, False)):
        folder = tmp_path / f"work_{is_there}"
        assert nnlearn("init", folder, "--content", content).returncode == 0
        kernel.run(f"{REFERENCE}\nimport os\nhome = os.getcwd()\nos.chdir({str(folder)!r})")
        done = kernel.run(CHECK)
        assert done.error is None
        besides = f"\n\nHidden checks: {hidden}\nOther ways to write softmax: {other}"
        assert done.card.endswith(besides) == is_there
        assert (hidden in done.html, other in done.html) == (is_there, is_there)
        kernel.run("os.chdir(home)")


def test_the_card_holds_nothing_that_runs_or_is_fetched(filled_in):
    """Whatever the learner's code says is shown as text."""
    filled_in.run(
        "def softmax(logits, axis=-1):\n    raise ValueError('<script>alert(1)</script><img src=x>')"
    )
    done = filled_in.run(CHECK)
    assert "<script>alert(1)</script>" in done.card
    assert "&lt;script&gt;" in done.html
    allowed = {"section", "p", "strong", "b", "ul", "li", "span", "pre", "div"}
    assert set(re.findall(r"<(\w+)", done.html)) <= allowed
    assert not re.search(r"\b(src|href|on\w+)=", done.html.replace("&lt;img src=x&gt;", ""))


@pytest.fixture
def fresh(kernel):
    """The kernel, in which everything is right, and nothing is left of what ran before."""
    kernel.run("import linecache\nlinecache.cache.clear()")
    kernel.run(REFERENCE)
    return kernel


def test_what_grading_will_leave_out_is_said_on_the_card(fresh):
    """A command gives its value here and none when graded; what only times is no matter."""
    cell = RIGHT.replace("    e =", "    e = 0 * len(files) +")
    fresh.run(f"%time files = [1]\n{cell}")
    assert "Note: " not in fresh.run(CHECK).text
    fresh.run(f"files = !ls\n{cell}")
    card = fresh.run(CHECK).text
    assert card.startswith("softmax passed")
    assert re.search(r"Note: cell In\[\d+\], line 1: `.*` is a shell command, which is not run when", card)


def test_what_surrounds_the_code_costs_nothing_here_and_is_said_as_when_it_is_graded(fresh):
    fresh.run("import gc\ngc.collect()")
    assert "Note: " not in fresh.run(CHECK).text
    fresh.run("print(len(gc.get_objects()))")
    card = fresh.run(CHECK).text
    assert card.startswith("softmax passed")
    words = (
        r"Note: cell In\[\d+\] is not run when graded: it uses gc.get_objects; nothing of the exercise needs"
    )
    assert re.search(words, card)


@pytest.mark.parametrize("header", ["%%time", "%%capture", "    ", "await asyncio.sleep(0)\n", ">>> "])
def test_what_jupyter_accepts_is_checked_like_any_cell(fresh, header):
    """The kernel has run it, and the cell can be read as well."""
    fresh.run("import asyncio")
    lines = RIGHT.splitlines()
    if header.strip() == "":
        code = "\n".join(f"{header}{line}" for line in lines)
    elif header == ">>> ":
        code = "\n".join([f">>> {lines[0]}", *(f"... {line}" for line in lines[1:])])
    else:
        code = f"{header}\n{RIGHT}"
    fresh.run(code)
    card = fresh.run(CHECK).text
    assert card.startswith("softmax passed")
    assert "Note: " not in card
    fresh.run(code.replace("axis=axis", "axis=0"))
    where = re.search(r"Where (cell In\[\d+\], line \d)", fresh.run(CHECK).text)
    assert where, "a card that says where"
    assert where[1].endswith(f"line {1 + code[: code.index('def')].count(chr(10))}")


@pytest.mark.parametrize("header", ["%%time", "%%capture"])
def test_what_runs_below_a_magic_has_the_lines_of_its_cell(fresh, header):
    """IPython runs it as a piece of code by itself, and the message speaks of the cell."""
    fresh.run(f"{header}\ndef softmax(logits, axis=-1):\n    return unknown")
    assert re.search(r"Line cell In\[\d+\]:3 in softmax: return unknown", fresh.run(CHECK).text)
    fresh.run(f'{header}\ndef softmax(logits, axis=-1):\n    raise NotImplementedError("softmax: not yet")')
    assert fresh.run(CHECK).text.startswith("softmax not written")
    fresh.run(f"{header}\ndef softmax(logits, axis=-1):\n    return ops.softmax(logits)")
    assert re.search(r"without [^ ]*softmax \(cell In\[\d+\], line 3\)", fresh.run(CHECK).text)
    fresh.run(f"{header}\n{RIGHT}")
    assert "is defined in a cell that checks it" in fresh.run(f"{RIGHT}\n{CHECK}").text


def test_a_cell_in_another_language_is_said_to_be_none(fresh):
    """The function went into a file: the notebook has none, and the card says why."""
    fresh.run("del softmax")
    fresh.run(f"%%writefile softmax_of_mine.py\n{RIGHT}")
    card = fresh.run(CHECK).text
    assert card.startswith("softmax not checked: run the cell above first")
    assert (
        "is not run: `%%writefile softmax_of_mine.py` is a cell magic; remove the line, or the cell" in card
    )


def test_a_part_whose_name_is_used_again_is_what_its_cell_made(fresh):
    """As when graded; the card says which cell takes the name."""
    fresh.run(RIGHT)
    fresh.run("softmax = 3")
    done = fresh.run(CHECK)
    assert done.text.startswith("softmax passed")
    assert re.search(r"Note: cell In\[\d+\] overwrites `softmax` with int: what was", done.text)
    assert fresh.run("print(softmax)").stdout == "3\n"
    fresh.run(f"{RIGHT}\nsoftmax = 3")
    assert "softmax should be a function or a class, not int" in fresh.run(CHECK).text


def test_an_answer_in_the_cell_that_checks_is_said_to_be_lost(fresh):
    """Cells of checks do not run when graded; JupyterLab says which cells those are."""
    card = fresh.run(f"{RIGHT}\n{CHECK}").text
    assert re.search(
        r"cell In\[\d+\]: `softmax` is defined in a cell that checks it; if that came with", card
    )
    assert "Note: " not in fresh.run(RIGHT + "\n" + CHECK.replace("softmax", "Scale")).text


@pytest.mark.parametrize(("tags", "is_lost"), [(["demo", "check"], True), ([], False)])
def test_jupyterlab_tells_which_cells_are_not_run(fresh, tags, is_lost):
    """It sends a cell's metadata along; then there is no doubt."""
    told = {"cellId": "a", "tags": tags}
    fresh.run("kernel = get_ipython().kernel\nkept = kernel.get_parent")
    fresh.run(f"kernel.get_parent = lambda *a: {{**kept(*a), 'metadata': {told}}}")
    try:
        card = fresh.run(f"{RIGHT}\n{CHECK}").text
    finally:
        fresh.run("kernel.get_parent = kept")
    assert ("`softmax` is defined in a cell that is not run: put it into its own cell" in card) is is_lost
    assert ("Note: " in card) is is_lost
