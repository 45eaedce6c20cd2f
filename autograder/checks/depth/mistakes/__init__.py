"""Mistakes that people make in the topic `depth`, each with what a teacher would say.

Their order is that in which the files are imported here.
"""

from . import (
    deepen,
    build_mlp,
    build_mlp_kernels,
    gradient_norms,
    conv_stack,
    block_paths,
    block_start,
    block_sublayers,
)
