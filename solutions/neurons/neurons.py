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
# # Neurons and layers
#
# A neural network is made of one small thing, repeated. It multiplies numbers, adds them up, and bends the result.
# You can work it out with a pencil. A large network does the same, many times over.
#
# You will build that small thing, put many of it into a layer, see why a pile of layers without a bend is no more
# than one layer, and in the end choose weights by hand that make a network pass through any points you like.
# The rest of the course is about how a network finds its weights by itself.
#
# **You will write** `affine`, a layer `Affine`, `boundary`, `collapse_linear`, `count_params` and `through_points`.
#
# **Do you remember?** Nothing comes before this topic but Python and NumPy. Two questions about them, to warm up:
#
# 1. An array of shape (5, 3) is multiplied by one of shape (3, 2) with `@`. What shape has the result, and what is
#    its first entry?
# 2. NumPy adds arrays of the shapes (5, 2) and (2,). What happens? And with (5, 2) and (5, 1)?
#
# *(1: Shape (5, 2). The first row times the first column, entry by entry, added up. 2: The two numbers are added to
# each of the five rows. With (5, 1) each row gets a number of its own, in both columns: NumPy repeats what is
# missing, whether you meant it or not. This is called broadcasting.)*

# %%
import keras
from keras import ops

# as_floating(x): x as a tensor, floating dtypes as they are, everything else as float32.
from nnlearn.lesson import as_floating

# %% tags=["demo"]
import numpy as np

from nnlearn import data, figures, lesson

keras.utils.set_random_seed(7)
images, labels = data.digits()  # 1,797 handwritten digits of 8 x 8 pixels, each a row of 64 numbers
print(images.shape, labels.shape)

# %% [markdown]
# ## "Neural networks: what is it?"
#
# Start with one *unit*, also called a neuron. Some numbers come in: its *inputs*, $x_1, x_2, \dots$
# For each input the unit has a number of its own, a *weight*, and for itself one number more, the *bias*.
# It computes
#
# $$z = x_1 w_1 + x_2 w_2 + \dots + b, \qquad \text{output} = g(z)$$
#
# A large weight lets its input count for much, a weight of 0 for nothing, a weight below 0 against.
# The function $g$ is the *activation function*. Three that you will meet:
#
# | name | $g(z)$ | in words |
# |---|---|---|
# | threshold | 1 if $z > 0$, else 0 | on or off |
# | sigmoid | $1 / (1 + e^{-z})$ | on or off, with a smooth passage between |
# | relu | $z$ if $z > 0$, else 0 | off, or as much as comes in |
#
# **Once by hand.** Inputs 2 and 1, weights 0.5 and −1, bias 0.25. The sum is
# 2 · 0.5 + 1 · (−1) + 0.25 = 0.25. A threshold makes 1 of it, relu leaves 0.25, and the sigmoid gives 0.562.
#
# A *neural network* is many units, the outputs of some being the inputs of others.
# What makes it more than a sum is the activation function, which bends: without it the whole network would be one
# sum again, as you will see. And as a rule nobody writes the weights down: they are *learned*, which
# means changed until the outputs fit examples whose answer is known.
#
# Below, one threshold unit learns to tell handwritten threes from eights. It looks at one image after the other.
# Where it says 0 and should say 1 it adds the image to its weights, where it says 1 and should say 0 it subtracts
# it: the sum for this image moves towards the right side. Such a unit is called a perceptron, a word of
# Rosenblatt's (1958) for connections that change with what they are shown.

# %% tags=["demo"]
is_either = np.isin(labels, (3, 8))
x, is_eight = images[is_either], labels[is_either] == 8
w, b = np.zeros(64), 0.0
for passed in range(1, 6):
    wrong = 0
    for image, answer in zip(x[:250], is_eight[:250], strict=True):
        output = image @ w + b > 0
        if output != answer:
            wrong += 1
            sign = 1 if answer else -1
            w, b = w + sign * image, b + sign
    unseen = np.mean((x[250:] @ w + b > 0) != is_eight[250:])
    print(
        f"pass {passed}: wrong on {wrong:3} of 250 images; on images it was never shown, {unseen:.0%} wrong"
    )

