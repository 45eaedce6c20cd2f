"""What learners handed in: found without following anything, with its owner, its topic and what counts."""
