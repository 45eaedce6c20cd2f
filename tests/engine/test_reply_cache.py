"""The cache of what known mistakes answer: private, shared between processes, and never out of date."""

from __future__ import annotations

import os
import platform
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from autograder.engine import reply_cache
from autograder.engine.reply_cache import PLACE, ReplyCache, say_what_is_slow
from nnlearn.catalogue import Topic, load_catalogue

REPLIES = [["value", {"dtype": "float32", "shape": [1], "values": [0.5]}]]


def file_in(cache: Path) -> Path:
    """The one file there."""
    (file,) = cache.iterdir()
    return file


def modes(cache: Path) -> list[str]:
    return [oct(stat.S_IMODE(path.stat().st_mode)) for path in (cache, file_in(cache))]


def test_it_is_private(toy: Topic, cache: Path) -> None:
    """Whatever is allowed elsewhere."""
    before = os.umask(0)
    try:
        ReplyCache(toy, 0).add("one", {"test": REPLIES})
        assert modes(cache) == ["0o700", "0o600"]
        cache.chmod(0o777)
        ReplyCache(toy, 0).add("two", {"test": REPLIES})
        assert modes(cache) == ["0o700", "0o600"]
    finally:
        os.umask(before)


@pytest.mark.parametrize(
    ("tree", "file"),
    [
        ("solutions", "toy.py"),
        ("solutions", "topic.toml"),
        ("autograder/checks", "test_toy.py"),
        ("autograder/checks", "mistakes/scale.py"),
    ],
)
def test_what_an_author_changes_is_found_out_anew(toy: Topic, toy_course: Path, tree: str, file: str) -> None:
    ReplyCache(toy, 0).add("one", {"test": REPLIES})
    assert ReplyCache(toy, 0).get("one", "test") == REPLIES
    with (toy_course / tree / "toy" / file).open("a") as changed:
        changed.write("\n# one more line\n")
    with pytest.raises(KeyError):
        ReplyCache(load_catalogue(toy_course).topic("toy"), 0).get("one", "test")


@pytest.mark.parametrize(
    ("file", "matters"),
    [
        *((f"{folder}/more.py", True) for folder in ("checking", "diagnosis", "host", "learner", "protocol")),
        *((f"{folder}/more.py", False) for folder in ("cli", "notebook", "watch", "workspace")),
        ("data.py", True),
    ],
)
def test_so_is_what_our_own_code_has_a_part_in(
    toy: Topic, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, matters: bool
) -> None:
    """Checking, hosting, comparing; not what only talks to people."""
    package = Path(reply_cache.nnlearn.__file__).parent
    copy = tmp_path / "nnlearn"
    shutil.copytree(package, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(reply_cache.nnlearn, "__file__", str(copy / "__init__.py"))
    monkeypatch.setattr(reply_cache, "_made_with", reply_cache._made_with.__wrapped__)
    ReplyCache(toy, 0).add("one", {"test": REPLIES})
    with (copy / file).open("a") as changed:
        changed.write("\n# one more line\n")
    if matters:
        with pytest.raises(KeyError):
            ReplyCache(toy, 0).get("one", "test")
    else:
        assert ReplyCache(toy, 0).get("one", "test") == REPLIES


@pytest.mark.parametrize("library", ["python", "keras", "tensorflow", "numpy"])
def test_and_what_other_versions_may_answer(
    toy: Topic, monkeypatch: pytest.MonkeyPatch, library: str
) -> None:
    ReplyCache(toy, 0).add("one", {"test": REPLIES})
    installed = reply_cache.version
    monkeypatch.setattr(reply_cache, "version", lambda name: "0" if name == library else installed(name))
    if library == "python":
        monkeypatch.setattr(platform, "python_version", lambda: "0")
    monkeypatch.setattr(reply_cache, "_made_with", reply_cache._made_with.__wrapped__)
    with pytest.raises(KeyError):
        ReplyCache(toy, 0).get("one", "test")


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"\x00\xff\n\n{}\n[1]\nnull\n[[],{},1]\n",
        b'["one","test",[["value",{"dtype":"float3',  # cut short, and the next line comes right after
    ],
)
def test_what_is_damaged_is_as_good_as_not_there(toy: Topic, cache: Path, damage: bytes) -> None:
    """And keeps nothing from being added."""
    ReplyCache(toy, 0).add("two", {"test": None})
    file = file_in(cache)
    file.write_bytes(damage)
    found = ReplyCache(toy, 0)
    with pytest.raises(KeyError):
        found.get("one", "test")
    found.add("one", {"test": REPLIES, "other": None})
    again = ReplyCache(toy, 0)
    assert again.get("one", "test") == REPLIES
    assert again.get("one", "other") is None
    assert file_in(cache) == file


