"""For instructors and topic authors: grading classes, and building and proving topics."""
