# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Automatic differentiation
#
# A network has a million weights and one loss, the number that says how wrong it is. To make that smaller, you need
# a million slopes: how much does it change when *this* weight moves a little, and this one, and this one?
#
# You could derive formulas on paper, afresh for each network. You could nudge one weight after the other and
# compute the loss again, a million times. Or you let the program remember how it came to its result, and walk
# back through that *once*. This is automatic differentiation. `GradientTape` and `fit` stand on it, and you are
# about to build it: in plain Python, one number at a time, so that nothing is hidden.
#
# **You will write** a number that remembers (`Value`), `topological_order`, `gradient`, `backward`, and
# `recurrence_gradients` for a network with a memory.
#
# **Do you remember?** Two questions from [activations](../activations/README.md), to warm up:
#
# 1. What is the slope of relu at −2, at 3, and, by convention, at 0?
# 2. Why is it dangerous to compute sigmoid or tanh as a ratio of exponentials?

# %%
import math

# %% tags=["demo"]
import numpy as np
import tensorflow as tf

from matplotlib.patches import FancyBboxPatch

from nnlearn import data, figures, lesson

images, labels = data.digits()  # 1,797 handwritten digits of 8 x 8 pixels

# %% [markdown]
# ## Before you read on, guess
#
# Replace each `None` below with your answer *before* you run or read anything else.
# Your first guess is kept, then answered, and you may think again.

# %%
PREDICTIONS = ...

# %% [markdown]
# ## A program is a graph
#
# Take $y = ab + a$ with $a = 2$ and $b = 3$. A computer does it in two steps: $p = ab = 6$, then
# $y = p + a = 8$. Draw each number as a *node*, with an arrow from whatever it was computed from, its *parents*,
# to the node itself. Then write on each arrow its *local gradient*: how much the node changes, per unit, when
# this one parent changes and the other does not.
#
# ```
# a ──── 3 ───▶ p ── 1 ──▶ y        p = a·b:  ∂p/∂a = b = 3,  ∂p/∂b = a = 2
# b ──── 2 ───▶ p                   y = p + a:  ∂y/∂p = 1,  ∂y/∂a = 1
# a ───────────────── 1 ──▶ y
# ```
#
# Local gradients are easy: every operation knows its own, as it knows its inputs. All else is bookkeeping.
#
# ### The chain rule is a walk, once by hand
#
# How much does $y$ change when $a$ does? $a$ reaches $y$ in two ways. Through $p$ the change is first tripled,
# then passed on: $3 \cdot 1 = 3$. The direct way gives 1. Both happen at once, so they *add up*: 4.
# (Check: $y = a(b + 1)$ has slope $b + 1 = 4$.)
#
# That is the chain rule: multiply along a path, add over all paths. Taken literally it is hopeless. Compute
# `y = y + y` sixty times: two arrows per step, so $2^{60}$ paths, about a billion billion. So do not walk paths.
# *Collect at each node first, then pass on once:*
#
# $$\frac{\partial y}{\partial x} = \sum_{c\ \text{computed from}\ x} \frac{\partial y}{\partial c} \cdot \frac{\partial c}{\partial x}$$
#
# Begin at the end, where $\partial y / \partial y = 1$, with everything else at 0:
#
# | visit | has collected | passes on to its parents |
# |---|---|---|
# | $y$ | 1 | $1 \cdot 1$ to $p$ and $1 \cdot 1$ to $a$ |
# | $p$ | 1 | $1 \cdot 3$ to $a$ and $1 \cdot 2$ to $b$ |
# | $b$ | 2 | nothing: it was not computed |
# | $a$ | $1 + 3 = 4$ | nothing |
#
# One visit per node, and *all* derivatives are there, by $a$ and by $b$ alike. This is the *reverse mode*. Applied
# to the loss of a network it is called *backpropagation*, *backprop* for short. (The other direction, the *forward
# mode*, carries the derivative by *one* input along with the computation, and has to be run again for the next
# input; Baydin et al. 2018, §3.) A loss is one number with a million inputs: one walk back is enough.
#
# ## Part 1: `Value`, a number that remembers
#
# What has to be remembered while the program runs? For each number: its parents, and the local gradient by each.
#
# | operation | local gradients | operation | local gradient |
# |---|---|---|---|
# | $a + b$ | 1 and 1 | $a^n$ | $n\,a^{n-1}$ |
# | $a - b$ | 1 and −1 | $e^a$ | $e^a$ |
# | $a \cdot b$ | $b$ and $a$ | $\log a$ | $1/a$ |
# | $a / b$ | $1/b$ and $-a/b^2$ | $\tanh a$ | $1 - \tanh^2 a$ |
# | $-a$ | −1 | $\mathrm{relu}(a)$ | 1 where $a > 0$, else 0 |
#
# Five things that go wrong:
#
# - **The number on the left.** For `2 - a` Python asks the 2 first, which knows nothing about your class, and then
#   `a.__rsub__(2)`. That is $2 - a$, not $a - 2$. `sum` begins with `0 + first`, so it needs `__radd__`.
# - **The same parent twice.** `a * a` has the parents `(a, a)`. A set of parents loses one of them, and half of
#   the derivative.
# - **Equal is not the same.** Two nodes may hold the same number and still be two nodes. A class tells objects
#   apart by themselves until you define `__eq__`; a `dataclass` does that for you, by their contents.
# - **$a^0$** is 1 everywhere, with slope 0. The formula says $0 \cdot a^{-1}$, and Python cannot compute that
#   at $a = 0$. (TensorFlow's tape gives NaN there.)
# - **tanh as a ratio of exponentials** overflows at 1000. `math.tanh` does not.


