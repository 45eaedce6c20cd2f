"""`nbgrader zip_collect` takes what learning platforms and systems pack, and loses nobody."""

import io
import json
import os
import shutil
import stat
import tarfile
import time
import zipfile
from types import SimpleNamespace

import pytest
from course.assigned import assigned
from stock_nbgrader import CommandLines

from autograder.course.members import Members
from autograder.handed_in.archives import ArchiveError, Budget, unpack

pytestmark = pytest.mark.filterwarnings("ignore")  # nbgrader's and SQLAlchemy's own

ROSTER = """\
id,first_name,last_name,email,lms_user_id
jdoe,Jane,Doe,,12
rroe,Richard,Roe,,
mvdb,Marie,van den Berg,,
li,Li,Wei,,
ann1,Ann,Lee,,
ann2,Ann,Lee,,
ada,Ada,Lovelace,,
bo,Bo,Ek,,
cy,Cy,Ito,,
emeka,Emeka,Eze,,
"""


def packed(files, links=(), how=zipfile.ZIP_STORED):
    """A ZIP file: bytes by name; the names in `links` are links."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as made:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, date_time=(2026, 1, 2, 3, 4, 6))
            kind = stat.S_IFLNK if name in links else stat.S_IFREG
            info.external_attr = (kind | 0o644) << 16
            made.writestr(info, content, how)
    return data.getvalue()


def book(text):
    """A notebook that says which it is."""
    cell = {"cell_type": "code", "metadata": {}, "source": text, "outputs": [], "execution_count": None}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 4})


CANVAS = {
    "doejane_LATE_12_901_toy-1.ipynb": book("jdoe"),
    "roerichard_13_902_Toy.IPYNB": book("rroe"),
    "vandenbergmarie_14_903_toy.ipynb.txt": book("mvdb"),
    "weili_15_904_work.zip": packed({"week 1/toy (1).ipynb": book("li"), "__MACOSX/week 1/._toy.ipynb": "x"}),
    "leeann_16_905_toy.ipynb": book("first Ann"),
    "leeann_17_906_toy.ipynb": book("second Ann"),
    "nobody_18_907_toy.ipynb": book("nobody"),
    "__MACOSX/._doejane_LATE_12_901_toy-1.ipynb": "x",
    ".DS_Store": "x",
}
MOODLE = {
    "Ada Lovelace_21_assignsubmission_file_/toy.ipynb": book("ada"),
    "Ada Lovelace_21_assignsubmission_onlinetext_/onlinetext.html": "<p>hello</p>",
    "Bo Ek_22_assignsubmission_file_/attempt1/toy.ipynb": book("old"),
    "Bo Ek_22_assignsubmission_file_/attempt2/toy.ipynb": book("bo"),
    "Bo Ek_22_assignsubmission_file_/timestamp.txt": "2000-01-01 00:00:00",
    "Cy Ito_23_assignsubmission_file_/toy.pdf": "%PDF",
    "Emeka Eze_24_assignsubmission_file_/toy.zip": b"no archive",
}


@pytest.fixture(scope="module")
def course(miniature, tmp_path_factory):
    """Everything in the archive's folder of one course, collected; `handed_in` is what became of it."""
    root = tmp_path_factory.mktemp("collected")
    content = shutil.copytree(miniature, root / "content")
    made, home, archive = root / "course", root / "home", root / "course/downloaded/ps1/archive"
    home.mkdir()
    (root / "roster.csv").write_text(ROSTER)
    with CommandLines(home) as run:
        assigned(run, made, "toy", "--content", content, "--roster", root / "roster.csv")
        archive.mkdir(parents=True)
        (archive / "submissions.zip").write_bytes(packed(CANVAS))
        (archive / "Course-toy-77.zip").write_bytes(packed({f"toy/{k}": v for k, v in MOODLE.items()}))
        (archive / "mail.zip").write_bytes(
            packed({"fay/toy.ipynb": book("fay"), "gus/toy.ipynb": book("gus")})
        )
        linked = packed({"toy.ipynb": "../../jdoe/ps1/toy.ipynb", "own/data.csv": "1"}, links={"toy.ipynb"})
        (archive / "hal.zip").write_bytes(linked)
        (archive / "ida_toy.ipynb").write_text(book("ida"))
        (archive / "joe").mkdir()
        (archive / "joe/toy.py").write_text("# joe")
        (archive / "kim").mkdir()
        (archive / "kim/toy.ipynb").symlink_to("../ida_toy.ipynb")
        (archive / "._ida_toy.ipynb").write_text("x")
        bomb = packed({"toy.ipynb": "0" * 120_000_000}, how=zipfile.ZIP_DEFLATED)
        (archive / "lou").mkdir()
        (archive / "lou/toy.zip").write_bytes(packed({"inner.zip": bomb}))
        (archive / "mel").mkdir()
        (archive / "mel/work.zip").write_bytes(
            packed({"../../jdoe/toy.ipynb": book("forged"), "a/toy.ipynb": book("mel")})
        )
        done = run.nbgrader("zip_collect", "ps1", cwd=made)
        preflight = run.nnlearn("course", "preflight", "ps1", "--json", cwd=made)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    handed_in = {}
    for file in sorted((made / "submitted").glob("*/ps1/**/*")):
        if file.is_file() or file.is_symlink():
            student, _, *name = file.relative_to(made / "submitted").parts
            handed_in.setdefault(student, {})["/".join(name)] = file
    return SimpleNamespace(root=made, said=done.stderr, handed_in=handed_in, preflight=preflight)


