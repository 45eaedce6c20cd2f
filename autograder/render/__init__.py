"""What a grading run looks like: on a terminal, as CSV and as one HTML page."""
