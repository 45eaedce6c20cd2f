"""Automatic differentiation.

README.md next to this file is the lesson.
Put your own code in place of each `raise NotImplementedError` (and of each None), then run

    nnlearn check autodiff   to check your work
    nnlearn hint Value       for a hint
"""

import math


PREDICTIONS = {
    # A loss is computed from 1,000,000 weights. You want its derivative by each of them.
    # How many walks back through the computation, from the loss to the weights, does that
    # take?
    # Allowed: an integer.
    "reverse_passes": None,
    # Two numbers of a computation depend on each other: a is computed from b, and b from
    # a. Backprop walks back through a computation and collects derivatives on the way. Why
    # can it not do so here?
    # Allowed: "no order to visit", "gradient is zero" or "too slow".
    "no_loops": None,
    # A network reads a sequence in 50 steps. In each it computes a new state, its memory:
    # it multiplies the state before by the same weight w and adds what the input brings.
    # The derivative of the last state by w is a sum, with a contribution for each use of
    # w. Of how many, if none is left out?
    # Allowed: an integer.
    "shared_weight": None,
}


class Value:
    """A number that remembers what it was computed from.

    Values can be added, subtracted, multiplied and divided with `+ - * /`, with each other and
    with numbers of Python (int, float) on either side. There are unary minus (`-a`), `a ** n`
    with an int or a float `n`, Python's `sum`, and the methods `exp()`, `log()`, `tanh()` and
    `relu()`. Each of these returns a *new* `Value` and changes nothing in those that it is
    computed from.

    Args:
        data: A number; it is kept as a float.
        parents: The nodes that it was computed from.
        local_gradients: The derivative of this node by each of them, in their order.

    Attributes:
        data: The number, a float.
        grad: A float, 0.0 in a new `Value`. No operation changes or uses it.
        parents: A tuple of nodes. One may be there twice: `a * a` depends on `a` in two places.
        local_gradients: A tuple of floats, as long as `parents`, worked out when the node is
            made.

    What counts is that multiplying along the paths through `parents` and adding over the paths
    gives the right derivatives, up to rounding. How many nodes an operation makes on the way, and
    whether a number becomes a node of its own, is up to you. A path has to lead to the operand
    even where the slope is 0 (`relu` of -1, `a * 0`, `a ** 0`): the result depends on it.

    Two `Value`s are equal only if they are one object, whatever they hold, and each can be an
    element of a set: what Python does by itself.

    `relu` has slope 0 at 0. `tanh` is 1.0 at 1000 and -1.0 at -1000, with slope 0. `a ** 0` is 1
    with slope 0, also where `a.data` is 0. What happens in a division by 0, for the logarithm of
    what is not above 0, for a negative number or 0 with a fractional exponent, for 0 with a
    negative one, for operands that are neither `Value`s nor numbers, and wherever a result or a
    slope is too large for a float, is up to you. So is `2.0 ** a`.

    Raises:
        TypeError: In `a ** n`, `n` is a `Value`.
    """

    def __init__(self, data, parents=(), local_gradients=()):
        raise NotImplementedError("Value: not written yet")

    def __add__(self, other):
        raise NotImplementedError("Value: not written yet")

    def __mul__(self, other):
        raise NotImplementedError("Value: not written yet")

    def __pow__(self, exponent):
        raise NotImplementedError("Value: not written yet")

    def __neg__(self):
        raise NotImplementedError("Value: not written yet")

    def __sub__(self, other):
        raise NotImplementedError("Value: not written yet")

    def __truediv__(self, other):
        raise NotImplementedError("Value: not written yet")

    def __radd__(self, number):
        raise NotImplementedError("Value: not written yet")

    def __rsub__(self, number):
        raise NotImplementedError("Value: not written yet")

    def __rmul__(self, number):
        raise NotImplementedError("Value: not written yet")

    def __rtruediv__(self, number):
        raise NotImplementedError("Value: not written yet")

    def exp(self):
        """e to this power."""
        raise NotImplementedError("Value: not written yet")

    def log(self):
        """The natural logarithm."""
        raise NotImplementedError("Value: not written yet")

    def tanh(self):
        """The hyperbolic tangent."""
        raise NotImplementedError("Value: not written yet")

    def relu(self):
        """The number where it is above 0, and 0 elsewhere."""
        raise NotImplementedError("Value: not written yet")


