"""The guesses of a lesson as small forms: static/guesses.js answers them in the browser."""

from __future__ import annotations

import html
import re

from nnlearn.catalogue import Prediction, Topic
from nnlearn.catalogue.sealed import seal

_IN_CODE = re.compile(r"^```python\nPREDICTIONS = \{.*?^```$", re.MULTILINE | re.DOTALL)


def with_forms(lesson: str, topic: Topic) -> str:
    """The lesson with a form for each prediction before the code that asks for them.

    Without scripts the code is there to read, and the forms are not.
    """
    if not topic.predictions:
        return lesson
    forms = "\n".join(_form(prediction, topic.name) for prediction in topic.predictions)

    def placed(found: re.Match[str]) -> str:
        return f'{forms}\n\n<div class="guesses-in-code">\n\n{found[0]}\n\n</div>'

    return _IN_CODE.sub(placed, lesson, count=1)


def _form(prediction: Prediction, topic: str) -> str:
    """One form; what is right is sealed in it, as in the learner's topic.toml."""
    kind = "choice" if prediction.is_choice else str(prediction.allowed)
    data = {
        "topic": topic,
        "key": prediction.key,
        "allowed": kind,
        "words": prediction.allowed_in_words,
        "sealed": prediction.sealed or seal(prediction),
    }
    attributes = " ".join(f'data-{name}="{html.escape(value)}"' for name, value in data.items())
    question = html.escape(" ".join(prediction.question.split()), quote=False)
    fields = _choices(prediction) if prediction.is_choice else _field(prediction)
    return (
        f'<form class="guess" hidden {attributes}><fieldset>'
        f'<legend class="question">{question}</legend>'
        f'<div class="answers">{fields}<button type="submit">Commit</button>'
        '<button type="button" hidden>Guess again</button></div>'
        '<p class="answered" role="status"></p></fieldset></form>'
    )


def _choices(prediction: Prediction) -> str:
    return "".join(
        f'<label><input type="radio" name="answer" value="{html.escape(word)}"> {html.escape(word)}'
        + (f" <small>{html.escape(gloss)}</small>" if (gloss := prediction.gloss.get(word)) else "")
        + "</label>"
        for word in prediction.allowed
    )


def _field(prediction: Prediction) -> str:
    note = f"{prediction.allowed_in_words}{f'; {prediction.note.strip()}' if prediction.note.strip() else ''}"
    keys = "text" if prediction.allowed == "shape" else "decimal"
    return (
        f'<label>{html.escape(note)} <input name="answer" inputmode="{keys}" autocomplete="off" size="12">'
        "</label>"
    )