# %% [markdown]
# A coin would be wrong on half of them. Once a pass goes by without a mistake nothing changes any more, and on images that
# were never shown some mistakes stay.
#
# ## "How do we create them?"
#
# Units that get the same inputs and stand side by side are a *layer*. A network is layers, one after the other.
# Each number that comes in has a weight for each unit, so the weights of a layer are a table: one row for each
# input, one column for each unit. Keras calls this table the *kernel*. With the inputs $x$ as a row of numbers,
# all sums are one product:
#
# $$z = x W + b \qquad (n) \cdot (n, m) + (m) \to (m)$$
#
# Every unit has a column of $W$ and an entry of $b$ to itself.
# Examples are not sent one by one but in a *batch*, as the rows of a table:
# $(N, n) \cdot (n, m) + (m) \to (N, m)$. There may be more axes before the last one, such as images in a video;
# the last one is always the one that is summed over.
#
# *Keras* is a library for networks. It leaves the computing to another one, *TensorFlow*.
# The last layer is the *output layer*. Those between it and what comes in are *hidden layers*: nobody outside sees
# their numbers. In Keras:

# %% tags=["demo"]
network = keras.Sequential(
    [
        keras.Input((64,)),  # 64 numbers come in
        keras.layers.Dense(16, activation="relu"),  # a hidden layer of 16 units
        keras.layers.Dense(10),  # the output layer: a number for each digit
    ]
)
kernel, bias = network.layers[0].get_weights()
print("kernel", kernel.shape, "bias", bias.shape)
print("32 images give", network(images[:32]).shape)

# %% [markdown]
# ## Before you read on, guess
#
# Replace each `None` below with your answer *before* you run or read anything else.
# Your first guess is kept, then answered, and you may think again: a wrong one teaches a lot.

# %%
PREDICTIONS = ...

# %% [markdown]
# ## What the parts promise
#
# - Functions take arrays, nested lists and *tensors*, as Keras and TensorFlow call their arrays, and return tensors.
# - In one call all of these have the same floating dtype, and the results have it too; or all are integers, which
#   count as float32. `as_floating`, which the first cell imports, does both. (`count_params` takes and returns others.)
# - Compute with functions of `keras.ops`. Training will ask by how much an output moves when a weight is moved
#   a little: that is called a *gradient*, the word of a later topic. TensorFlow finds it by following your
#   steps, and loses the trail where you leave for NumPy.
# - Where a network is trained, with `model.fit`, your code is run once before there are numbers, to note down its
#   steps as a *graph*. This is called *tracing*; `tf.function` does it to any function. Then `x.shape` has `None`
#   for the size of the batch; the other sizes are there.
# - What would do the whole part in one call is not used: `Dense`, and the counting that layers and models bring along.
#
# ## Part 1: `affine`
#
# The sum without the bend is called *affine*. One line, and a trap: broadcasting. A bias of shape (1,), (1, m) or
# (N, m) is added without a word, and then one bias serves all units, or each example has one of its own.
# Your function refuses what is not (m,). And `if bias:` is no way to ask whether there is one.


# %%
def affine(x, kernel, bias=None):
    """Compute the weighted sums of a layer, `x @ kernel + bias`, for each vector along the last axis of `x`.

    Args:
        x: Inputs of shape (..., n), of rank 1 to 4: (n,), (N, n), (N, T, n) ... Anything
            `keras.ops.convert_to_tensor` accepts.
        kernel: Weights of shape (n, m): a row for each input, a column for each unit.
        bias: One number for each unit, shape (m,), or None for no bias.

    All that are given, arrays, nested lists or tensors, have one floating dtype (float16, float32 or
    float64), or all hold integers, which count as float32.

    Returns:
        A tensor of shape (..., m) and of that dtype. Its gradients with respect to `x`, `kernel` and `bias`
        are right. All of it holds inside a `tf.function` too, where the sizes of all axes of `x` but the
        last may be unknown.

    Raises:
        ValueError: `x` is a single number, its last axis has another length than the kernel has rows, the
            kernel has not two axes, or the bias has any other shape than (m,). Nothing is broadcast: a number
            is refused, and so are the shapes (1, m), (N, m) and (m, 1), and (1,) unless m is 1.

    Reference:
        https://keras.io/api/layers/core_layers/dense/
    """
    # BEGIN SOLUTION
    x, kernel = as_floating(x), as_floating(kernel)
    if len(x.shape) == 0 or len(kernel.shape) != 2 or x.shape[-1] != kernel.shape[0]:
        raise ValueError(f"x of shape {x.shape} does not fit a kernel of shape {kernel.shape}")
    sums = ops.matmul(x, kernel)
    if bias is None:
        return sums
    bias = as_floating(bias)
    if bias.shape != kernel.shape[1:]:
        raise ValueError(f"the bias has shape {bias.shape}, expected {kernel.shape[1:]}")
    return sums + bias
    # END SOLUTION


