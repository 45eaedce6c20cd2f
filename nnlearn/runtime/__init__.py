"""How processes are set up: the environment, Keras without its log lines, calls to Linux."""
