"""Imported once by the process that the workers are forked from: everything slow, nothing that runs.

TensorFlow must not execute an operation before a fork, or its forks hang.
"""

import gc
import os

from nnlearn.runtime.before_fork import run_graphs_as_traced
from nnlearn.runtime.environment import TENSORFLOW_ENVIRONMENT
from nnlearn.runtime.notebooks import import_jupytext
from nnlearn.runtime.quiet import import_keras

os.environ.update(TENSORFLOW_ENVIRONMENT)  # the reference rounds as the learners' processes do
import_keras()
run_graphs_as_traced()
import_jupytext()

import autograder.engine.worker  # noqa: E402, F401

gc.collect()
gc.freeze()  # what is shared stays shared: the collector does not write to it