# %%
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
        # BEGIN SOLUTION
        self.data = float(data)
        self.grad = 0.0
        self.parents = tuple(parents)
        self.local_gradients = tuple(local_gradients)
        # END SOLUTION

    def __add__(self, other):
        # BEGIN SOLUTION
        if isinstance(other, Value):
            return Value(self.data + other.data, (self, other), (1.0, 1.0))
        return Value(self.data + other, (self,), (1.0,))
        # END SOLUTION

    def __mul__(self, other):
        # BEGIN SOLUTION
        if isinstance(other, Value):
            return Value(self.data * other.data, (self, other), (other.data, self.data))
        return Value(self.data * other, (self,), (other,))
        # END SOLUTION

    def __pow__(self, exponent):
        # BEGIN SOLUTION
        if isinstance(exponent, Value):
            raise TypeError("the exponent has to be a number")
        slope = exponent * self.data ** (exponent - 1) if exponent else 0.0
        return Value(self.data**exponent, (self,), (slope,))
        # END SOLUTION

    def __neg__(self):
        # BEGIN SOLUTION
        return self * -1
        # END SOLUTION

    def __sub__(self, other):
        # BEGIN SOLUTION
        return self + -other
        # END SOLUTION

    def __truediv__(self, other):
        # BEGIN SOLUTION
        return self * other**-1
        # END SOLUTION

    def __radd__(self, number):
        # BEGIN SOLUTION
        return self + number
        # END SOLUTION

    def __rsub__(self, number):
        # BEGIN SOLUTION
        return -self + number
        # END SOLUTION

    def __rmul__(self, number):
        # BEGIN SOLUTION
        return self * number
        # END SOLUTION

    def __rtruediv__(self, number):
        # BEGIN SOLUTION
        return self**-1 * number
        # END SOLUTION

    def exp(self):
        """e to this power."""
        # BEGIN SOLUTION
        value = math.exp(self.data)
        return Value(value, (self,), (value,))
        # END SOLUTION

    def log(self):
        """The natural logarithm."""
        # BEGIN SOLUTION
        return Value(math.log(self.data), (self,), (1 / self.data,))
        # END SOLUTION

    def tanh(self):
        """The hyperbolic tangent."""
        # BEGIN SOLUTION
        value = math.tanh(self.data)
        return Value(value, (self,), (1 - value**2,))
        # END SOLUTION

    def relu(self):
        """The number where it is above 0, and 0 elsewhere."""
        # BEGIN SOLUTION
        is_on = self.data > 0
        return Value(self.data if is_on else 0.0, (self,), (1.0 if is_on else 0.0,))
        # END SOLUTION


