"""Finds the topics of a content tree and knows where each of their files is.

A content tree holds `exercises/<topic>/` and, for those who write and grade topics,
`solutions/<topic>/` and `autograder/checks/<topic>/`.
No other module builds such a path or reads topic.toml.
"""

from nnlearn.catalogue.catalogue import CONTENT_VARIABLE, Catalogue, came_with_nnlearn, load_catalogue
from nnlearn.catalogue.prediction import Prediction
from nnlearn.catalogue.topic import PREDICTIONS, Limits, Part, Response, Topic, attribute_of

__all__ = [
    "CONTENT_VARIABLE",
    "PREDICTIONS",
    "Catalogue",
    "Limits",
    "Part",
    "Prediction",
    "Response",
    "Topic",
    "attribute_of",
    "came_with_nnlearn",
    "load_catalogue",
]