# %% [markdown]
# ## Part 2: `Affine`, a layer
#
# A layer of Keras is an object that owns its weights. You write a class with four methods, and Keras calls them:
#
# - `__init__` keeps the settings, such as how many units there are. There are no weights yet: how many inputs
#   will come is not known.
# - `build` runs once, when the first inputs arrive, and is told their shape. It makes the weights:
#   `self.kernel = self.add_weight(name="kernel", shape=..., initializer="glorot_uniform")`. An *initializer* says
#   which numbers they start with. Glorot's are random numbers between $\pm\sqrt{6 / (n + m)}$; why,
#   is the subject of [a topic of its own](../initialization/README.md).
# - `call` computes the outputs, whenever inputs come.
# - `get_config` gives the settings back as a dictionary, so that a saved model can be made again:
#   what `super().get_config()` gives, and yours.
#
# A layer computes in a dtype of its own, `self.compute_dtype`: float32, if it is not told otherwise. Keras casts
# floating inputs to it and leaves integers to you: `ops.cast(inputs, self.compute_dtype)`. Weights are stored in
# `self.variable_dtype`, which can be a more precise one. `add_weight` takes it by itself, and in `call` they come in
# the compute dtype.


# %%
class Affine(keras.layers.Layer):
    """A fully connected layer without an activation function.

    With the same arguments it computes what `keras.layers.Dense(units, use_bias=use_bias)` computes.

    Args:
        units: How many outputs there are, a positive integer.
        use_bias: Whether there is a bias.
        **kwargs: What every Keras layer takes: `name`, `dtype`, `trainable`.

    Call arguments:
        inputs: A tensor or array of shape (..., n), of rank 2 to 4. All sizes but n may be unknown while a
            graph is traced. Integers up to 2048, which float16 holds too, are cast to the compute dtype.

    Attributes:
        kernel: A trainable weight of shape (n, units), made in `build`; it starts with Keras'
            `glorot_uniform`.
        bias: A trainable weight of shape (units,), made after the kernel; it starts as zeros. Without
            `use_bias` it is None, and the kernel is the layer's only weight.

    The output has the shape (..., units) and the layer's compute dtype. The weights are made once, have the
    layer's variable dtype, and get gradients. Every object has its own. `get_config` holds `units` and
    `use_bias` besides what every layer has. The layer works in a Keras model: in `fit`, in a `tf.function`,
    and after saving and loading.

    Raises:
        ValueError: In `__init__`, where `units` is 0, below 0, or no integer (2.5, 4.0, "4" and None are
            none); the message has the word `units` in it. True, and NumPy's integers, are left to you.

    Reference:
        https://keras.io/api/layers/core_layers/dense/
    """

    def __init__(self, units, use_bias=True, **kwargs):
        super().__init__(**kwargs)
        # BEGIN SOLUTION
        if not isinstance(units, int) or units < 1:
            raise ValueError(f"units should be a positive integer, it is {units!r}")
        self.units, self.use_bias = units, use_bias
        # END SOLUTION

    def build(self, input_shape):
        # BEGIN SOLUTION
        shape = (input_shape[-1], self.units)
        self.kernel = self.add_weight(name="kernel", shape=shape, initializer="glorot_uniform")
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(name="bias", shape=shape[1:], initializer="zeros")
        # END SOLUTION

    def call(self, inputs):
        # BEGIN SOLUTION
        sums = ops.matmul(ops.cast(inputs, self.compute_dtype), self.kernel)
        return sums if self.bias is None else sums + self.bias
        # END SOLUTION

    def get_config(self):
        # BEGIN SOLUTION
        return {**super().get_config(), "units": self.units, "use_bias": self.use_bias}
        # END SOLUTION


# %% [markdown]
# Is it what Keras has? Two layers with the same weights:

# %% tags=["demo"]
with lesson.if_written():
    yours, keras_own = Affine(10), keras.layers.Dense(10)
    yours(images[:2]), keras_own(images[:2])  # now both are built
    keras_own.set_weights(yours.get_weights())
    print("largest difference:", float(ops.max(ops.abs(yours(images) - keras_own(images)))))

