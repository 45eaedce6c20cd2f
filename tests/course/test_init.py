"""`nnlearn course init`: a course directory that nbgrader understands as it is."""

import codecs
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.course.init import init
from autograder.course.layout import CourseError, find_course, load_config
from autograder.course.roster import Student, read_roster
from nnlearn.errors import ContentError

pytestmark = pytest.mark.filterwarnings("ignore")  # nbgrader's and SQLAlchemy's own


@pytest.fixture
def roster(tmp_path):
    """Writes a roster and reads it."""

    def read(text):
        file = tmp_path / "roster.csv"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_roster(file)

    return read


def tree(root):
    return {
        file.relative_to(root).as_posix(): file.read_bytes() for file in root.rglob("*") if file.is_file()
    }


def test_nbgrader_works_in_it_without_the_virtual_environment_being_activated(tmp_path):
    """With an empty environment there is no alembic on PATH, which nbgrader's own set-up needs."""
    bare = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "PYTHONPATH": os.environ.get("PYTHONPATH", "")}
    (tmp_path / "r.csv").write_text("id,first_name\nada,Ada\n")

    def run(*words, cwd):
        done = subprocess.run(
            [sys.executable, "-m", *words], cwd=cwd, env=bare, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    run("nnlearn", "course", "init", "course", "--roster", "r.csv", cwd=tmp_path)
    assert "ada (None, Ada)" in run("nbgrader", "db", "student", "list", cwd=tmp_path / "course")
    # Somebody deletes the gradebook: then nbgrader makes one itself, and runs alembic.
    (tmp_path / "course/gradebook.db").unlink()
    run("nbgrader", "db", "student", "add", "bo", cwd=tmp_path / "course")
    assert (tmp_path / "course/gradebook.db").exists()


def test_the_gradebook_is_one_that_nbgrader_would_make(tmp_path):
    """Same tables and columns, same version for later upgrades."""
    from nbgrader.api import Gradebook

    init(tmp_path / "ours")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
        with Gradebook(f"sqlite:///{tmp_path}/theirs.db", "ours"):
            pass
    made = []
    for file in (tmp_path / "ours/gradebook.db", tmp_path / "theirs.db"):
        with sqlite3.connect(file) as connection:
            tables = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql NOT NULL ORDER BY 1")
            made.append((tables.fetchall(), connection.execute("SELECT * FROM alembic_version").fetchall()))
        connection.close()
    assert made[0] == made[1]


def test_every_student_of_the_roster_is_in_the_gradebook(tmp_path):
    (tmp_path / "r.csv").write_text(
        "id,first_name,last_name,email,lms_user_id\nada,Ada,Lovelace,a@x.org,7\nbo,,,,\n"
    )
    init(tmp_path / "course", roster=tmp_path / "r.csv")
    with find_course(tmp_path / "course").gradebook() as gradebook:
        found = {s.id: (s.first_name, s.last_name, s.email, s.lms_user_id) for s in gradebook.students}
    assert found == {"ada": ("Ada", "Lovelace", "a@x.org", "7"), "bo": (None, None, None, None)}


@pytest.mark.parametrize("taken", ["nbgrader_config.py", "gradebook.db"])
def test_nothing_is_overwritten(tmp_path, taken):
    (tmp_path / "course").mkdir()
    (tmp_path / "course" / taken).write_text("mine")
    with pytest.raises(CourseError, match=f"{taken} is there already, and nothing is overwritten"):
        init(tmp_path / "course")
    assert tree(tmp_path / "course") == {taken: b"mine"}


def test_a_folder_with_other_things_in_it_may_become_a_course(tmp_path):
    (tmp_path / "course/source/ps0").mkdir(parents=True)
    (tmp_path / "course/source/ps0/mine.ipynb").write_text("{}")
    init(tmp_path / "course")
    assert tree(tmp_path / "course")["source/ps0/mine.ipynb"] == b"{}"


def test_a_wrong_roster_leaves_nothing_behind(tmp_path):
    (tmp_path / "r.csv").write_text("name\nAda\n")
    with pytest.raises(CourseError):
        init(tmp_path / "course", roster=tmp_path / "r.csv")
    assert not (tmp_path / "course").exists()


@pytest.mark.parametrize("name", ["course [2026]", "a*b", "what?", "100%"])
def test_a_path_that_nbgrader_would_take_for_a_pattern_is_refused(tmp_path, name):
    with pytest.raises(CourseError, match="name a folder without it"):
        init(tmp_path / name)


def test_the_course_still_works_after_it_was_moved(tmp_path):
    init(tmp_path / "course")
    (tmp_path / "course").rename(tmp_path / "moved to another place")
    course = find_course(tmp_path / "moved to another place/source")
    assert course.root == tmp_path / "moved to another place"
    assert course.db_url == f"sqlite:///{tmp_path}/moved to another place/gradebook.db"


def test_the_configuration_names_what_replaces_nbgraders_own(tmp_path):
    init(tmp_path / "course", course_id="nn101")
    config = load_config(tmp_path / "course")
    assert config.CourseDirectory.course_id == "nn101"
    assert config.Autograde.autograde_preprocessors[0] == "autograder.course.preprocessor.GradeWithNnlearn"
    assert not any("Execute" in name for name in config.Autograde.autograde_preprocessors)
    for names in (config.Autograde.autograde_preprocessors, config.Autograde.sanitize_preprocessors):
        assert names[-1] == "nbgrader.preprocessors.CheckCellMetadata"


def test_a_learners_own_py_file_is_not_overwritten(tmp_path):
    """Unless it is named, nbgrader copies the instructor's file over it and grades that."""
    init(tmp_path / "course")
    for name in ("ps1/toy.ipynb", "ps1/other.ipynb", "ps2/toy.ipynb"):
        file = tmp_path / "course/source" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text("{}")
    kept = load_config(tmp_path / "course").Autograde.exclude_overwriting
    assert kept == {"ps1": ["other.py", "toy.py"], "ps2": ["toy.py"]}


def test_an_exchange_has_to_be_there(tmp_path):
    with pytest.raises(CourseError, match="no such folder to exchange files in"):
        init(tmp_path / "course", exchange=tmp_path / "nowhere")


def test_content_is_looked_at_before_anything_is_made(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(ContentError, match="no content tree"):
        init(tmp_path / "course", content=tmp_path / "empty")
    assert not (tmp_path / "course").exists()


def test_outside_of_a_course_the_message_says_how_to_make_one(tmp_path):
    with pytest.raises(CourseError, match="nnlearn course init DIR"):
        find_course(tmp_path)


def test_a_damaged_configuration_is_named(tmp_path):
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\nc.X = nonsense\n")
    with pytest.raises(CourseError, match=r"nbgrader_config\.py cannot be read: NameError"):
        find_course(tmp_path)


class TestRoster:
    """What may stand in a class list, and what is said of the rest."""

    def test_columns_may_come_in_any_order_with_others_between_them(self, roster):
        text = "Group,Email,Username,First name\nA,a@x.org, ada ,Ada\n\nB,,bo,\n"
        assert roster(text) == [Student("ada", "Ada", None, "a@x.org"), Student("bo")]

    def test_a_spreadsheets_dialect_is_understood(self, roster):
        text = '\ufeffid;last_name\r\nada;"Lovelace; Countess"\r\n'
        assert roster(text) == [Student("ada", None, "Lovelace; Countess")]

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
    @pytest.mark.parametrize("separator", [",", ";", "\t"])
    def test_what_spreadsheets_save_is_read_and_nothing_is_shifted(self, roster, encoding, separator):
        text = "\tid\tfirst_name\tlast_name\r\n1\tada\tAda\t\r\n2\tn\tNúñez\tX\t\t\r\n"
        mark = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}.get(encoding, b"")
        data = mark + text.replace("\t", separator).encode(encoding)
        assert roster(data) == [Student("ada", "Ada"), Student("n", "Núñez", "X")]

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("", "is empty"),
            (
                "id,last_name,email\nada,Lovelace, Countess,a@x.org\n",
                ":2: expected 3 fields, got 4: ada, Love",
            ),
            ("id;name\nada;a;b\n", ":2: expected 2 fields, got 3"),
            ("id\nada\nAda\n", ":3: the id Ada is like ada on line 2"),
            ("id\nada\n".encode("utf-16-le"), "is no text, or not UTF-8"),
            ("name,email\nAda,a@x.org\n", r":1: expected a column `id`, got: name, email"),
            ("id,username\nada,ada\n", ":1: two columns for `id`: id, username"),
            ("id,email\nada,a\nbo,b\nada,c\n", ":4: the id ada is there twice, first on line 2"),
            ("id,email\n,a@x.org\n", ":2: the id is empty"),
            ("email,id\na@x.org\n", ":2: expected 2 fields, got 1"),
            ("id\n../../etc\n", ":2: the id ../../etc cannot name a folder"),
            ("id\nada+ps1\n", r":2: the id ada\+ps1 cannot name a folder"),
            ("id\n", "has no students"),
            ('id\n"ada\n', "not CSV"),
            (b"id,first_name\nada,Jos\xe9\n", "is not UTF-8 text"),
        ],
    )
    def test_what_is_wrong_is_said_with_its_line(self, roster, text, said):
        with pytest.raises(CourseError, match=said):
            roster(text)

    def test_a_missing_file_is_named(self, tmp_path):
        with pytest.raises(CourseError, match=r"nobody\.csv cannot be read: No such file"):
            read_roster(tmp_path / "nobody.csv")
