"""Courses that nbgrader runs, with nnlearn's topics and grading in them."""
