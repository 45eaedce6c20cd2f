"""The grading engine: submissions in, reports out, through a pool of warm workers (`grade_all.grade_all`)."""
