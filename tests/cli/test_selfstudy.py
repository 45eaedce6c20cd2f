"""Learning alone: both wheels in an empty environment, by commands that the screen names."""

import re

import pytest
from installation import Environment

from nnlearn import __version__
from nnlearn.catalogue import load_catalogue

RELU = 'raise NotImplementedError("relu: not written yet")'
SOLUTION = "x = as_floating(x)\n    return ops.where(x > 0, x, ops.zeros_like(x))"


@pytest.fixture
def environment(tmp_path, wheel):
    made = Environment(tmp_path / "environment")
    made.install(wheel)
    return made


def test_from_an_empty_environment_to_other_ways(environment, selfstudy_wheel, tmp_path):
    code, said, _ = environment.run("init", cwd=tmp_path)
    assert code == 0
    workspace = tmp_path / "nnlearn-exercises"
    file = workspace / "exercises" / "activations" / "activations.py"

    def types(command):
        program, *arguments = command.split()
        assert program == "nnlearn"
        return environment.run(*arguments, cwd=workspace)

    # In a class: said before anybody works towards it.
    for command, what in (("solution relu", "solutions"), ("check --all relu", "hidden checks")):
        code, out, complaint = types(f"nnlearn {command}")
        assert (code, out) == (4, "")
        assert f"nnlearn: {what} are not part of nnlearn" in complaint
        assert f"install nnlearn-selfstudy {__version__} beside it" in complaint
    environment.install(selfstudy_wheel)

    code, _, complaint = types("nnlearn solution relu")
    assert (code, "it is not checked yet" in complaint) == (4, True)
    _, said, _ = types("nnlearn list activations")
    effort = load_catalogue().topic("activations").part("relu").effort
    assert re.search(rf"    relu +2 points +{effort} +not checked yet", said)

    file.write_text(file.read_text().replace(RELU, SOLUTION))
    code, said, _ = types("nnlearn check relu")
    assert code == 0
    assert re.match(r"relu +passed +(\d+) of \1 pass\n", said)
    code, said, _ = types(re.search("Hidden checks: (.*)", said)[1])
    assert code == 0
    assert re.match(r"relu +passed +(\d+) of \1 pass, and (\d+) of \2 hidden\n", said)
    code, said, complaint = types(re.search("Other ways to write relu: (.*)", said)[1])
    assert (code, complaint) == (0, "")
    compile(said, "what is shown", "exec")
    ways = re.split(r"\n\n\n# (?:Another|And another) way\. ", said)
    assert len(ways) == 3
    assert all("def relu(" in way for way in ways)


def test_a_guess_is_answered_with_its_explanation_either_way(environment, selfstudy_wheel, tmp_path):
    """In a class and alone, while other questions are open."""
    environment.run("init", "nn", "activations", cwd=tmp_path)
    file = tmp_path / "nn" / "exercises" / "activations" / "activations.py"
    text = file.read_text()
    for key, guess in (("hidden_targets", "3"), ("right_for_the_job", '"softmax"')):
        assert f'"{key}": None' in text
        text = text.replace(f'"{key}": None', f'"{key}": {guess}')
    file.write_text(text)
    answers = []
    for _ in range(2):
        code, said, _ = environment.run("check", "activations.predictions", cwd=tmp_path / "nn")
        assert code == 1
        answers.append(said)
        environment.install(selfstudy_wheel)
    assert answers[0] == answers[1]
    said = " ".join(answers[0].split())
    assert said.count("should be the right answer") == said.count("Noticed") == 2
    assert re.search(r'\["hidden_targets"\] should be .* Noticed .*\["right_for_the_job"\] .* Noticed', said)
    assert "two separate yes-or-no questions" in said
    code, shown, _ = environment.run("progress", cwd=tmp_path / "nn")
    assert "first guesses 0 of 2" in shown