def text(file):
    document = json.loads(file.read_text())
    return document["cells"][0]["source"]


@pytest.mark.parametrize(
    ("student", "says"),
    [
        *[(name, name) for name in ("jdoe", "rroe", "mvdb", "li", "ada", "bo", "fay", "gus", "ida", "mel")],
        ("leeann (16)", "first Ann"),
        ("leeann (17)", "second Ann"),
        ("nobody", "nobody"),
    ],
)
def test_whose_notebook_it_is(course, student, says):
    """By the platform's number, by the one name in the class list that fits, or as the platform writes it."""
    assert list(course.handed_in[student]) == ["toy.ipynb"]
    assert text(course.handed_in[student]["toy.ipynb"]) == says


@pytest.mark.parametrize(
    ("student", "file"),
    [
        ("cy", "toy.pdf"),
        ("emeka", "toy.zip"),
        ("hal", "toy.ipynb.link"),
        ("joe", "toy.py"),
        ("kim", "toy.ipynb.link"),
        ("lou", "inner.zip"),
    ],
)
def test_what_is_no_notebook_is_taken_so_that_it_is_seen(course, student, file):
    assert list(course.handed_in[student]) == [file]
    assert not course.handed_in[student][file].is_symlink()


def test_everybody_is_there_and_nobody_else(course):
    expected = {"jdoe", "rroe", "mvdb", "li", "ada", "bo", "cy", "emeka", "leeann (16)", "leeann (17)"}
    expected |= {"nobody", "fay", "gus", "hal", "ida", "joe", "kim", "lou", "mel"}
    assert set(course.handed_in) == expected


def test_what_was_left_out_is_said(course):
    assert "attempt1/toy.ipynb is left out;" in course.said
    assert "counts (the newest attempt, as its name says)" in course.said
    assert "inner.zip is not unpacked: what is in it is too large" in course.said
    assert "toy.zip is not unpacked: it is neither a ZIP nor a tar file" in course.said
    assert "work.zip: ../../jdoe/toy.ipynb would lie outside of it" in course.said


