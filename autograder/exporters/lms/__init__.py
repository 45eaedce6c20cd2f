"""`nnlearn course export`: the scores of an assignment as Canvas or Moodle import them, or as plain CSV."""

from autograder.exporters.lms.command import export

__all__ = ["export"]
