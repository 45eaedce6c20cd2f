"""What runs in the confined processes; nothing else may load it with a learner's code at hand."""