# %% [markdown]
# ## "What is an input layer, and what do we place here?"
#
# The input layer computes nothing and learns nothing. It is a name for the place where numbers come in:
# `keras.Input((64,))` says that an example is 64 numbers.
#
# What is placed there is *one example* at a time, or one batch of them: its *features*, such as the
# brightness of each pixel or somebody's weight and height. One "input unit" is one feature. The data set is not
# in there; it passes through, batch by batch. A dense layer sums over the last axis: an image of 8 by 8 would be taken
# for 8 examples of 8 numbers, without an error. So it is first *flattened*: its rows are laid one behind the other.

# %% tags=["demo"]
pictures = images.reshape(-1, 8, 8)
batch = pictures[:32].reshape(32, -1)
print("the data set", pictures.shape, "- what enters the input layer", batch.shape)
print("weights of an input layer:", keras.layers.InputLayer((64,)).weights)

# %% [markdown]
# ## "Generally layers have added bias, why is that?"
#
# Because without one every unit would switch at the same point. To see that: where is a unit on, its sum above 0?
# A threshold unit with two inputs switches where $x_1 w_1 + x_2 w_2 + b = 0$, and that is a
# straight line, with the sum above 0 on one side and below it on the other. With three inputs it is a plane, and so
# on; the word for all of them is the unit's *boundary*.
#
# Write $w \cdot x$ for $x_1 w_1 + x_2 w_2 + \dots$, and $|w| = \sqrt{w_1^2 + w_2^2 + \dots}$ for the length of the
# weights. Divide by it:
#
# $$\frac{w}{|w|} \cdot x = \frac{-b}{|w|}$$
#
# Now all can be read off. $w / |w|$, of length 1, is the direction in which the sum grows fastest: the *normal*.
# It stands at a right angle to the boundary and points to where the unit is on. $-b / |w|$ is how far from the
# origin the boundary lies in that direction: the *offset*. One below 0 says that it lies the other way, and then the
# unit is on at the origin. And $|w|$ says how fast the sum grows.
#
# **By hand.** Weights 3 and 4, bias −10. The length is $\sqrt{9 + 16} = 5$, the normal (0.6, 0.8), the offset
# 10 / 5 = 2. Now make all three numbers three times as large: 9, 12 and −30. The length is 15, the normal the same,
# and the offset 30 / 15 = 2, the same. Only the sum grows three times as fast.
#
# That shows with a sigmoid. Its *slope*, by how much it rises for a small step to the right, divided by the step, is
# steepest where the sum is 0, and is 1/4 there. Along the normal the sum grows $|w|$ times as fast as the distance,
# so the steepest slope of the unit is $|w| / 4$: its *steepness*.

# %% tags=["demo", "figure"]
# figure: family | Sigmoid units with one input. Left, the bias is 0 and the weight is 0.5, 1, 2 or 5: all cross one half at x = 0, with slopes of 0.125, 0.25, 0.5 and 1.25 there. Right, the weight is 2 and the bias is 4, 0 or -4: the curves have the same shape with a steepest slope of 0.5, and cross one half at x = -2, 0 and 2.
across = np.linspace(-5, 5, 2001)


def unit(weight, bias=0.0):
    """A sigmoid unit along the axis, its steepest slope, and where it is one half."""
    output = 1 / (1 + np.exp(-(weight * across + bias)))
    return output, np.gradient(output, across).max(), across[np.argmin(np.abs(output - 0.5))]


fig, axes = figures.panels(1, 2, height=3.2)
weights, biases = (0.5, 1, 2, 5), (4, 0, -4)
left, right = [unit(w) for w in weights], [unit(2, b) for b in biases]
for number, (w, (output, _, _)) in enumerate(zip(weights, left, strict=True)):
    axes[0].plot(across, output, **figures.line(number), label=f"w = {w:g}")
for number, (b, (output, _, _)) in enumerate(zip(biases, right, strict=True)):
    axes[1].plot(across, output, **figures.line(number), label=f"b = {b:g}")
axes[0].set(title="the weight sets how steep: b = 0", xlabel="x", ylabel="output of the unit")
axes[1].set(title="the bias shifts: w = 2", xlabel="x", ylabel="output of the unit")
for axis in axes:
    axis.legend(loc="upper left")
slopes, places = [slope for _, slope, _ in left], [place for _, _, place in right]
assert all(abs(place) < 1e-6 for _, _, place in left)
assert np.ptp([slope for _, slope, _ in right]) < 1e-4
figures.says(0, *weights, left[0][2], *slopes, 2, *biases, right[0][1], *places)

