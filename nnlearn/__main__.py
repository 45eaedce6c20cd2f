"""`python -m nnlearn` is the command `nnlearn`."""

from nnlearn.cli import main

if __name__ == "__main__":
    main()