# %% tags=["demo"]
with lesson.if_written():
    a, b = Value(2.0), Value(3.0)
    y = a * b + a
    print(y.data, "from", [parent.data for parent in y.parents], "by", y.local_gradients)

# %% [markdown]
# ## "Most deep neural networks are feedforward, why is that, and what does backprop have to do with this?"
#
# In the walk above the order matters. Suppose that $a$ had been computed from something. Visited before $p$, it
# would pass on 1 in place of 4: the 3 from $p$ would come too late. So a node has its turn when *everything that was
# computed from it* has had its turn.
#
# Is there always such an order? *Feedforward* means that no node depends on itself: the graph has no *cycle*. Then
# the nodes can be put in a row such that each stands behind its parents, a *topological order*. The order in which
# the program computed them, its *forward pass*, is one. Read from right to left, each node stands behind
# everything that was computed from it. So **the forward pass exists because there is no cycle, and backprop is
# the same row read backwards.**
#
# With a loop there is no such row. If $a$ needs $b$ and $b$ needs $a$, then neither can be computed first, and
# neither has collected everything first on the way back.
#
# Yet there are networks with a memory, whose state goes back into themselves: *recurrent* ones. They are trained by
# the same walk. The loop in their drawing is a loop in *time*: the state of step 5 depends on that of step 4. Write
# out a copy for each time step, and the loop becomes a long chain without a cycle. That is called *unrolling*,
# and the walk back through it *backpropagation through time* (Werbos 1990).
#
# So backprop does not forbid recurrence: unrolled, such a network is feedforward too. But its chain is as long as the
# sequence, every state on it is kept in memory, and gradients can get lost on the way, as part 5 measures. Without
# recurrence the way back is only as long as the network is deep: one reason why most are feedforward from the start.
#
# ## Part 2: `topological_order`
#
# Three orders that look right on small graphs:
#
# - *Breadth-first*, by distance from the *root*, the node that the walk begins at. In $y = c + 3 \cdot (2c)$ with
#   $c = 2x$ node $c$ has its turn too early: it passes $1 \cdot 2$ on to $x$ before the 6 from $2c$ has arrived. $x$
#   ends with 2 in place of 14.
# - *Depth-first, noting nodes on the way in.* Of $c + 3 \cdot (2c)$ and $3 \cdot (2c) + c$ it gets one right, and the
#   other wrong in the same way; which one depends on the parent that it visits first.
# - *Telling nodes apart by their number.* Two nodes that hold 2.0 are two nodes.
#
# What works: note a node on the way *out*, when all of its parents have been noted. Or count, for each node, the
# parents that are not placed yet: at 0 it is free. Both see a cycle: the first by meeting a node that it is still in
# the middle of, the second by running out of free nodes. (A node met twice is no cycle: $a$ above is shared.)
#
# Two more pitfalls are about size. Without a note of what was *visited*, the sixty doublings take $2^{60}$ steps.
# And a function that calls itself once per node fails on a long chain, because Python allows about 1,000 nested
# calls. Keep a list of what is still to do instead.


# %%
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
    # BEGIN SOLUTION
    order, finished, entered = [], set(), set()
    to_do = [root]
    while to_do:
        node = to_do[-1]
        if node in finished:
            to_do.pop()
        elif node in entered:  # seen for the second time: its parents are finished
            finished.add(to_do.pop())
            order.append(node)
        else:
            entered.add(node)
            for parent in node.parents:
                if parent in entered and parent not in finished:
                    raise ValueError("the graph has a cycle: a node depends on itself")
                to_do.append(parent)
    return order
    # END SOLUTION