# %% [markdown]
# ## "Why is bias added to layers?"
#
# So a bias *shifts* the boundary and does nothing else. The direction of the weights turns it. Their length sets how
# steep the output is across it and, where there is a bias, moves it too: 6 and 8 with −10 have the offset 1.
# Without a bias the offset is 0: every boundary passes through the origin, and an input of zeros makes every *sum* 0,
# whatever the weights. Relu then gives 0, the sigmoid one half. Two things that are said of a bias are wrong: it makes
# nothing steeper, and it keeps no weight from becoming zero.
#
# ## Part 3: `boundary`
#
# Two traps. The units are the *columns* of the kernel. And the squares under the root may be too large
# for the dtype where the weights are not, or too small: in float16 the largest number is 65504, so that 300 · 300 is
# infinite, and 0.0001 · 0.0001 is 0. Divide each column by the size of its largest weight, taken without its sign, first;
# multiply afterwards.


# %%
def boundary(kernel, bias=None):
    """Say where the units of a layer switch, and how steeply, unit by unit.

    For the unit with the weights w, a column of the kernel, and the bias b, all x with
    `w . x + b = 0` are its boundary, which is also `normal . x = offset`.

    Args:
        kernel: Weights of shape (n, m): a row for each input, a column for each unit.
        bias: One number for each unit, shape (m,), or None for no bias.

    Both, arrays, lists or tensors, have one floating dtype (float16, float32 or float64), or hold integers,
    which count as float32. They are numbers: nobody calls this while a graph is traced, or asks for gradients.

    Returns:
        A tuple of three tensors, of that dtype:
            normal, shape (n, m): In each column a vector of length 1 at a right angle to the boundary,
                which points to where `w . x + b` is positive: w / |w|.
            offset, shape (m,): -b / |w|; zeros without a bias.
            steepness, shape (m,): The steepest slope of sigmoid(w . x + b), |w| / 4.

        All are right also where squares of weights leave the dtype's range and their length |w| does not, at
        either end: weights of 300 or 1e-4 in float16, of 4e20 or 1e-25 in float32, of 1e200 or 1e-200 in
        float64.

    Raises:
        ValueError: A column of the kernel is all zeros, so that its unit has no boundary; the kernel has not
            two axes; or the bias has any other shape than (m,).
    """
    # BEGIN SOLUTION
    kernel = as_floating(kernel)
    if len(kernel.shape) != 2:
        raise ValueError(f"the kernel has shape {kernel.shape}, expected two axes")
    largest = ops.max(ops.abs(kernel), axis=0)
    if not ops.all(largest > 0):
        raise ValueError("a unit whose weights are all zero has no boundary")
    # The largest weight of each unit becomes 1: squares of what is left fit every dtype.
    scaled = kernel / largest
    length = ops.sqrt(ops.sum(ops.square(scaled), axis=0))
    bias = ops.zeros_like(largest) if bias is None else as_floating(bias)
    if bias.shape != kernel.shape[1:]:
        raise ValueError(f"the bias has shape {bias.shape}, expected {kernel.shape[1:]}")
    return scaled / length, -bias / largest / length, largest / 4 * length
    # END SOLUTION


# %% [markdown]
# ## "What's the deal with linear layers?"
#
# A dense layer without an activation function is often called linear. With a bias the word is *affine*: a linear function keeps
# proportions, so that twice the input gives twice the output, and the bias spoils that.
#
# **By hand.** One unit gives $2x + 1$, and a second one makes $3z - 4$ of its output $z$. Together:
# $3 (2x + 1) - 4 = 6x - 1$. That is *one* unit, with weight 6 and bias −1. With tables in place of numbers:
#
# $$(x W_1 + b_1)\, W_2 + b_2 = x\,(W_1 W_2) + (b_1 W_2 + b_2)$$
#
# Two affine layers are one, and so are three hundred: they *collapse*. However many you stack, boundaries stay straight.
# That is why something that bends has to stand between them; which things do, is told in
# [activations](../activations/README.md).
#
# ## Part 4: `collapse_linear`
#
# Mind the second term: $b_1$ goes through the second kernel, like everything that leaves the first layer.