def topological_order(root):
    """List the nodes that `root` depends on, each behind its parents.

    It uses nothing of a node but its attribute `parents`, a tuple of nodes, and changes nothing.
    A node is equal to itself alone, so sets and dictionaries of nodes work; two that hold the
    same number are two nodes. A node can be used in many places, and can be a parent of one node
    twice.

    Args:
        root: A node: any object with the attributes `data`, `grad`, `parents` and
            `local_gradients`, not necessarily a `Value`.

    Returns:
        A list of the nodes themselves, each once: all that `root` depends on, directly or by way
        of others, and `root` as the last one. Every node comes after all of its parents. Any such
        order will do.

    Raises:
        ValueError: Among these nodes is one that depends on itself, directly (it is its own
            parent) or by way of others. The message has the word "cycle".

    It works for a chain of 10,000 nodes, and for 60 doublings `y = y + y`: each node is visited
    once, not once for each path that leads to it.
    """
    raise NotImplementedError("topological_order: not written yet")


def gradient(root, sources):
    """Compute the derivative of one node by others.

    Nodes are as for `topological_order`; of them `parents` and `local_gradients` count. The graph
    has no cycle. You may use what you have written before.

    Args:
        root: The node to differentiate.
        sources: A list or tuple of nodes to differentiate by. One may occur twice, and it may be
            empty.

    Returns:
        A list of as many entries as there are sources: d root / d source as a float, 1.0 for the
        root itself, 0.0 where root depends on the source with slope 0, and None where it does not
        depend on the source.

    No `.grad` is changed, and none is looked at, whatever it holds. A chain of 10,000 nodes and
    60 doublings `y = y + y` work.
    """
    raise NotImplementedError("gradient: not written yet")


def backward(root):
    """Add the derivative of `root` by each node to the `.grad` of that node.

    Nodes are as for `topological_order`. The graph has no cycle. You may use what you have
    written before.

    Args:
        root: The node to differentiate.

    Returns:
        None. Afterwards the `.grad` of every node that `root` depends on, and of `root` itself,
        is what it was before plus d root / d node; for `root` that is 1. So a second call doubles
        what the first one has added, and calls for two roots that share nodes add up there. Nodes
        that `root` does not depend on, and everything but `.grad`, stay as they are.

    A chain of 10,000 nodes and 60 doublings `y = y + y` work.
    """
    raise NotImplementedError("backward: not written yet")


def recurrence_gradients(w, u, state, inputs, truncate=None):
    """Run a recurrence and differentiate its last state by its two weights.

    The recurrence is h_t = tanh(w * h_{t-1} + u * x_t), with h_0 = `state` and x_1, x_2, ... =
    `inputs`.

    Args:
        w: The weight of the state, a float.
        u: The weight of the input, a float.
        state: The state before the first input, a float.
        inputs: A list of floats.
        truncate: Over how many steps, counted from the last one, to differentiate: an int of 1 or
            more. None, or more than there are inputs, means all.

    Returns:
        A tuple `(final, dw, du)` of floats: the last state, after *all* inputs whatever
        `truncate` says, and its derivatives by `w` and by `u` as far as these are used in the
        last `truncate` steps. The state before those steps counts as a constant, although `w` and
        `u` were used in earlier steps to compute it. Without inputs the last state is `state`,
        and both derivatives are 0.0. The list of inputs is left as it is.

    Raises:
        ValueError: `truncate` is less than 1, with inputs or without.
    """
    raise NotImplementedError("recurrence_gradients: not written yet")


# Answered in words, between the quotes: a person reads it.
ANSWERS = {
    # In your own words
    #
    # "Backprop needs a graph without cycles, so networks that are trained with it are feedforward. And a
    # feedforward network cannot remember anything", says a colleague, and wants to read sensor data one
    # value at a time.
    #
    # Answer in five to ten sentences: how a network whose state goes back into itself is trained with
    # backprop all the same; what happens to the derivative by a weight that is used in every step; what
    # the training needs more and more of as the sequence gets longer; and what truncation saves and what
    # it loses.
    "cannot_remember": r"""

""",
}
