"""The grading engine: submissions in, reports out, through a pool of warm workers (`run.grade_all`)."""