# %%
def collapse_linear(layers):
    """Make one layer of several that follow each other without an activation function.

    Args:
        layers: Any iterable, of length one or more, that can be walked once: pairs (kernel, bias), the layer
            that is applied first coming first. A kernel has shape (inputs, units), a bias shape (units,), or it
            is None.

    All kernels and biases, arrays, lists or tensors, have one floating dtype (float16, float32 or float64), or
    all hold integers, which count as float32. They are numbers: nobody calls this while a graph is traced, or
    asks for gradients.

    Returns:
        A tuple (kernel, bias) of tensors of that dtype: `x @ kernel + bias` is what all the layers make of x,
        one after the other. The bias is None if, and only if, every layer's bias is None.

    Raises:
        ValueError: There is no layer at all; a kernel has not two axes; it has not as many rows as the kernel
            before it has columns; or a bias is not None and has any other shape than (units,).
    """
    # BEGIN SOLUTION
    kernel = bias = None
    for next_kernel, next_bias in layers:
        next_kernel = as_floating(next_kernel)
        if len(next_kernel.shape) != 2 or (kernel is not None and kernel.shape[1] != len(next_kernel)):
            raise ValueError(f"a kernel of shape {next_kernel.shape} does not fit the layer before it")
        kernel = next_kernel if kernel is None else ops.matmul(kernel, next_kernel)
        if bias is not None:
            bias = ops.matmul(bias, next_kernel)
        if next_bias is not None:
            next_bias = as_floating(next_bias)
            if next_bias.shape != next_kernel.shape[1:]:
                raise ValueError(
                    f"a bias of shape {next_bias.shape} does not fit {next_kernel.shape[1]} units"
                )
            bias = next_bias if bias is None else bias + next_bias
    if kernel is None:
        raise ValueError("there are no layers")
    return kernel, bias
    # END SOLUTION


# %% [markdown]
# Three layers of Keras' own, and the one that does the same:

# %% tags=["demo"]
three = [keras.layers.Dense(units) for units in (32, 16, 3)]
outputs = images
for layer in three:
    outputs = layer(outputs)
with lesson.if_written():
    kernel, bias = collapse_linear(layer.get_weights() for layer in three)
    print("kernel", kernel.shape, "- largest difference", np.abs(images @ kernel + bias - outputs).max())

# %% [markdown]
# ## "What's the deal with fully-connected layers?"
#
# In a *fully connected* or *dense* layer each unit gets every output of the layer before. (It does not connect the
# network's inputs with its outputs: the other layers are between them.) That costs: a layer with $n$ inputs and $m$
# units has $n m$ weights and $m$ biases. These numbers are its *parameters*.
#
# Where earlier layers have turned an image into 512 numbers at each of 7 × 7 places, and a dense layer of 4096 units takes
# all of them, it has 25088 · 4096 + 4096 parameters: 103 million. Lin, Chen and Yan (2013) have no dense layer there: they
# let there be one kind of number for each class and take its mean over all places, *global average pooling*. They find that less
# prone to overfitting, which means learning the examples by heart. With a small dense layer behind the means:

# %% tags=["demo"]
for name, middle in (
    ("flattened", keras.layers.Flatten()),
    ("pooled", keras.layers.GlobalAveragePooling2D()),
):
    end = keras.Sequential([keras.Input((4, 4, 32)), middle, keras.layers.Dense(10)])
    print(f"{name:>9}: the kernel has the shape {end.layers[-1].kernel.shape}")

# %% [markdown]
# ## Part 5: `count_params`
#
# Some numbers of a layer are weights, and yet not *trainable*: whoever *freezes* a layer, with
# `layer.trainable = False`, keeps training from changing them, and [batch normalization](../normalization/README.md)
# keeps averages that are not learned. And a layer may be used twice: its weights are there once. `layer.weights` has all
# weights, `layer.trainable_weights` those that are trained. (`layer.variables` has more: `Dropout` keeps the state of
# its random numbers there.)


# %%
def count_params(*layers):
    """Count the parameters of layers and models.

    Args:
        *layers: Layers and models of Keras, which are built, and may hold others.

    Returns:
        A tuple of two integers of Python, (trainable, non_trainable): how many numbers there are in the weights
        that training changes, and how many in the others, such as the weights of a frozen layer and the moving
        statistics of BatchNormalization. The state of random generators, as Dropout has it, is not a weight.
        A weight that is reached in several ways counts once, whether a layer is given twice, is used twice in
        a model, or is given beside a model that holds it. Without arguments: (0, 0). Nobody gives the same
        weight frozen in one argument and trainable in another.

    Raises:
        ValueError: One that is given is not built (`built` is False), so that its weights are not there yet.
    """
    # BEGIN SOLUTION
    every, trained = {}, {}
    for layer in layers:
        if not layer.built:
            raise ValueError(f"{layer.name} is not built: its weights are not there yet")
        every |= {id(weight): weight for weight in layer.weights}
        trained |= {id(weight): weight for weight in layer.trainable_weights}
    total, trainable = (sum(int(ops.size(w)) for w in found.values()) for found in (every, trained))
    return trainable, total - trainable
    # END SOLUTION


