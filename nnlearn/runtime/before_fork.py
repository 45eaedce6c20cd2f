"""What a process that is to be forked does once, which every fork would otherwise do and pay for itself.

None of it executes an operation.
"""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Mapping, MappingView, Sequence

_HUGE = 2**21  # bytes of a huge page


def look_up() -> None:
    """Fill the tables and caches of TensorFlow that its first operation would fill."""
    import numpy as np
    from tensorflow.python import pywrap_tfe
    from tensorflow.python.framework import kernels, op_def_registry
    from tensorflow.python.framework.composite_tensor import CompositeTensor
    from tensorflow.python.framework.ops import EagerTensor
    from tensorflow.python.framework.type_spec import TypeSpec
    from tensorflow.python.types.core import Tensor, TensorProtocol

    kernels.get_registered_kernels_for_op("AddV2")  # a table that is sorted when it is first looked at
    op_def_registry.get("NoSuchOperation")  # the first name that is no operation has the table written out
    pywrap_tfe.TF_GetXlaConstantFoldingDisabled()  # reads the flags of the compiler
    # Python remembers which class counts as which: finding out goes through 200 classes.
    for kind in (EagerTensor, Tensor, np.ndarray, type(None), bool, int, float, str, list, tuple, dict):
        for base in (TensorProtocol, CompositeTensor, TypeSpec, Mapping, MappingView, Sequence):
            issubclass(kind, base)


def run_kernels_directly() -> None:
    """Have TensorFlow run an eager operation by its kernel, not as a function that consists of it.

    Results are the same. Making the function takes 0.4 ms for each kind of operation, the kernel alone a
    tenth of that. There is no public way to ask for it.
    """
    from tensorflow.python import pywrap_tfe

    choose = getattr(pywrap_tfe, "TFE_ContextOptionsSetRunEagerOpAsFunction", None)
    if choose is not None:
        pywrap_tfe.TFE_ContextOptionsSetRunEagerOpAsFunction = lambda options, _: choose(options, False)


def run_graphs_as_traced() -> None:
    """Have TensorFlow run a graph as it was traced: for processes in which nothing but checks runs.

    Results are the same, up to rounding. Rewriting a graph to run faster takes a quarter of all the time
    where it runs a few times, as in a check.
    """
    import tensorflow as tf

    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})


def settle_memory(mappings: str) -> None:
    """Make this process cheap to fork.

    A fork copies the table of all pages, and its end takes the copy apart: that takes half as long with huge
    pages. The first large allocation of each fork would tidy the heap up, and so copy much of it. Python's
    own garbage collector is kept from looking at what is there now.

    Args:
        mappings: What `/proc/self/maps` says.
    """
    from nnlearn.runtime import linux

    gc.collect()
    gc.freeze()
    with contextlib.suppress(AttributeError):  # another C library than glibc
        linux.tidy_heap()
    for line in mappings.splitlines():
        extent, access, *rest = line.split()
        if access == "rw-p" and rest[3:] in ([], ["[heap]"]):
            start, end = (int(address, 16) for address in extent.split("-"))
            start, end = -(-start // _HUGE) * _HUGE, end // _HUGE * _HUGE
            if start < end:
                with contextlib.suppress(OSError):  # an older kernel, or no huge pages to be had
                    linux.use_huge_pages(start, end - start)
