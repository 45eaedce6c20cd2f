"""What a learner's code cannot reach, see, stop or leave behind.

Runs as whoever runs the tests; `test_other_conditions` runs it once more without privileges.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
from pathlib import Path

import pytest
from isolation.families import alive

import nnlearn
from nnlearn.isolation.confinement import LAYERS, layers_available, missing_layers
from nnlearn.learner.errors import LearnerDied
from nnlearn.results import Verdict

LOOK = """
import os, errno
def read(path):
    try:
        return open(path, "rb").read(100)
    except OSError as error:
        return error.errno
def entries(path):
    try:
        return sorted(os.listdir(path))
    except OSError as error:
        return []
def write(path):
    try:
        with open(path, "wb") as file:
            file.write(b"x")
        return "written"
    except OSError as error:
        return error.errno
"""


@pytest.fixture(scope="module")
def secret(tmp_path_factory):
    """A file that everybody on the machine may read."""
    folder = tmp_path_factory.mktemp("secret")
    for parent in (folder, *folder.parents):
        if parent.stat().st_uid == os.geteuid() and not parent.stat().st_mode & 0o1000:
            parent.chmod(0o755)
    path = folder / "expected.txt"
    path.write_text("42")
    path.chmod(0o644)
    return path


def test_every_layer_holds_on_this_machine(submit):
    held = submit("").transport.layers
    missing = missing_layers(held)
    if missing:
        pytest.skip(f"this kernel lacks {', '.join(missing)}")
    assert set(held) <= set(LAYERS)


def test_doctor_sees_the_layers_that_a_submission_gets(submit):
    held = set(submit("").transport.layers)
    assert {layer.name for layer in layers_available() if layer.holds} == held


def test_no_file_outside_the_libraries_can_be_read(submit, secret):
    learner = submit(LOOK)
    content = Path(nnlearn.__file__).parents[1]
    for path in (
        secret,
        content / "pyproject.toml",
        content / "README.md",
        Path(nnlearn.__file__),
        Path("/etc/passwd"),
        Path("/etc/hostname"),
        Path("/proc/self/environ"),
        Path(f"/proc/{os.getpid()}/environ"),
        Path(f"/proc/{os.getpid()}/mem"),
    ):
        assert type(learner.call("read", str(path))) is int, path
    for folder in (secret.parent, content, Path.home(), Path("/home"), Path("/proc"), Path("/")):
        assert not set(learner.call("entries", str(folder))) - {"self"} or folder == Path("/"), folder
    assert learner.call("read", "/proc/self/cmdline")


def test_only_scratch_can_be_written(submit):
    learner = submit(LOOK + "import tempfile, sys\nPREFIX, HERE = sys.prefix, os.getcwd()\n")
    assert learner.call("write", "note.txt") == "written"
    for path in ("/x", "/dev/x", "/usr/lib/x", "/proc/x", nnlearn.__file__, os.__file__):
        assert type(learner.call("write", path)) is int, path


def test_what_a_submission_writes_is_gone_for_the_next(submit):
    first = submit(LOOK)
    first.call("write", "note.txt")
    second = submit(LOOK)
    assert second.call("entries", ".") == []
    first.transport.close()


def test_there_is_no_network(submit):
    learner = submit("""
        import socket
        def connect(family, kind, address):
            try:
                with socket.socket(family, kind) as s:
                    s.settimeout(1)
                    s.connect(address if isinstance(address, (str, bytes)) else tuple(address))
                    return "connected"
            except OSError as error:
                return type(error).__name__
        def interfaces():
            try:
                return [name for _, name in socket.if_nameindex()]
            except OSError:
                return []
    """)
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()
        for family, kind in ((2, 1), (2, 2), (10, 1), (16, 3), (17, 3)):
            assert learner.call("connect", family, kind, address) != "connected"
    assert set(learner.call("interfaces")) <= {"lo"}


def test_abstract_sockets_of_others_are_out_of_reach(submit):
    import socket

    with socket.socket(socket.AF_UNIX) as server:
        server.bind("")  # the kernel chooses a name that nobody has
        server.listen()
        learner = submit("""
            import socket
            def connect(name):
                with socket.socket(socket.AF_UNIX) as s:
                    s.connect(name)
        """)
        assert server.getsockname().startswith(b"\0")
        assert learner.reply("connect", server.getsockname())[0] == "raised"


def test_no_other_process_can_be_seen_or_signalled(submit, zygote):
    learner = submit("""
        import os, signal
        def kill(pid, number):
            try:
                os.kill(pid, number)
                return "sent"
            except OSError as error:
                return type(error).__name__
        def ids():
            return [os.getpid(), os.getppid(), os.getsid(0)]
    """)
    for pid in (os.getpid(), os.getppid(), zygote.pid, 2):
        assert learner.call("kill", pid, 0) != "sent"
    assert learner.call("ids") == [1, 0, 1]
    learner.call("kill", -1, int(signal.SIGKILL))
    learner.call("kill", 0, int(signal.SIGUSR2))
    os.kill(zygote.pid, 0)


def test_nothing_can_be_traced_and_no_memory_read(submit):
    learner = submit("""
        import ctypes, os
        def traced():
            libc = ctypes.CDLL(None, use_errno=True)
            try:
                child = os.fork()
            except OSError:
                return -1
            if child == 0:
                import time; time.sleep(5); os._exit(0)
            attached = libc.ptrace(16, child, 0, 0)
            os.kill(child, 9)
            return attached
        def namespaces():
            libc = ctypes.CDLL(None, use_errno=True)
            return [libc.unshare(flag) for flag in (0x10000000, 0x20000, 0x40000000)]
        def root():
            try:
                os.setuid(0)
                return os.getuid()
            except OSError:
                return -1
    """)
    assert learner.call("traced") == -1
    assert learner.call("namespaces") == [-1, -1, -1]
    assert learner.call("root") == -1


def test_the_environment_is_bare(submit, monkeypatch):
    monkeypatch.setenv("NNLEARN_SECRET", "42")
    learner = submit("import os\ndef names(): return sorted(os.environ)\n")
    assert not [name for name in learner.call("names") if "SECRET" in name or "NNLEARN" in name]
    assert "PATH" not in learner.call("names")


def test_what_watches_the_code_cannot_be_found_by_its_names(submit):
    learner = submit("import sys\ndef ours(): return [m for m in sys.modules if m.startswith('nnlearn')]\n")
    there = ["nnlearn.data", "nnlearn.figures", "nnlearn.lesson", "nnlearn"]
    assert learner.call("ours") == there  # what lessons import, and the stand-in for the package


def test_what_lessons_import_is_there_for_the_learners_code(submit):
    """A stub imports helpers; the file of a clone could not be read."""
    learner = submit("""
        import nnlearn.figures
        from nnlearn import data, lesson
        from nnlearn.lesson import as_floating

        def dtypes():
            with lesson.if_written():
                raise NotImplementedError("part: not written yet")
            images, labels = data.digits()
            return [str(as_floating(given).dtype) for given in (1, images[:1], images[:1].astype("float16"))]
    """)
    assert learner.call("dtypes") == ["<dtype: 'float32'>", "<dtype: 'float32'>", "<dtype: 'float16'>"]
    assert "part: not written yet" in learner.transport.output


def test_only_its_own_socket_and_output_are_open(submit):
    learner = submit("""
        import os, stat
        def descriptors():
            found = []
            for fd in range(256):
                try:
                    mode = os.fstat(fd).st_mode
                except OSError:
                    continue
                found.append((fd, "socket" if stat.S_ISSOCK(mode) else "other"))
            return found
    """)
    assert learner.call("descriptors") == [(0, "other"), (1, "other"), (2, "other"), (3, "socket")]


def test_no_child_outlives_the_session(submit):
    """The filter of system calls lets none be born; where there is no filter, it is gone afterwards."""
    name = f"left-{secrets.token_hex(4)}"
    learner = submit("""
        import ctypes, os, time
        def leave(name):
            ctypes.CDLL(None).prctl(15, name.encode(), 0, 0, 0)
            try:
                child = os.fork()
            except PermissionError:
                return "refused"
            if child == 0:
                os.setsid()
                if os.fork() == 0:
                    for _ in range(600):
                        time.sleep(0.1)
                os._exit(0)
            return "left"
    """)
    refused = "seccomp" in learner.transport.layers
    assert learner.call("leave", name) == ("refused" if refused else "left")
    assert len(called(name)) == (1 if refused else 2)
    learner.transport.close()
    assert called(name) == []


def called(name):
    """The processes on this machine that call themselves so, zombies aside: nobody else has that name."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (entry / "comm").read_text().rstrip() == name and alive(int(entry.name)):
                found.append(int(entry.name))
    return found


def test_a_signal_to_itself_does_not_reach_the_grader(submit):
    learner = submit("""
        import os, signal
        def everyone():
            os.killpg(0, signal.SIGTERM)
            return "sent"
    """)
    try:
        learner.reply("everyone")
    except LearnerDied as died:
        assert died.verdict is Verdict.CRASHED


def test_a_closed_session_answers_at_once(submit):
    """It does not wait until the time for an answer is up."""
    learner = submit("def one(): return 1")
    learner.transport.close()
    with pytest.raises(LearnerDied) as died:
        learner.call("one")
    assert died.value.verdict is Verdict.CRASHED