# %% [markdown]
# ## "Why do we use them?"
#
# Because nobody can write down what a three looks like, while examples are easy to get. And because many units with
# a bend can make shapes that one unit cannot.
#
# The smallest example is *XOR*: say 1 if exactly one of two inputs is 1. One straight boundary cannot have (0, 1) and
# (1, 0) on one side and (0, 0) and (1, 1) on the other: (0.5, 0.5) lies half-way between the first two and half-way
# between the others, and would be on both sides. Two relu units and one that adds them up can:

# %% tags=["demo"]
corners, wanted = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), np.array([0, 1, 1, 0])
rng = np.random.default_rng(0)
w, b = rng.normal(size=(2, 100_000)), rng.normal(size=100_000)
right = ((corners @ w + b > 0) == wanted[:, None]).sum(axis=0)
print("100,000 random threshold units, corners that the best gets right:", right.max())

total = corners.sum(axis=1)
print("relu(a + b) - 2 relu(a + b - 1):", np.maximum(total, 0) - 2 * np.maximum(total - 1, 0))

# %% [markdown]
# A relu unit with one input, $\mathrm{relu}(q - t)$, is a *hinge*: flat up to $t$, then it rises with slope 1. Times a number it
# rises or falls as steeply as you like. A sum of hinges is a line with a bend at each $t$, and behind each bend its
# slope has *changed* by that hinge's number. So a line through given points can be built from left to right.
#
# **By hand**, through (0, 1), (2, 5) and (3, 4), and constant outside. The slopes are 0 before the first point, then
# 2, then −1, then 0 again. They change by +2 at 0, by −3 at 2 and by +1 at 3. Start at the height of the first
# point:
#
# $$y = 1 + 2\,\mathrm{relu}(q) - 3\,\mathrm{relu}(q - 2) + 1\,\mathrm{relu}(q - 3)$$
#
# Try $q = 3$: 1 + 6 − 3 + 0 = 4. And $q = 10$: 1 + 20 − 24 + 7 = 4. It is a network: a hidden layer of three relu units,
# and an output layer of one. Here it is for a row of pixels.

# %% tags=["demo", "figure"]
# figure: hinges | The brightness of the 8 pixels in one row of a handwritten digit, as points, and in four panels the sum of the first 1, 2, 4 and 8 hinges. Each sum passes through the points up to the one behind its last hinge, and goes straight on from there, past the points that follow. With all of the hinges the curve passes through every point and is constant outside.
row = images[0].reshape(8, 8)[2].astype(float)
pixels = np.arange(8)
where = np.linspace(-1.5, 8.5, 401)
fig, axes = figures.panels(1, 4, height=2.7)
shown = (1, 2, 4, 8)
for axis, count in zip(axes, shown, strict=True):
    # Drawn without hinges, not to give part 6 away. As far as they reach their sum follows the points; behind the
    # last one it goes straight on.
    curve = np.interp(where, pixels, row)
    if count < 8:
        behind, slope = where > count - 1, row[count] - row[count - 1]
        curve[behind] = row[count - 1] + slope * (where[behind] - (count - 1))
    axis.plot(where, curve, **figures.line(0), label="sum of hinges")
    axis.plot(pixels, row, "o", color=figures.COLOURS[1], label="pixels")
    axis.set(
        title=f"{count} hinge{'s' if count > 1 else ''}",
        xlabel="pixel",
        xticks=range(0, 8, 2),
        ylim=(-0.6, 1.6),
    )
axes[0].set_ylabel("brightness")
axes[2].legend(loc="upper right")
figures.says(len(row), *shown)

# %% [markdown]
# Between two ends, with enough hinges, a broken line comes as near to a smooth curve as you like. Cybenko (1989) proved as much for
# sigmoid units: one hidden layer, and any continuous function of several inputs, on a cube. Such a theorem says that
# there *are* weights. It does not say how many units it takes, nor that learning will find them.
#
# ## Part 6: `through_points`