def test_one_who_reads_while_another_writes_sees_whole_lines(toy: Topic, cache: Path) -> None:
    """Half a line is read when its other half is there; a file that was replaced is read from its start."""
    reader = ReplyCache(toy, 0)
    ReplyCache(toy, 0).add("one", {"test": REPLIES})
    file = file_in(cache)
    line = file.read_bytes()
    with file.open("ab") as out:
        out.write(line.replace(b"one", b"two")[:20])
        out.flush()
        assert reader.get("one", "test") == REPLIES
        with pytest.raises(KeyError):
            reader.get("two", "test")
        out.write(line.replace(b"one", b"two")[20:])
    assert reader.get("two", "test") == REPLIES
    file.unlink()
    ReplyCache(toy, 0).add("three", {"test": REPLIES})
    assert reader.get("three", "test") == REPLIES


@pytest.mark.skipif(os.name == "nt", reason="links and owners are POSIX's")
def test_what_others_could_have_written_is_not_read(toy: Topic, cache: Path, tmp_path: Path) -> None:
    """A link, a file that others may write to, a file of another user's."""
    ReplyCache(toy, 0).add("one", {"test": REPLIES})
    file = file_in(cache)

    def is_read() -> bool:
        try:
            ReplyCache(toy, 0).get("one", "test")
        except KeyError:
            return False
        return True

    assert is_read()
    file.chmod(0o622)
    assert not is_read()
    file.chmod(0o600)
    if os.geteuid() == 0:
        os.chown(file, 65534, 65534)
        assert not is_read()
        os.chown(file, 0, 0)
    assert is_read()
    elsewhere = file.rename(tmp_path / "elsewhere")
    file.symlink_to(elsewhere)
    assert not is_read()
    ReplyCache(toy, 0).add("two", {"test": None})
    assert b"two" not in elsewhere.read_bytes()


WRITER = """\
import sys
from pathlib import Path
from autograder.engine.reply_cache import ReplyCache
from nnlearn.catalogue import load_catalogue

cache = ReplyCache(load_catalogue(Path(sys.argv[1])).topic("toy"), 0)
for number in range(100):
    cache.add(f"{sys.argv[2]}-{number}", {"test": [["value", {"values": [number + 0.5] * 300}]]})
"""


def test_several_write_at_a_time(toy: Topic, toy_course: Path, cache: Path) -> None:
    """No line is lost, and none is mixed up with another."""
    names = ("a", "b", "c", "d")
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(toy_course), name]) for name in names]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0, 0]
    found = ReplyCache(toy, 0)
    for name in names:
        for number in range(100):
            assert found.get(f"{name}-{number}", "test") == [["value", {"values": [number + 0.5] * 300}]]


def test_what_is_not_used_for_long_goes_and_so_does_what_is_too_much(
    toy: Topic, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When something new comes; what is used stays."""
    for seed, days in ((1, 1), (2, 2), (3, 3), (4, 100)):
        ReplyCache(toy, seed).add("one", {"test": [["value", "x" * 800]]})
        (new,) = [file for file in cache.iterdir() if file.stat().st_mtime > time.time() - 3600]
        os.utime(new, (0, time.time() - days * 86_400))
    ReplyCache(toy, 3)  # is used again
    monkeypatch.setattr(reply_cache, "_MOST_BYTES", 2_000)
    ReplyCache(toy, 5).add("one", {"test": None})
    kept = [seed for seed in (1, 2, 3, 4, 5) if reply_cache._file_of(toy, seed).exists()]
    assert kept == [1, 3, 5]


def test_what_cannot_be_written_is_known_to_this_process_alone(
    toy: Topic, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file in the place of the folder, a relative path, a folder of somebody else's."""
    (tmp_path / "file").write_text("")
    places = {str(tmp_path / "file"): "Not a directory", "relative": "not an absolute path"}
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        (tmp_path / "foreign" / "replies").mkdir(parents=True)
        os.chown(tmp_path / "foreign" / "replies", 65534, 65534)
        places[str(tmp_path / "foreign")] = "belongs to another user"
    monkeypatch.chdir(tmp_path)
    for place, reason in places.items():
        monkeypatch.setenv(PLACE, place)
        found = ReplyCache(toy, 0)
        found.add("one", {"test": REPLIES})
        assert found.get("one", "test") == REPLIES
        with pytest.raises(KeyError):
            ReplyCache(toy, 0).get("one", "test")
        said: list[str] = []
        say_what_is_slow([toy], 0, said.append)
        assert len(said) == 1
        assert f"{Path(place) / 'replies'}: {reason}. Set NNLEARN_CACHE" in said[0]
    assert not (tmp_path / "relative").exists()