# %% tags=["demo"]
with lesson.if_written():
    x = Value(0.5)
    c = 2 * x
    y = c + 3 * (2 * c)
    print("forward order:", [node.data for node in topological_order(y)])

# %% [markdown]
# ## Part 3: `gradient`
#
# The walk of the table, for any graph. Here it is on a real one: a unit that looks at two pixels of a digit,
# $h = \tanh(w_1 x_1 + w_2 x_2 + b)$, and its loss $(h - t)^2$ for the target $t = 1$.

# %% tags=["demo", "figure"]
# figure: unit | Graph of the loss of one unit on two pixels of a digit. Each node shows its number and, below it, the derivative of the loss by it; each arrow shows its local gradient. From right to left: loss 0.300 with 1; the difference -0.548 with -1.096; the output 0.452 with -1.096; the sum 0.488 with -0.871, as the two products and the bias have. The weights 0.5 and -0.3 get -0.871 times their pixels 0.8125 and 0.0625, which is -0.708 and -0.054. The pixels get -0.871 times their weights: -0.436 and 0.261.
x1, x2 = images[0][[3, 5]].astype(float)
w1, w2, b, t = 0.5, -0.3, 0.1, 1.0
z = w1 * x1 + w2 * x2 + b
h = math.tanh(z)
d_h = 2 * (h - t)
d_z = d_h * (1 - h**2)
nodes = {  # text, number, derivative, place
    "w1": ("$w_1$", w1, d_z * x1, (0, 4)),
    "x1": ("$x_1$", x1, d_z * w1, (0, 3)),
    "w2": ("$w_2$", w2, d_z * x2, (0, 2)),
    "x2": ("$x_2$", x2, d_z * w2, (0, 1)),
    "b": ("$b$", b, d_z, (1.5, 0.2)),
    "p1": ("$w_1 x_1$", w1 * x1, d_z, (1.5, 3.5)),
    "p2": ("$w_2 x_2$", w2 * x2, d_z, (1.5, 1.5)),
    "z": ("sum $z$", z, d_z, (3, 2)),
    "h": (r"$h = \tanh z$", h, d_h, (4.5, 2)),
    "e": ("$h - t$", h - t, d_h, (6, 2)),
    "loss": ("loss", (h - t) ** 2, 1.0, (7.5, 2)),
}
arrows = {"w1 p1": x1, "x1 p1": w1, "w2 p2": x2, "x2 p2": w2, "b z": 1, "p1 z": 1, "p2 z": 1}
arrows |= {"z h": 1 - h**2, "h e": 1, "e loss": d_h}
white = {"boxstyle": "square,pad=0.05", "fc": "white", "ec": "none"}


def digits(number):
    """Pixels have four digits: sixteenths."""
    return f"{number:.4f}" if number in (x1, x2) else f"{number:.3f}"


fig, axes = figures.panels(1, 1, height=4.6)
for arrow, slope in arrows.items():
    start, end = (nodes[name][3] for name in arrow.split())
    tail, head = (start[0] + 0.44, start[1] + 0.13), (end[0] - 0.44, end[1] + 0.13)
    axes.annotate("", head, tail, arrowprops={"arrowstyle": "->", "color": figures.GREY})
    middle = ((tail[0] + head[0]) / 2, (tail[1] + head[1]) / 2 + (0.17 if tail[1] == head[1] else 0))
    axes.text(*middle, digits(slope), ha="center", va="center", fontsize=9.5, color=figures.GREY, bbox=white)
for text, number, derivative, (x, y) in nodes.values():
    frame = {"boxstyle": "square,pad=0", "fc": "white", "ec": figures.GREY}
    axes.add_patch(FancyBboxPatch((x - 0.44, y - 0.24), 0.88, 0.76, **frame))
    axes.text(x, y, f"{text}\n{digits(number)}", ha="center", va="bottom", color=figures.BLUE)
    axes.text(x, y, f"{derivative:.3f}", ha="center", va="top", color=figures.VERMILION)
