"""`nnlearn doctor`: it names what is wrong and what mends it, wherever it runs."""

import json
import sys
import threading

import pytest
from toy_course import nnlearn
from typer.testing import CliRunner

from nnlearn.cli import build_app, doctor, findings
from nnlearn.isolation.confinement import LAYERS, Layer, layers


def run(*arguments):
    return CliRunner().invoke(build_app(), ["doctor", *arguments])


def test_here_all_that_is_needed_is_right():
    done = nnlearn("doctor", "--json")
    document = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (0, "")
    assert {f["name"] for f in document["findings"]} >= {"python", "keras", "tensorflow"}
    assert not any(f["wrong"] for f in document["findings"] if not f["optional"])


@pytest.mark.skipif(sys.platform != "linux", reason="isolation is for Linux")
def test_every_layer_is_listed_with_what_it_protects():
    document = json.loads(run("--json", "--grading").stdout)
    assert {layer["name"]: layer["protects"] for layer in document["isolation"]} == LAYERS
    text = run("--grading").stdout
    assert all(protects in text for protects in LAYERS.values())


def test_a_learner_reads_nothing_about_grading(monkeypatch):
    monkeypatch.setattr(doctor, "_layers", lambda: pytest.fail("asked for layers"))
    assert "grade" not in run().stdout
    assert json.loads(run("--json").stdout)["missing_layers"] is None


def test_a_missing_layer_says_why_and_what_it_means(monkeypatch):
    lacking = [Layer(n, n != "netns", LAYERS[n], "" if n != "netns" else "not permitted") for n in LAYERS]
    monkeypatch.setattr(doctor, "_layers", lambda: tuple(lacking))
    done = run("--grading")
    assert done.exit_code == 0  # checking one's own work needs none
    assert "MISSING netns" in done.stdout
    assert "not permitted" in done.stdout
    assert "--require-isolation" in done.stdout


def test_a_package_that_is_missing_or_too_old_ends_in_1_and_the_command(monkeypatch):
    monkeypatch.setattr(doctor, "version", lambda name: "0.1" if name == "keras" else "999")
    done = run()
    assert done.exit_code == 1
    assert "needs >=3.10. Put it right: python -m pip install" in done.stdout


def test_another_backend_is_wrong(monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    done = run()
    assert done.exit_code == 1
    assert "export KERAS_BACKEND=tensorflow" in done.stdout


@pytest.mark.parametrize("system", ["win32", "darwin"])
def test_elsewhere_nothing_of_linux_is_touched(monkeypatch, system):
    monkeypatch.setattr(doctor.sys, "platform", system)
    monkeypatch.setattr(layers, "layers_available", lambda: pytest.fail("asked for layers"))
    done = run("--grading")
    assert done.exit_code == 0
    assert "Grading the work of others needs Linux." in done.stdout
    assert json.loads(run("--json", "--grading").stdout)["missing_layers"] is None


def optional(name):
    """What doctor finds of something that nnlearn can do without."""
    [found] = [f for f in json.loads(run("--json").stdout)["findings"] if f["name"] == name]
    assert found["optional"]
    return found


def test_a_saved_file_is_noticed_in_a_workspace_or_it_says_what_happens_instead(learn, monkeypatch):
    assert optional("file watching")["found"].endswith("saves are noticed at once")
    assert not (learn / ".nnlearn" / "probe.lock").exists()
    monkeypatch.setattr(findings, "_event_arrives", lambda folder: False)
    found = optional("file watching")
    assert "by looking again and again" in found["found"]
    assert found["mend"]
    assert run().exit_code == 0


def test_no_event_is_told_from_one(tmp_path, monkeypatch):
    assert findings._event_arrives(tmp_path)
    monkeypatch.setattr(findings, "_WAIT_MS", 50)
    timer = threading.Timer
    monkeypatch.setattr(findings.threading, "Timer", lambda delay, save: timer(0, lambda: None))
    assert not findings._event_arrives(tmp_path)


def test_what_is_optional_and_missing_ends_in_0_and_the_command(monkeypatch):
    monkeypatch.setattr(findings.importlib.util, "find_spec", lambda name: None)
    done = run()
    assert done.exit_code == 0
    assert 'If you want it: python -m pip install "nnlearn[notebook]"' in done.stdout


def test_a_damaged_workspace_is_said(learn):
    (learn / ".nnlearn/course/toy/topic.toml").write_text("title =")
    found = optional("workspace")
    assert "topic.toml" in found["wrong"]
    assert "nnlearn init" in found["mend"]


def test_keras_that_does_not_start_is_wrong(monkeypatch):
    monkeypatch.setattr(findings, "_START", "raise ImportError('DLL load failed')")
    done = run("--thorough")
    assert done.exit_code == 1
    assert "WRONG   keras starts" in done.stdout
    assert "ImportError: DLL load failed" in done.stdout
    monkeypatch.setattr(findings, "_START", "print(6.0)")
    assert run("--thorough").exit_code == 0
