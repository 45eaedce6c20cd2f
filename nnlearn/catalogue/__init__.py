"""Finds the topics of a content tree and knows where each of their files is.

A content tree holds `exercises/<topic>/` and, for those who write and grade topics,
`solutions/<topic>/` and `autograder/checks/<topic>/`. A learner's workspace has `exercises/<topic>/` too;
what nnlearn alone reads of a topic is in `.nnlearn/course/<topic>/` there.
No other module builds such a path or reads topic.toml.
"""

from nnlearn.catalogue.catalogue import (
    APART,
    CONTENT_VARIABLE,
    SELF_STUDY,
    Catalogue,
    came_with_nnlearn,
    has_topic,
    load_catalogue,
)
from nnlearn.catalogue.prediction import Prediction
from nnlearn.catalogue.question import Question
from nnlearn.catalogue.topic import (
    INTERACTIVE,
    OUTPUTS,
    PREDICTIONS,
    Limits,
    Part,
    Response,
    Topic,
    attribute_of,
)

__all__ = [
    "APART",
    "CONTENT_VARIABLE",
    "INTERACTIVE",
    "OUTPUTS",
    "PREDICTIONS",
    "SELF_STUDY",
    "Catalogue",
    "Limits",
    "Part",
    "Prediction",
    "Question",
    "Response",
    "Topic",
    "attribute_of",
    "came_with_nnlearn",
    "has_topic",
    "load_catalogue",
]