axes.text(3.6, 4.3, "number, worked out from left to right", color=figures.BLUE)
axes.text(3.6, 3.9, "derivative of the loss, from right to left", color=figures.VERMILION)
axes.text(3.6, 3.5, "local gradient, on its arrow", color=figures.GREY)
axes.set(xlim=(-0.5, 8), ylim=(-0.15, 4.65))
axes.axis("off")
of_pixels = (d_z, d_z * w1, d_z * w2)
of_weights = (w1, w2, d_z, x1, x2, d_z * x1, d_z * x2)
figures.says((h - t) ** 2, 1, h - t, d_h, h, d_h, z, d_z, *of_weights, *of_pixels)

# %% [markdown]
# Read it from right to left, with a pencil: each red number is the one to its right times the local gradient on the
# arrow (up to the last digit, as the figure rounds). The pixel $x_2$ is nearly 0, so the derivative by its weight is
# small: the two are proportional.
#
# An answer of *0.0* says: the root depends on this node, and right here the slope is 0. *None* says: the root does
# not depend on it at all, which is often a mistake in the program. TensorFlow's tape tells the two apart in the same
# way. And like a tape, `gradient` gives fresh numbers and leaves every `.grad` alone.


# %%
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
    # BEGIN SOLUTION
    uses, to_do = {root: 0}, [root]  # how often each node is used by those that root depends on
    while to_do:
        for parent in to_do.pop().parents:
            if parent not in uses:
                uses[parent] = 0
                to_do.append(parent)
            uses[parent] += 1
    collected, complete = {root: 1.0}, [root]
    while complete:
        node = complete.pop()
        for parent, slope in zip(node.parents, node.local_gradients, strict=True):
            collected[parent] = collected.get(parent, 0.0) + collected[node] * slope
            uses[parent] -= 1
            if not uses[parent]:
                complete.append(parent)
    return [collected.get(source) for source in sources]
    # END SOLUTION


# %% [markdown]
# Does it agree with TensorFlow? The unit of the figure, once with your `Value` and once on a tape:

# %% tags=["demo"]
weights = tf.constant([0.5, -0.3, 0.1], tf.float64)
with tf.GradientTape() as tape:
    tape.watch(weights)
    loss = (tf.tanh(weights[0] * x1 + weights[1] * x2 + weights[2]) - 1) ** 2
print("tape:", tape.gradient(loss, weights).numpy())
with lesson.if_written():
    v1, v2, v3 = Value(0.5), Value(-0.3), Value(0.1)
    loss = ((v1 * x1 + v2 * x2 + v3).tanh() - 1) ** 2
    print("you: ", gradient(loss, [v1, v2, v3]))

# %% [markdown]
# ## Part 4: `backward`
#
# In PyTorch, weights have a `.grad`; in micrograd, a small library to learn from, every node has one. `backward`
# *adds* to it. Adding lets several losses share weights: call `backward` on each, and the derivatives add up. The
# price is that somebody has to set `.grad` to 0 between two steps of training.
#
# In $y = a \cdot a \cdot a$ at $a = 2$ the derivative is $3a^2 = 12$, and after a second call
# `.grad` should hold 24. If the walk sets the root's `.grad` to 1 and collects in `.grad` itself, then the second
# walk passes on what the first one left there: 12, then 32. (micrograd's `Value` does that. It expects you to reset
# first.) Collect this walk's derivatives apart, and add them to `.grad` at the end.


# %%
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
    # BEGIN SOLUTION
    order, visited, to_do = [], set(), [(root, False)]
    while to_do:
        node, is_left = to_do.pop()
        if is_left:
            order.append(node)
        elif node not in visited:
            visited.add(node)
            to_do.append((node, True))
            to_do += [(parent, False) for parent in node.parents]
    # Apart from `.grad`, so that what an earlier call has left there is not passed on again.
    collected = dict.fromkeys(order, 0.0)
    collected[root] = 1.0
    for node in reversed(order):
        node.grad += collected[node]
        for parent, slope in zip(node.parents, node.local_gradients, strict=True):
            collected[parent] += collected[node] * slope
    # END SOLUTION


