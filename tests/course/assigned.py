"""A course with one assignment, which is what most classes of the tests have."""

import json


def assigned(run, course, topic, *options):
    """Make the folder `course` with a topic as the assignment `ps1`; the notebook that learners get.

    Args:
        run: The command lines.
        course: The folder, which is not there yet.
        topic: The topic.
        *options: What `course init` is told besides.
    """
    for program, *words in (
        ("nnlearn", "course", "init", course, *options),
        ("nnlearn", "course", "add", topic, "--as", "ps1"),
        ("nbgrader", "generate_assignment", "ps1"),
    ):
        done = getattr(run, program)(*words, cwd=course if course.exists() else course.parent)
        assert done.returncode == 0, done.stdout + done.stderr
    return json.loads((course / f"release/ps1/{topic}.ipynb").read_text())