# %%
def through_points(x, y):
    """Choose the weights of a network with one hidden layer that passes through given points.

    Args:
        x: Where the points lie, shape (N,) with N of 2 or more, strictly increasing.
        y: How high they lie, shape (N,).

    Both, arrays, lists or tensors, have one floating dtype (float32 or float64; float16 is left to you), or
    hold integers, which count as float32. They are numbers: nobody calls this while a graph is traced, or asks
    for gradients.

    Returns:
        A tuple of four tensors of that dtype, (kernel1, bias1, kernel2, bias2), of the shapes (1, h), (h,),
        (h, 1) and (1,), with as many hidden units h as you like. For every q, as a column of shape (Q, 1),

            relu(q @ kernel1 + bias1) @ kernel2 + bias2

        is what `numpy.interp(q, x, y)` is: straight lines from point to point, y[0] to the left of the first,
        y[-1] to the right of the last. The formula is worked out in float64, with what you return, and may
        be off by 0.0001 * (1 + max |y|). The points that are tried are 12 at most, their places from -100 to
        100, each at least 0.25 from the next, the last at most 20 from the first, and their heights from -200
        to 200. No q lies further outside than the last point does from the first.

    Raises:
        ValueError: `x` does not have one axis with two or more entries, is not strictly increasing, or `y` has
            another shape. Points that are not in order are not sorted.
    """
    # BEGIN SOLUTION
    x, y = as_floating(x), as_floating(y)
    if len(x.shape) != 1 or len(x) < 2 or x.shape != y.shape:
        raise ValueError(f"x of shape {x.shape} and y of shape {y.shape} are no points")
    gaps = x[1:] - x[:-1]
    if not ops.all(gaps > 0):
        raise ValueError("x is not strictly increasing")
    slopes = ops.pad((y[1:] - y[:-1]) / gaps, ((1, 1),))  # 0 before the first point, 0 behind the last
    bends = slopes[1:] - slopes[:-1]
    return ops.ones((1, len(x)), dtype=x.dtype), -x, bends[:, None], y[:1]
    # END SOLUTION


# %% [markdown]
# Try your own: change the heights below, and see that the network follows.

# %% tags=["demo"]
heights = np.array([0.0, 3.0, -1.0, 2.0])
with lesson.if_written():
    kernel1, bias1, kernel2, bias2 = through_points(np.array([0.0, 1.0, 2.0, 4.0]), heights)
    q = np.array([[-5.0], [0.0], [0.5], [1.0], [3.0], [4.0], [9.0]])
    answers = ops.relu(q @ kernel1 + bias1) @ kernel2 + bias2
    for place, answer in zip(q[:, 0], np.asarray(answers)[:, 0], strict=True):
        print(f"at {place:4.1f}: {answer:5.2f}")

# %% [markdown] tags=["response"] name="no_biases"
# ## In your own words
#
# A colleague takes every bias out of a network with relu between its layers, "to save memory". "The weights can
# learn the same", says the colleague.
#
# Explain in five to ten sentences what such a network can no longer do, with what a bias does to the boundary of a
# unit and what the weights do to it; what it says when all of its inputs are 0; how much memory was saved, for a
# layer with 512 inputs and 512 units; and name a case in which a bias can really be left out.

# %% [markdown]
# ## To go on with
#
# Nobody grades these three.
#
# 1. *Easy.* By hand: weights 5 and −12, bias 26. Where is the boundary, how far from the origin, and is the unit on at
#    the origin?
# 2. *Harder.* With a threshold in place of relu, and as many units as you like: build a staircase through the points. What
#    is between them now?
# 3. *Open.* Let the perceptron of the beginning learn other pairs of digits. Which are hard, and does it ever stop
#    making mistakes, on those it is shown and on others? Draw its 64 weights as an image of 8 by 8.
#
# This is the first topic. After it: [Activation functions](../activations/README.md), about what bends, and then
# [Outputs and losses](../losses/README.md), about what a network is told of its errors.
#
# ## Where this comes from
#
# - F. Rosenblatt (1958). [*The perceptron: a probabilistic model for information storage and organization in the
#   brain*](https://doi.org/10.1037/h0042519).
#   Psychological Review 65, 386–408.
# - G. Cybenko (1989). [*Approximation by superpositions of a sigmoidal
#   function*](https://doi.org/10.1007/BF02551274). Mathematics of Control, Signals, and Systems 2, 303–314.
# - M. Lin, Q. Chen, S. Yan (2013). [*Network In Network*](https://arxiv.org/abs/1312.4400).
# - Keras: [`Dense`](https://keras.io/api/layers/core_layers/dense/), and its code in
#   [`keras/src/layers/core/dense.py`](https://github.com/keras-team/keras/blob/master/keras/src/layers/core/dense.py).
# - The digits come from scikit-learn's `load_digits`.