# %% tags=["demo"]
with lesson.if_written():
    a = Value(2.0)
    y = a * a * a
    for call in ("first", "second"):
        backward(y)
        print(f"after the {call} call: {a.grad}")

# %% [markdown]
# ## Part 5: `recurrence_gradients`
#
# The smallest network with a memory has one number as its state. At each step it takes an input:
#
# $$h_t = \tanh(w\,h_{t-1} + u\,x_t)$$
#
# Unrolled, that is a chain, and *the same* $w$ is used in every link. It gets a contribution from each, and its
# derivative is their sum. Let $\delta_t = \partial h_T / \partial h_t$, with $\delta_T = 1$. The slope of tanh is
# $1 - h_t^2$, so with $s_t = \delta_t (1 - h_t^2)$, from $t = T$ down, where both sums begin at 0:
#
# $$\frac{\partial h_T}{\partial w} \mathrel{+}= s_t\,h_{t-1} \qquad
# \frac{\partial h_T}{\partial u} \mathrel{+}= s_t\,x_t \qquad \delta_{t-1} = s_t\,w$$
#
# Mind the indices: the slope belongs to $h_t$, the state that comes *out* of the step, and $w$ was multiplied
# by $h_{t-1}$, the state that went *in*. Two steps by hand, with $w = 0.5$, $u = 1$, $h_0 = 1$ and the inputs 0.5
# and 0, the last step first:
#
# | $t$ | in: $h_{t-1}$, $x_t$ | out: $h_t$ | $\delta_t$ | $s_t$ | $w$ gets $s_t h_{t-1}$ | $u$ gets $s_t x_t$ |
# |---|---|---|---|---|---|---|
# | 2 | 0.762, 0 | 0.363 | 1 | 0.868 | 0.661 | 0 |
# | 1 | 1, 0.5 | 0.762 | $0.868 \cdot 0.5 = 0.434$ | 0.182 | 0.182 | 0.091 |
# | sum | | | | | 0.843 | 0.091 |
#
# So each step back multiplies by $w(1 - h_t^2)$. How much is left after many?

# %% tags=["demo", "figure"]
# figure: steps_back | Derivative of the last of 60 states by the one so many steps earlier, up to 40, on a logarithmic axis, for three values of w and five random sequences of inputs each. After 30 steps between 0.26 and 0.87 are left for w = 1. For w = 0.5, whose five lines lie on each other, and for w = 1.5 it is less than 0.00000001.
length, back = 60, np.arange(41)
fig, axes = figures.panels(1, 1, height=3.4)
left = {}
for number, w in enumerate((0.5, 1.0, 1.5)):
    left[w] = []
    for seed in range(5):
        inputs = np.random.default_rng(seed).normal(scale=0.05, size=length)
        states = [0.0]
        for x in inputs:
            states.append(math.tanh(w * states[-1] + x))  # u = 1
        links = [w * (1 - state**2) for state in states[:0:-1]]
        derivative = np.cumprod([1.0, *links])[: len(back)]
        left[w].append(derivative[30])
        label = f"w = {w}" if seed == 0 else "_nolegend_"
        axes.semilogy(back, derivative, **figures.line(number) | {"linewidth": 1.2}, label=label)
axes.set(xlabel="steps back", ylabel="derivative of the last state\nby the state so many steps earlier")
axes.legend()
assert max(left[0.5] + left[1.5]) < 1e-8
figures.says(length, back[-1], 30, min(left[1.0]), max(left[1.0]), 1, 0.5, 1.5, 1e-8)

