"""The commands of this package: what each is called and takes, and where it is."""

from __future__ import annotations

from pathlib import Path

from nnlearn.cli.declared import Command, Option, Word

CONTENT = Option(
    "content",
    "--content",
    "A content tree of your own, instead of the one that came with nnlearn.",
    Path,
    "DIR",
)
_EACH = "A topic, a part of one, or your file or folder of one."
_TOPIC = Word(
    "name",
    f"{_EACH} [what you are at, or the next]",
    "[TOPIC]",
    needed=False,
    offers="complete_topics",
)

COMMANDS = {
    "init": Command(
        "nnlearn.cli.init:make_workspace",
        "Make a workspace: a folder with the exercises to work on. Or bring it up to date.\n\n"
        "A file that you changed is never overwritten.",
        (
            Word(
                "folder",
                "Its folder: made where there is none. [nnlearn-exercises]",
                "[DIR]",
                Path,
                needed=False,
            ),
            Word(
                "topics",
                "The topics to put there. [all]",
                "[TOPIC...]",
                needed=False,
                many=True,
                offers="complete_topics",
            ),
        ),
        (CONTENT,),
    ),
    "list": Command(
        "nnlearn.cli.topics:show_topics",
        "List the topics, what each stands on, and which are ready to start; of one, its parts.",
        (Word("name", f"{_EACH} [all]", "[TOPIC]", needed=False, offers="complete_topics"),),
        (CONTENT,),
    ),
    "lesson": Command(
        "nnlearn.cli.lesson:show_lesson",
        "Read the lesson of a topic.",
        (_TOPIC,),
        (
            Option("in_browser", "--browser", "Open it as a page in the browser."),
            Option("in_jupyter", "--jupyter", "Open the notebook in Jupyter."),
            CONTENT,
        ),
    ),
    "ask": Command(
        "nnlearn.cli.ask:show_answer",
        "Answer a question that people ask about neural networks, and say where the lessons go on.",
        (
            Word(
                "words",
                "The number of a question, or words: `nnlearn ask 31`, `nnlearn ask bias`. [all of them]",
                "[NUMBER|WORDS...]",
                needed=False,
                many=True,
            ),
        ),
        (Option("as_json", "--json", "Print the answers as JSON."), CONTENT),
    ),
    "check": Command(
        "nnlearn.cli.check:check",
        "Run the visible checks of a topic on your own file. Exits 0 when all of them pass.\n\n"
        "With --all the hidden ones too, for those who learn alone: it takes nnlearn-selfstudy, or a content "
        "tree\nwith solutions.",
        (
            Word(
                "target",
                f"{_EACH} [what you saved last]",
                "[TOPIC|PART|FILE]",
                needed=False,
                offers="complete_topics_and_parts",
            ),
        ),
        (
            Option("topic", "--topic", "The topic, where the file's name does not say it.", str),
            Option("every", "--all", "Also run the hidden checks of each part that passes the visible ones."),
            Option("as_json", "--json", "Print the report as JSON."),
            CONTENT,
        ),
        takes_keras=True,
    ),
    "watch": Command(
        "nnlearn.cli.watch:watch",
        "Check your file of a topic each time you save it, and show the first thing that is wrong.\n\n"
        "Works in a workspace. Off a terminal it prints a block of lines for each save, and ends when its "
        "input\ndoes: with 0 when all visible checks pass, else with 1.",
        (
            Word(
                "topic",
                f"{_EACH} [what you are at, or the next]",
                "[TOPIC]",
                needed=False,
                offers="complete_topics",
            ),
        ),
        (Option("poll", "--poll", "Look at the file again and again: for disks that tell nothing."),),
    ),
    "hint": Command(
        "nnlearn.cli.hint:show_hint",
        "Show the next hint for a part: the first is a nudge, the third nearly the answer.",
        (
            Word(
                "name",
                "A part, e.g. softmax. [the first that does not pass, of what you are at]",
                "[PART]",
                needed=False,
                offers="complete_parts",
            ),
            Word("number", "1 a nudge, 3 nearly the answer.", kind=int, needed=False, between=(1, 3)),
        ),
        (Option("again", "--again", "The last hint once more."), CONTENT),
    ),
    "elementary": Command(
        "nnlearn.cli.elementary:show_elementary",
        "List the functions of Keras, TensorFlow, NumPy and SciPy that parts may be built from.",
        (
            Word(
                "name",
                "A topic: also what its parts may use besides, and what not.",
                "[TOPIC]",
                needed=False,
                offers="complete_topics",
            ),
        ),
        (CONTENT,),
    ),
    "progress": Command(
        "nnlearn.cli.topics:show_progress",
        "Show how much of each topic is done.",
        options=(Option("as_json", "--json", "Print it as JSON."), CONTENT),
    ),
    "reset": Command(
        "nnlearn.cli.reset:reset_work",
        "Put a topic, or one part, back to how it was. What you wrote is kept as a backup.",
        (Word("name", _EACH, "TOPIC|PART", offers="complete_topics_and_parts"),),
        (CONTENT,),
    ),
    "solution": Command(
        "nnlearn.cli.solution:show_solution",
        "Show the reference solution of a part that passes, and two that go about it in other ways.\n\n"
        "For those who learn alone: it takes nnlearn-selfstudy, or a content tree with solutions.",
        (
            Word(
                "name",
                "A part, e.g. softmax. [the last that passes]",
                "[PART]",
                needed=False,
                offers="complete_parts",
            ),
        ),
        (CONTENT,),
    ),
    "doctor": Command(
        "nnlearn.cli.doctor:show_findings",
        "Say whether nnlearn can work here, and what mends it where it cannot.\n\n"
        "Ends with 0, or with 1 when something that nnlearn needs is wrong.",
        options=(
            Option("as_json", "--json", "Print it as JSON."),
            Option("thorough", "--thorough", "Also start Keras, which takes seconds."),
            Option("grading", "--grading", "Also say how well code that is graded here is kept to itself."),
        ),
    ),
}
