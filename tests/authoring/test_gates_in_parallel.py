"""`nnlearn topic check --jobs`: topics are checked side by side, with the same result."""

from toy_course import nnlearn


def test_topics_are_checked_side_by_side(toy_course):
    assert nnlearn("topic", "new", "attention", "--content", toy_course).returncode == 0
    assert nnlearn("topic", "build", "attention", "--content", toy_course).returncode == 0
    (toy_course / "exercises/toy/README.md").unlink()

    done = nnlearn("topic", "check", "--jobs", "2", "--content", toy_course)

    assert done.returncode == 1, done.stderr
    assert "GATE built: exercises/toy/README.md is missing" in done.stdout
    assert "toy: 1 gate does not hold" in done.stdout
    assert "attention: every gate holds" in done.stdout
