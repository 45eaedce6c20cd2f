"""Imported once by the process that the workers of `nnlearn course grade` are forked from: nbgrader."""

import gc

import nbgrader.converters  # noqa: F401

import autograder.course.autograding
import autograder.course.preprocessor
import autograder.course.warm  # noqa: F401

gc.collect()
gc.freeze()
