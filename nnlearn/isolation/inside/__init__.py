"""What runs in the confined processes: the zygote, and the learner's process that it becomes or forks."""
