"""Scores and graders in the forms that learning platforms take."""
