"""A topic's mistakes run with everything the reference defines, and with nothing else that is not theirs."""

import dataclasses
import inspect
import sys

import pytest

from autograder.authoring.new import write_skeleton
from autograder.engine.mistake_runs import Gallery
from autograder.engine.reference import Reference
from nnlearn.catalogue import load_catalogue
from nnlearn.checking.runner import CheckRunner
from nnlearn.diagnosis.gallery import load_gallery
from nnlearn.errors import ContentError
from nnlearn.host.host import Host
from nnlearn.protocol.requests import Program

HEAD = "from nnlearn.diagnosis import mistake\n\n"
DOUBLES = '''
@mistake("halve")
def doubles(x):
    """Every number comes back twice as large."""
    return 4 * halve(np.asarray(x))
'''
STEPS = '''
@mistake("halve")
def halves_twice(x):
    """Every number is halved twice."""
    return halve(halve(x))
'''


@pytest.fixture
def topic(tmp_path):
    """The topic `halving` of the skeleton."""
    write_skeleton("halving", tmp_path)
    return load_catalogue(tmp_path).topic("halving")


def gallery(topic, text):
    """The mistakes in a file with this text; wrong predictions come from elsewhere."""
    (topic.mistakes / "halve.py").write_text(HEAD + text)
    return written(load_gallery(topic, Reference(topic).run().__dict__))


def written(mistakes):
    return [item for item in mistakes if item.part != "predictions"]


def refused(topic, text):
    """What is said of a file with this text."""
    with pytest.raises(ContentError) as caught:
        gallery(topic, text)
    return str(caught.value).replace(f"{topic.checks_dir}/", "")


def test_mistakes_have_what_the_reference_defines_and_imports(topic):
    """Neither the right part nor NumPy has to be written or imported again."""
    (doubles,) = gallery(topic, DOUBLES)
    namespace = {}
    doubles.replace(namespace)
    assert namespace["halve"]([1.0, 3.0]).tolist() == [2.0, 6.0]


def test_the_right_part_stays_right_while_a_mistake_stands_in_for_it(topic):
    """What a mistake calls is the reference, also in a module in which it, or another one, has its place."""
    (topic.mistakes / "halve.py").write_text(HEAD + DOUBLES + STEPS)
    with CheckRunner(topic, topic.checks) as runner:
        tried = Gallery(runner)
        doubles, twice = written(tried.mistakes)
        bench = tried.bench(doubles)
        namespace = Reference(topic).run().__dict__
        doubles.replace(namespace)
        twice.replace(namespace)
        assert namespace["halve"]([8.0]).tolist() == [2.0]
        runs = runner.run(bench).runs
    assert runs["test_halves_odd_numbers"].failure.detail == "element [0] is 2, not 0.5"


@pytest.mark.parametrize(
    "text",
    [
        "def halve(x):\n    return x / 2\n",
        'PREDICTIONS = {"floor_of_minus_seven_halves": 3}\n',
        "import math as np\n",
    ],
)
def test_a_name_of_the_reference_keeps_its_meaning(topic, text):
    name = "PREDICTIONS" if "PREDICTIONS" in text else "np" if "np" in text else "halve"
    assert refused(topic, text + DOUBLES) == (
        f"mistakes/halve.py: `{name}` is a name of the reference, which mistakes can use as it is\n"
        "  leave it out, or give what is meant there a name of its own"
    )


def test_a_mistake_that_is_called_like_its_part_is_refused(topic):
    assert "`halve` is a name of the reference" in refused(topic, DOUBLES.replace("doubles", "halve"))


def test_importing_once_more_what_the_reference_imports_is_fine(topic):
    assert len(gallery(topic, "import numpy as np\n" + DOUBLES)) == 1


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (DOUBLES.replace("np.asarray", "nq.asarray"), 7),
        (DOUBLES.replace("np.asarray", "(lambda y: nq.asarray(y))"), 7),
        ("class Base:\n    @property\n    def half(self):\n        return nq.half\n" + DOUBLES, 6),
        (
            "class Base:\n    @classmethod\n    def half(cls):\n        return [nq for _ in cls]\n" + DOUBLES,
            6,
        ),
    ],
)
def test_a_name_that_nobody_defines_is_refused_with_its_line(topic, text, line):
    """Otherwise it would raise NameError in every check, which looks like a mistake that is caught."""
    assert refused(topic, text) == (
        f"mistakes/halve.py:{line}: `nq` is not defined, neither here nor in the reference\n"
        "  define or import it there, or put the name right"
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"""Every number comes back twice as large."""', "pass", "mistake `doubles` has no docstring"),
        ('"halve"', '"halv"', "mistake `doubles` names the part `halv`"),
    ],
)
def test_what_else_is_refused(topic, old, new, said):
    assert said in refused(topic, DOUBLES.replace(old, new))


def test_two_mistakes_of_one_name_are_refused(topic):
    assert "mistake `doubles` is there twice" in refused(topic, DOUBLES + DOUBLES)


def test_files_of_a_gallery_use_each_other_and_come_in_the_order_of_their_import(topic):
    """A file may be called like the part, which is no other meaning of its name."""
    (topic.mistakes / "__init__.py").write_text("from . import twice, halve\n")
    (topic.mistakes / "twice.py").write_text(f"from .tools import halve_of\n{HEAD}{STEPS}")
    (topic.mistakes / "tools.py").write_text("def halve_of(x):\n    return halve(x)\n")
    assert [item.name for item in gallery(topic, DOUBLES)] == ["halves_twice", "doubles"]


def test_each_loading_runs_the_files_as_they_are_then(topic):
    """Two galleries of one process have nothing in common, and no file is left compiled."""
    assert [item.message for item in gallery(topic, DOUBLES)] == ["Every number comes back twice as large."]
    again = gallery(topic, DOUBLES.replace("twice", "three"))
    assert [item.message for item in again] == ["Every number comes back three as large."]
    assert not [name for name in sys.modules if "mistakes_of" in name]
    assert sorted(file.name for file in topic.mistakes.iterdir()) == ["__init__.py", "halve.py"]


def test_a_file_that_nobody_imports_is_refused(topic):
    """Its mistakes would be known to nobody."""
    (topic.mistakes / "twice.py").write_text(HEAD + STEPS)
    assert refused(topic, DOUBLES) == (
        "mistakes/twice.py is not imported by mistakes/__init__.py, so its mistakes are not known\n"
        "  import it there, in its place in the order of the mistakes"
    )


def test_the_package_itself_defines_nothing(topic):
    """`halve` would be the file there, not the part."""
    (topic.mistakes / "__init__.py").write_text(f"from . import halve\n{HEAD}{STEPS}")
    assert refused(topic, DOUBLES) == (
        "mistakes/__init__.py: `halves_twice` is defined there, where the reference is not known\n"
        "  write it in a file beside that one, and import this there"
    )


def test_the_reference_has_its_own_source_lines_whatever_was_loaded_before(topic):
    """AutoGraph makes a graph of the lines it finds; those of another file would be another function."""
    other = Program("halving", (("other.py", "def halve(x):\n    return 0\n" * 40),), {})
    assert Host(other).load() == []
    assert "return np.asarray(x) / 2" in inspect.getsource(Reference(topic).run().halve)


def test_without_a_reference_there_are_no_mistakes_to_run(topic):
    """Learners have neither; a tree that holds mistakes alone is told what it lacks."""
    with pytest.raises(ContentError, match="has no reference solution"):
        Reference(dataclasses.replace(topic, solution_dir=None))