# %% [markdown]
# A small $w$ loses it, as one would think. The large one loses it as well: the state stays near ±0.86, where tanh has
# a slope of 0.26, and $1.5 \cdot 0.26 = 0.39$ per step is less than 0.5. What happened 30 steps ago hardly moves the
# weights, in either case. (In the first steps, which the figure leaves out, the state is near 0. There each step
# multiplies by nearly 1.5: the derivative *explodes*.)
#
# So people often stop earlier. In *truncated* backpropagation through time the walk goes back a fixed number of steps
# and takes the state before them for a constant. That saves memory and time, and loses for certain what was
# further back. Only the walk is cut short: the forward pass runs over the whole sequence all the same.


# %%
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
    # BEGIN SOLUTION
    if truncate is not None and truncate < 1:
        raise ValueError(f"truncate should be 1 or more, not {truncate}")
    states = [state]
    for x in inputs:
        states.append(math.tanh(w * states[-1] + u * x))
    dw = du = 0.0
    arriving = 1.0  # d final / d state, one step further back each time
    steps = list(zip(states[:-1], inputs, states[1:], strict=True))
    for before, x, after in steps[::-1][:truncate]:
        inside = arriving * (1 - after**2)
        dw += inside * before
        du += inside * x
        arriving = inside * w
    return states[-1], dw, du
    # END SOLUTION


# %% [markdown]
# How much of `dw` comes from the last step alone, in a longer sequence?

# %% tags=["demo"]
with lesson.if_written():
    for truncate in (1, 2, 5, None):
        final, dw, du = recurrence_gradients(0.9, 0.5, 0.0, [1.0, -0.5, 0.3, 0.8, -0.2] * 4, truncate)
        print(f"truncate={truncate}: final {final:.4f}, dw {dw:.4f}, du {du:.4f}")

# %% [markdown]
# It is 48 % (0.5256 of 1.0945), and the `du` of that step alone has the wrong sign.

# %% [markdown] tags=["response"] name="cannot_remember"
# ## In your own words
#
# "Backprop needs a graph without cycles, so networks that are trained with it are feedforward. And a feedforward
# network cannot remember anything", says a colleague, and wants to read sensor data one value at a time.
#
# Answer in five to ten sentences: how a network whose state goes back into itself is trained with backprop all
# the same; what happens to the derivative by a weight that is used in every step; what the training needs more and
# more of as the sequence gets longer; and what truncation saves and what it loses.

# %% [markdown]
# ## To go on with
#
# Nobody grades these three.
#
# 1. *Easy.* By hand: all derivatives of $y = (a + b)(a - b)$ at $a = 3$, $b = 2$, with the table of visits. Check with
#    $a^2 - b^2$.
# 2. *Harder.* Give `Value` a method `sigmoid`: once as a node with a local gradient of its own, once put together from
#    `exp`, `+` and `/`. How many nodes do the two make in your `Value`, and which one survives −1000?
# 3. *Open.* Train a unit on two pixels with `Value` and `backward`, to tell 0 from 1. What has to happen
#    between two steps? And how much slower is it than NumPy?
#
# Before this topic: [Activations](../activations/README.md), and [Losses](../losses/README.md), whose slopes you can
# now check. After it: [Backprop](../backprop/README.md) does the same walk on whole arrays, and
# [Gradients](../gradients/README.md) says when derivatives are kept and when they are fresh.
#
# ## Where this comes from
#
# - A. G. Baydin, B. A. Pearlmutter, A. A. Radul, J. M. Siskind (2018). [*Automatic Differentiation in Machine Learning:
#   a Survey*](https://jmlr.org/papers/v18/17-468.html). JMLR 18(153), 1–43. Forward and reverse mode: §3.
# - D. E. Rumelhart, G. E. Hinton, R. J. Williams (1986). [*Learning representations by back-propagating
#   errors*](https://www.nature.com/articles/323533a0). Nature 323, 533–536. What made the walk back known.
# - P. J. Werbos (1990). *Backpropagation through time: what it does and how to do it*. Proceedings of the IEEE 78(10),
#   1550–1560.
# - A. Karpathy: [micrograd](https://github.com/karpathy/micrograd/blob/master/micrograd/engine.py), a `Value` with a
#   recursive walk.
# - The digits come from scikit-learn's `load_digits`.