class TestUnpacking:
    """Nothing that an archive says about itself is believed."""

    def unpacked(self, tmp_path, data, budget=None, name="a.zip"):
        said = []
        (tmp_path / name).write_bytes(data)
        unpack(tmp_path / name, tmp_path / "out", said.append, budget or Budget(10, 1000, 500))
        out = tmp_path / "out"
        assert [p.name for p in tmp_path.iterdir() if p.name not in {name, "out"}] == []
        return {p.relative_to(out).as_posix(): p for p in out.rglob("*") if p.is_file()}, said

    @pytest.mark.parametrize("name", ["../a.py", "/etc/../../a.py", "..\\..\\a.py", "b/../../a.py"])
    def test_no_name_leads_out(self, tmp_path, name):
        files, said = self.unpacked(tmp_path, packed({name: "1", "b.py": "2"}))
        assert list(files) == ["b.py"]
        assert "would lie outside of it" in said[0]

    def test_an_absolute_path_lies_within(self, tmp_path):
        files, _ = self.unpacked(tmp_path, packed({"/tmp/a.py": "1"}))
        assert list(files) == ["tmp/a.py"]

    def test_times_are_kept_and_names_made_plain(self, tmp_path):
        files, _ = self.unpacked(tmp_path, packed({"A.IPYNB": "1", "b.py.txt": "2", "c.ipynb.json": "3"}))
        assert sorted(files) == ["A.ipynb", "b.py", "c.ipynb"]
        assert time.localtime(files["b.py"].stat().st_mtime)[:5] == (2026, 1, 2, 3, 4)

    def test_one_name_twice_is_two_files(self, tmp_path):
        data = io.BytesIO()
        with zipfile.ZipFile(data, "w") as made:
            made.writestr("a.py", "1")
            made.writestr("a.py", "2")
        files, _ = self.unpacked(tmp_path, data.getvalue())
        assert sorted(files) == ["a (1).py", "a.py"]

    @pytest.mark.parametrize(
        ("files", "why"),
        [
            ({f"{number}.py": "" for number in range(11)}, "too many files"),
            ({"a.py": "0" * 501}, "too large"),
            ({f"{number}.py": "0" * 400 for number in range(3)}, "too large"),
        ],
    )
    def test_too_much_is_not_unpacked_at_all(self, tmp_path, files, why):
        with pytest.raises(ArchiveError, match=why):
            self.unpacked(tmp_path, packed(files))
        assert not (tmp_path / "out").exists()

    def test_a_bomb_costs_what_it_may(self, tmp_path):
        data = io.BytesIO()
        with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as made:
            made.writestr("a.py", b"0" * 50_000_000)
        with pytest.raises(ArchiveError, match="too large"):
            self.unpacked(tmp_path, data.getvalue())

    def test_archives_within_archives_have_a_bottom(self, tmp_path):
        data = packed({"toy.py": "1"})
        for _ in range(6):
            data = packed({"x.zip": data})
        files, said = self.unpacked(tmp_path, data, Budget(10, 10**6, 10**6))
        assert list(files) == ["x/x/x.zip"]
        assert "it lies too deep in others" in said[0]

    @pytest.mark.parametrize("data", [b"", b"PK\x03\x04 broken", b"Rar!\x1a\x07\x00"])
    def test_what_is_none_is_said(self, tmp_path, data):
        with pytest.raises(ArchiveError, match="neither a ZIP nor a tar file"):
            self.unpacked(tmp_path, data)

    def test_damaged_data_and_passwords(self, tmp_path):
        whole = bytearray(packed({"a.py": "1" * 100}))
        whole[60] ^= 0xFF
        with pytest.raises(ArchiveError, match="CRC"):
            self.unpacked(tmp_path, bytes(whole))

    def test_a_tar_file_gives_regular_files_alone(self, tmp_path):
        data = io.BytesIO()
        with tarfile.open(fileobj=data, mode="w:gz") as made:
            for name, kind in (
                ("a.ipynb", tarfile.REGTYPE),
                ("b.ipynb", tarfile.SYMTYPE),
                ("c.ipynb", tarfile.FIFOTYPE),
                ("d.ipynb", tarfile.LNKTYPE),
            ):
                info = tarfile.TarInfo(name)
                info.type, info.linkname = kind, "/etc/passwd"
                made.addfile(info, io.BytesIO(b""))
        files, _ = self.unpacked(tmp_path, data.getvalue(), name="a.tar.gz")
        assert sorted(files) == ["a.ipynb", "b.ipynb.link", "c.ipynb.link", "d.ipynb.link"]
        assert all(stat.S_ISREG(os.lstat(file).st_mode) for file in files.values())


def test_names_are_compared_without_accents_and_signs():
    def student(name, first, last, number=None):
        return SimpleNamespace(id=name, first_name=first, last_name=last, lms_user_id=number)

    members = Members.among(
        [student("a", "Zoë", "O'Neil"), student("b", None, None, "7"), student("c", "", "Li")]
    )
    assert "a" in members
    assert len(members) == 3
    assert members.by_name == {"zoeoneil": {"a"}, "oneilzoe": {"a"}, "li": {"c"}}
    assert members.by_number == {"7": "b"}
