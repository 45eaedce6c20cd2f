"""Imported once by the process that the workers are forked from: everything slow, nothing that runs.

TensorFlow must not execute an operation before a fork, or its forks hang.
"""

import gc
import os

from nnlearn.quiet import import_keras

os.environ["CUDA_VISIBLE_DEVICES"] = "-1"  # a class is graded on the CPU, alike everywhere
import_keras()

import autograder.engine.worker  # noqa: E402, F401

gc.collect()
gc.freeze()  # what is shared stays shared: the collector does not write to it
