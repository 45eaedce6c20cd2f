"""`nnlearn doctor`: it names what is wrong and what mends it, wherever it runs."""

import json
import sys

import pytest
from toy_course import nnlearn
from typer.testing import CliRunner

from nnlearn.cli import build_app, doctor
from nnlearn.learner.confinement import LAYERS, Layer, layers


def run(*arguments):
    return CliRunner().invoke(build_app(), ["doctor", *arguments])


def test_here_all_that_is_needed_is_right():
    done = nnlearn("doctor", "--json")
    document = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (0, "")
    assert {f["name"] for f in document["findings"]} >= {"python", "keras", "tensorflow"}
    assert not any(f["wrong"] for f in document["findings"])


@pytest.mark.skipif(sys.platform != "linux", reason="isolation is for Linux")
def test_every_layer_is_listed_with_what_it_protects():
    document = json.loads(run("--json").stdout)
    assert {layer["name"]: layer["protects"] for layer in document["isolation"]} == LAYERS
    text = run().stdout
    assert all(protects in text for protects in LAYERS.values())


def test_a_missing_layer_says_why_and_what_it_means(monkeypatch):
    lacking = [Layer(n, n != "netns", LAYERS[n], "" if n != "netns" else "not permitted") for n in LAYERS]
    monkeypatch.setattr(doctor, "_layers", lambda: tuple(lacking))
    done = run()
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
    done = run()
    assert done.exit_code == 0
    assert "Grading the work of others needs Linux." in done.stdout
    assert json.loads(run("--json").stdout)["missing_layers"] is None
