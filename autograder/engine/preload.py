"""Imported once by the process that the workers are forked from: everything slow, nothing that runs.

TensorFlow must not execute an operation before a fork, or its forks hang.
"""

import gc
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import keras  # noqa: F401
import pytest  # noqa: F401

import autograder.engine.worker  # noqa: F401

gc.collect()
gc.freeze()  # what is shared stays shared: the collector does not write to it
