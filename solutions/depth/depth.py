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
# # Depth
#
# Ten layers learn the digits. Somebody adds thirty more, and the network gets worse. "It overfits", says somebody else.
# Does it? Look at the *training* loss before you answer.
#
# **You will write** a function that makes a network deeper without changing what it computes, a plain and a residual
# network of any depth, a function that measures the gradient of each layer, a stack of convolutions, and the residual block.
#
# **Do you remember?** Two questions from [initialization](../initialization/README.md) and
# [normalization](../normalization/README.md), to warm up:
#
# 1. With relu, He's initialization draws kernels of variance 2 / inputs. What does that keep the same from layer to layer?
# 2. Why is a bias useless right before batch normalization?

# %%
import keras
import numpy as np
import tensorflow as tf
from keras import ops

# %% tags=["demo"]
from nnlearn import data, figures, lesson

images, labels = data.digits(seed=0)  # 1,797 digits of 64 pixels

# %% [markdown]
# ## Before you read on, guess
#
# Replace each `None` below with your answer *before* you run or read anything else.
# Your first guess is kept, then answered, and you may think again: a wrong one teaches a lot.

# %%
PREDICTIONS = ...

# %% [markdown]
# ## "What happens when we use multiple hidden layers?"
#
# Each layer works on what the layer before has made, so a deep network can build large features of small ones. That costs weights,
# memory and time. And it *can* do at least what a shallower one does.
#
# Why at least? Take a trained network and insert a layer that passes on what it gets. The deeper network then computes the same. This is
# the *identity construction* (He et al. 2015): somewhere among the weights of the deeper network there is a point as good as the shallow
# network. Chen et al. (2016) use it to go on with a network that was trained before.
#
# ### Once by hand
#
# A layer with relu says (3, 0). Behind it comes a layer with the identity matrix as its kernel, zeros as its bias, and relu:
#
# 1. (3, 0) times the identity matrix is (3, 0), plus zeros is (3, 0).
# 2. relu of that is (3, 0): nothing is below 0 any more. So relu(relu(z)) = relu(z), and nothing has changed.
#
# With tanh such a layer changes the answers: tanh(1) = 0.762, and tanh(0.762) = 0.642. A layer without activation is simplest: the identity alone does it. But two
# such layers [collapse into one](../neurons/README.md); the network has become longer, and no more able.
#
# ## Part 1: `deepen`
#
# Two things to watch. The new model needs layers *of its own*: whoever puts the old layers into a second model has two models that share
# weights, and training one changes the other. And a layer that is random at first changes the answers.


# %%
def deepen(model, position):
    """Make a deeper network that computes the same: a layer is inserted that passes on what it gets.

    Args:
        model: A built `keras.Sequential` of two or more `keras.layers.Dense`, and nothing else. They may have any names,
            which need not be kept. It is left as it was.
        position: The number of a Dense layer, counted from 0; not the last one.

    Returns:
        A new built `keras.Sequential` of Dense layers, one more than `model` has. Right after number `position` there is
        a new Dense with the units, the activation and the dtype policy of number `position`, with or without a bias,
        such that the outputs are those of `model` to within 1e-6, for any finite input. What else it has, regularizers
        say, is up to you. The others are new layers, each with
        the configuration of the old one (activation, bias or none, regularizers, dtype policy, trainable or not) and a
        copy of its weights: what happens to one model's weights does not touch the other's. What is returned can be
        deepened again, also at the same position.

    Raises:
        ValueError: `position` is not one of 0 to the number of Dense layers minus 2, or the activation of that layer is
            neither "relu" nor linear (None).
    """
    # BEGIN SOLUTION
    if not 0 <= position < len(model.layers) - 1:
        raise ValueError(f"the position is one of 0 to {len(model.layers) - 2}, not {position}")
    before = model.layers[position]
    if before.activation not in (keras.activations.relu, keras.activations.linear):
        raise ValueError(f"{before.activation.__name__} of itself is another function")
    layers, weights = [], []
    for number, layer in enumerate(model.layers):
        layers.append(layer.from_config(layer.get_config() | {"name": None}))  # Keras finds another name
        weights += layer.get_weights()
        if number == position:
            layers.append(keras.layers.Dense(layer.units, layer.activation, dtype=layer.dtype_policy))
            weights += [np.eye(layer.units), np.zeros(layer.units)]
    deeper = keras.Sequential([keras.Input(model.input_shape[1:]), *layers])
    deeper.set_weights(weights)
    return deeper
    # END SOLUTION


# %% tags=["demo"]
with lesson.if_written():
    keras.utils.set_random_seed(0)
    shallow = keras.Sequential([keras.Input((64,)), keras.layers.Dense(16, "relu"), keras.layers.Dense(10)])
    deeper = deepen(deepen(shallow, 0), 0)
    gap = ops.max(ops.abs(deeper(images) - shallow(images)))
    print(f"{len(shallow.layers)} and {len(deeper.layers)} layers, outputs at most {float(gap):.1e} apart")

# %% [markdown]
# ## What training finds
#
# The deeper network *can* copy the shallow one. Does training from random weights find it, or better? In the figure it does not.

# %% tags=["demo", "figure"]
# figure: degradation | Training loss over ten epochs of networks of depth 2, 10 and 40, 3 seeds each. Plain networks end at about 0.22, about 0.30 and about 2.03 on average: the deepest learns almost nothing. Residual ones end at about 0.18, about 0.077 and below 0.5. On the right, the norm of the gradient of each layer at the start, at depth 40: at layer 20 it is about 0.045 in the plain networks and about 0.68 in the residual ones.
SEEDS, UNITS, RATE, EPOCHS = 3, 32, 0.03, 10


def kernels_of(depth, residual):
    """He's kernels of three networks at once; those of residual blocks have their variance divided by the depth."""
    draw = np.random.default_rng(0)
    shares = [1, *[1 / depth if residual else 1] * depth, 1]
    shapes = [(64, UNITS), *[(UNITS, UNITS)] * depth, (UNITS, 10)]
    kernels = []
    for (before, after), share in zip(shapes, shares, strict=True):
        values = draw.normal(size=(SEEDS, before, after)) * np.sqrt(2 / before * share)
        kernels.append(tf.Variable(values.astype("float32")))
    return kernels


def losses_of(kernels, residual, x, y):
    """The mean cross-entropy of each of the three."""
    stem, *blocks, head = kernels
    h = x @ stem
    for kernel in blocks:
        b = tf.nn.relu(h) @ kernel
        h = h + b if residual else b
    logits = tf.nn.relu(h) @ head
    y = tf.broadcast_to(y, logits.shape[:-1])
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, logits), axis=-1)


def slopes_of(kernels, residual, x, y):
    with tf.GradientTape() as tape:
        losses = losses_of(kernels, residual, x, y)
    return losses, tape.gradient(losses, kernels)


def trained(kernels, residual):
    """Descend with one rate, shuffled afresh in each epoch; the mean training loss of each epoch and network."""

    @tf.function
    def step(x, y):
        losses, slopes = slopes_of(kernels, residual, x, y)
        for kernel, slope in zip(kernels, slopes, strict=True):
            kernel.assign_sub(RATE * slope)
        return losses

    draw, curves = np.random.default_rng(1), []
    for _ in range(EPOCHS):
        batches = draw.permutation(len(images))[:1792].reshape(-1, 32)
        curves.append(np.mean([step(images[batch], labels[batch]) for batch in batches], axis=0))
    return np.array(curves)


fig, axes = figures.panels(1, 3, width=10.0, height=3.6)
last, lengths = {}, {}
for panel, residual in enumerate((False, True)):
    for number, depth in enumerate((2, 10, 40)):
        kernels = kernels_of(depth, residual)
        _, slopes = slopes_of(kernels, residual, images, labels)
        lengths[depth, residual] = np.array([np.linalg.norm(slope, axis=(1, 2)) for slope in slopes])
        curves = trained(kernels, residual)
        last[depth, residual] = curves[-1]
        for seed in range(SEEDS):
            label = "_nolegend_" if seed else f"depth {depth}"
            axes[panel].plot(range(1, EPOCHS + 1), curves[:, seed], label=label, **figures.line(number))
    title = "residual" if residual else "plain"
    axes[panel].set(title=title, xlabel="epoch", ylabel="training loss", ylim=(0, 2.4))
    lines = lengths[40, residual]
    for seed in range(SEEDS):
        label = "_nolegend_" if seed else title
        axes[2].plot(range(len(lines)), lines[:, seed], label=label, **figures.line(3 + panel))
axes[0].legend(loc="center right", bbox_to_anchor=(1.0, 0.6))
axes[1].legend()
axes[2].set(title="at the start, depth 40", xlabel="layer", ylabel="norm of the gradient", yscale="log")
axes[2].legend()
means = {key: value.mean() for key, value in last.items()}
assert last[40, False].min() > last[10, False].max() > last[2, False].min()
assert last[40, True].max() < 0.5
assert max(last[10, True]) < min(last[2, True])
figures.says(
    2,
    10,
    40,
    3,
    means[2, False],
    means[10, False],
    means[40, False],
    means[2, True],
    means[10, True],
    0.5,
    40,
    20,
    lengths[40, False][20].mean(),
    lengths[40, True][20].mean(),
)

# %% [markdown]
# Plain networks: deeper is worse, and the one of depth 40 hardly learns. Residual ones: depth 10 is better than depth 2, and
# depth 40 trains as well as depth 10, no better. Data, width, rate and batches are the same. What differs is one addition in each block, and that its kernels are
# scaled for it.
#
# This is *degradation* (He et al. 2015): a deeper plain network has a higher *training* error. It cannot be overfitting, which is a low
# training error and a [high test error](../regularization/README.md). And it is no lack of what the network could express: the copy
# exists. It is *optimization*: from where training starts, descent does not get there. Vanishing gradients need not be the reason. He et
# al. had batch normalization, and found healthy gradients. Our networks have no batch normalization, and the plain ones begin with gradients that are some
# fifteen times smaller, at layer 20, in these three draws: our figure shows both difficulties at once.
#
# ## The shortcut
#
# If it is hard to learn to pass on, let it be passed on: a *residual* block adds what it computes to its input,
#
# $$y = x + f(x)$$
#
# The *shortcut* is the path of x around f. To pass on, f only has to be 0. And the gradient has a way
# through: for numbers, dy/dx = 1 + f′(x); for vectors the 1 is the identity matrix. A product of 40 factors such as 0.8 is 0.0001; of 40 such
# as 1 + 0.01, where f′ is small, it is 1.5.
#
# How large should f be at first? By hand, with variances: with He's kernels f(x) has the mean square of x, on average over draws. The
# kernel is drawn with mean 0 and independently of x, so variances add, and x + f(x) has twice that of x. After 40 blocks that is $2^{40}$, about $10^{12}$. If the variance of f is divided by the depth, here 40, each block
# makes 1 + 1/40 of it, and all forty $(1 + 1/40)^{40} = 2.7$. To divide the *standard deviation* by the depth would be another thing: it
# divides the variance by 1,600, and the blocks hardly count at first.
#
# With batch normalization in the branches, this happens by itself: De & Smith (2020) show that at the start it makes the branch smaller
# than the shortcut, by a factor of the order of the root of the depth.
#
# ## Part 2: `build_mlp`
#
# The networks of the figure, in Keras. A trap waits in the seed: one number, given to the initializer of every layer, gives each layer the
# *same* kernel. And an initializer without a seed follows the global one, so that the weights depend on what was drawn before.


# %%
def build_mlp(inputs, outputs, units, depth, residual=False, normalize=False, seed=0):
    """Build a network of dense layers of any depth, plain or residual, with or without batch normalization.

    From the input x of shape (N, inputs), it computes

    - h = Dense(units)(x), the stem;
    - `depth` times: b = Dense(units)(relu(h)), and then h = b, or h = h + b if `residual`;
    - the output Dense(outputs)(relu(h)), without activation.

    With `normalize`, each relu(h) is relu(BatchNormalization()(h)), with Keras' defaults, and no Dense but the last has
    a bias. Without it, each Dense has one.

    Kernels are drawn as `keras.initializers.HeNormal` does, from a truncated normal distribution with the variance
    2 / fan_in. If `residual`, those of the `depth` blocks have the variance 2 / (fan_in * depth). Biases are 0. No two
    kernels are alike, up to scale or otherwise.

    Args:
        inputs: How many features an example has.
        outputs: How many numbers come out.
        units: The width of the stem and of each block.
        depth: How many blocks, at least 1.
        residual: Whether blocks have a shortcut.
        normalize: Whether each relu comes after batch normalization.
        seed: An integer of at least 0. The same seed gives the same weights, another seed others. Global seeds, such as
            that of `keras.utils.set_random_seed`, have no influence.

    Returns:
        A built `keras.Model`, float32. `model.get_weights()` lists weights in the order in which they are used: kernel
        and, if there is one, bias of a Dense; gamma, beta, moving mean and moving variance of a BatchNormalization.
    """
    # BEGIN SOLUTION
    seeds = iter(np.random.SeedSequence(seed).generate_state(depth + 2))

    def dense(h, units, scale=2.0, use_bias=not normalize):
        initializer = keras.initializers.VarianceScaling(scale, "fan_in", seed=int(next(seeds)))
        return keras.layers.Dense(units, use_bias=use_bias, kernel_initializer=initializer)(h)

    def relu(h):
        return ops.relu(keras.layers.BatchNormalization()(h) if normalize else h)

    x = keras.Input((inputs,))
    h = dense(x, units)
    for _ in range(depth):
        b = dense(relu(h), units, 2.0 / depth if residual else 2.0)
        h = h + b if residual else b
    return keras.Model(x, dense(relu(h), outputs, use_bias=True))
    # END SOLUTION


# %% tags=["demo"]
with lesson.if_written():
    for depth in (2, 10, 40):
        spread = [
            float(ops.std(build_mlp(64, 10, 32, depth, residual)(images))) for residual in (False, True)
        ]
        print(f"depth {depth}: outputs spread by {spread[0]:.2f}, with shortcuts by {spread[1]:.2f}")

# %% [markdown]
# ## Part 3: `gradient_norms`
#
# To see *where* a network does not learn, look at the length of the gradient of each kernel: its L2 norm, the root of the sum of squares. Four
# pitfalls:
#
# - The loss that is trained is the mean loss *plus* `model.losses`, with `training=True`, as in
#   [the training loop](../training_loop/README.md).
# - A forward pass in training mode moves the moving statistics of batch normalization. To measure should change nothing: put them back.
# - A weight that the loss does not depend on has None as its gradient. Its length is 0.
# - Squares are quickly too large or too small for float32: $10^{-25}$ squared is 0 there, and not in float64.


# %%
def gradient_norms(model, loss_fn, x, y):
    """Measure how long the gradient of each kernel is.

    The loss is the mean of `loss_fn(y, model(x, training=True))`, plus all of `model.losses`.

    Args:
        model: A built Keras model, of any layers.
        loss_fn: A Keras loss, function or object; what it returns may have any shape.
        x: Inputs, an array.
        y: Targets, an array.

    Returns:
        A list of floats, the L2 norms of the gradients by those of `model.trainable_variables` that have two or more axes
        (kernels, tables of an Embedding), in their order; 0.0 where the loss does not depend on the weight. The norms are
        worked out in float64 from the gradients, so that a gradient of 1e-25 or of 1e25 has the right norm. A gradient that comes as
        `tf.IndexedSlices` counts as the tensor it stands for.

        Afterwards `model.get_weights()`, moving statistics among them, gives what it gave before, to the bit. Random
        generators of the model may have moved on.
    """
    # BEGIN SOLUTION
    before = model.get_weights()
    with tf.GradientTape() as tape:
        loss = ops.mean(loss_fn(y, model(x, training=True))) + sum(model.losses)
    kernels = [weight for weight in model.trainable_variables if len(weight.shape) >= 2]
    gradients = tape.gradient(loss, kernels)
    model.set_weights(before)
    norms = []
    for gradient in gradients:
        values = 0.0 if gradient is None else np.asarray(tf.convert_to_tensor(gradient), "float64")
        norms.append(float(np.sqrt(np.sum(np.square(values)))))
    return norms
    # END SOLUTION


# %% tags=["demo"]
with lesson.if_written():
    crossentropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    for residual, normalize in ((False, False), (True, False), (False, True), (True, True)):
        model = build_mlp(64, 10, 32, 40, residual, normalize)
        norms = gradient_norms(model, crossentropy, images[:256], labels[:256])
        print(
            f"residual {residual!s:5}, normalize {normalize!s:5}: stem {norms[0]:9.2e}, last {norms[-1]:9.2e}"
        )

# %% [markdown]
# In most draws little arrives in the plain network, at any layer; how much hangs on the draw, so your numbers may be others, and now and then
# large ones. Normalization alone does not help: the gradient of the stem is hundreds of times as large as that of the last layer. With shortcuts, all layers get gradients of one size, with normalization and without.
#
# ## "There seems to be a certain combination of layers most frequently used: why is that?"
#
# In networks for images it is convolution, batch normalization, relu. Each has its reason. The [convolution](../convolution/README.md)
# is the linear map, with few weights. [Normalization](../normalization/README.md) keeps its outputs at a scale at which training
# works. The [activation](../activations/README.md) keeps two linear maps from collapsing into one.
#
# The *order* is a convention. Ioffe & Szegedy put normalization between the linear map and the activation. He et al. (2016) found it
# better, in networks of hundreds of layers, to put both *before* the convolution: *pre-activation*. We measure four orders on a small network:

# %% tags=["demo", "figure"]
# figure: orders | Training loss of 4 blocks of 8 convolution filters each, in four orders, over 5 epochs with a learning rate of 0.1, 3 seeds each. Without normalization the loss stays at 2.30. On average, conv-bn-relu ends at 1.53, bn-relu-conv at 1.11, and conv-relu-bn lowest, at 0.87.
pictures = images.reshape(-1, 8, 8, 1)
steps = {"conv": lambda: keras.layers.Conv2D(8, 3, padding="same"), "relu": keras.layers.ReLU}
steps["bn"] = keras.layers.BatchNormalization
orders = ("conv-relu", "conv-bn-relu", "bn-relu-conv", "conv-relu-bn")
fig, axis = figures.panels(1, 1, width=8.0, height=3.6)
ends = []
for number, order in enumerate(orders):
    for seed in range(3):
        keras.utils.set_random_seed(seed)
        body = [steps[word]() for _ in range(4) for word in order.split("-")]
        head = [keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(10)]
        network = keras.Sequential([keras.Input((8, 8, 1)), *body, *head])
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        network.compile(keras.optimizers.SGD(0.1), loss, jit_compile=False)
        batches = data.shuffled(pictures, labels, batch_size=64, seed=seed)
        curve = network.fit(batches, epochs=5, verbose=0).history["loss"]
        label = "_nolegend_" if seed else order
        axis.plot(range(1, 6), curve, marker="o", markersize=3, label=label, **figures.line(number))
        ends.append(curve[-1])
ends = np.reshape(ends, (4, 3))
axis.set(xlabel="epoch", ylabel="training loss", ylim=(0, None), xticks=range(1, 6))
axis.legend(loc="lower left")
assert ends[3].max() < ends[2].min()
assert ends[2].max() < ends[1].min()
figures.says(4, 8, 5, 0.1, 3, *ends.mean(axis=1))

# %% [markdown]
# Without normalization these networks do not learn at this rate; with it they do, wherever it stands. And the usual order,
# conv-bn-relu, is not the best one *here*. Another depth, head or rate may turn that round: it is a habit, no law. (A loss of 2.30
# is log 10, guessing. And after five epochs the four differ in more than their order: in what the last layer gets, too.)
#
# One rule follows from the order. Normalization subtracts the mean, so a bias *right before* it is subtracted again: leave it
# out. By hand, for "bn-relu-conv" twice: bn, relu, conv, bn, relu, conv. The first convolution has normalization right behind it, across
# the border of the two repeats: no bias. The last one has nothing behind it: it needs one. In "conv-relu-bn" every
# convolution is followed by relu. Its bias decides where relu bends, and nothing takes that back: it stays, although a bn is near.
#
# ## Part 4: `conv_stack`


# %%
def conv_stack(pattern, filters, kernel_size=3):
    """List the layers of a stack of convolutions, in which one pattern is repeated.

    Args:
        pattern: Words with "-" between them, in the order of the layers: "conv", "bn" and "relu". "conv" stands there
            exactly once, each of the others as often as you like, or not at all.
        filters: A list of integers: the pattern is repeated once for each, with so many filters in its convolution.
        kernel_size: Of each convolution, an integer.

    Returns:
        A list of new Keras layers, none used twice: for "conv" `keras.layers.Conv2D` with padding "same" and strides of
        1; for "bn" `keras.layers.BatchNormalization`; for "relu" `keras.layers.Activation("relu")`; all else as Keras
        has it. A convolution has no bias if the layer right after it in the whole list, which may be the first
        of the next repeat, is a BatchNormalization; otherwise it has one. An empty list of filters gives an empty list.

    Raises:
        ValueError: `pattern` has another word, or not exactly one "conv"; whatever `filters` are.
    """
    # BEGIN SOLUTION
    words = pattern.split("-")
    if not {*words} <= {"conv", "bn", "relu"} or words.count("conv") != 1:
        raise ValueError(f"a pattern has conv once, bn and relu, and not {pattern!r}")
    repeated = words * len(filters)
    counts = iter(filters)
    layers = []
    for place, word in enumerate(repeated):
        if word == "bn":
            layers.append(keras.layers.BatchNormalization())
        elif word == "relu":
            layers.append(keras.layers.Activation("relu"))
        else:
            use_bias = repeated[place + 1 : place + 2] != ["bn"]
            layers.append(keras.layers.Conv2D(next(counts), kernel_size, padding="same", use_bias=use_bias))
    return layers
    # END SOLUTION


# %% tags=["demo"]
with lesson.if_written():
    for pattern in ("conv-bn-relu", "bn-relu-conv", "conv-relu-bn"):
        stack = keras.Sequential([keras.Input((8, 8, 1)), *conv_stack(pattern, [4, 8])])
        biases = [layer.use_bias for layer in stack.layers if isinstance(layer, keras.layers.Conv2D)]
        print(f"{pattern}: {stack.count_params()} parameters, biases {biases}")

# %% [markdown]
# ## Part 5: `ResidualBlock`
#
# Now both together, the block that ResNets are made of. Two forms:
#
# | | branch | then |
# |---|---|---|
# | post-activation (2015) | conv1, norm1, relu, conv2, norm2 | relu(shortcut + branch) |
# | pre-activation (2016) | norm1, relu, conv1, norm2, relu, conv2 | shortcut + branch, and no relu |
#
# In the first, a relu comes *after the sum*; the branch does not *end* in one, or it could only ever add. In the second, nothing
# stands on the path of x.
#
# If the shape changes, x cannot be added as it is. A *projection*, a convolution of 1 × 1, changes the channels, with the same stride as conv1.
# Post-activation projects x and normalizes the result. Pre-activation projects a = relu(norm1(x)), which is normalized already. Where the
# shape stays, there is no projection: the shortcut is x, not a.
#
# **The start.** With `zero_init` the branch begins at 0, so that a new block is relu(x), or x: the identity construction, as the starting
# point. Post-activation sets the gamma of norm2 to 0 (Goyal et al. 2017). Pre-activation has no normalization at its end, and sets the *last*
# kernel, conv2, to 0. Only that: if both kernels were 0, each would get a gradient of 0 because of the other, for ever. With one,
# the first step changes it, the second step the rest.


# %%
class ResidualBlock(keras.layers.Layer):
    """Two convolutions with batch normalization and a shortcut around them, for images with channels last.

    With `pre_activation=False`, for an input x:

    - y = relu(shortcut + norm2(conv2(relu(norm1(conv1(x))))))
    - The shortcut is x; if `stride` is above 1 or x has not got `filters` channels, it is projection_norm(projection(x)).

    With `pre_activation=True`, for a = relu(norm1(x)):

    - y = shortcut + conv2(relu(norm2(conv1(a))))
    - The shortcut is x; if `stride` is above 1 or x has not got `filters` channels, it is projection(a).

    The sublayers are Keras' own, with the dtype policy of the block, and after the first call they are its attributes:
    `conv1`, `conv2` and `projection` are `keras.layers.Conv2D` with `filters` filters, padding "same" and no bias;
    `norm1`, `norm2` and `projection_norm` are `keras.layers.BatchNormalization` with Keras' defaults. `conv1` has the
    stride, `projection` has it too, and a kernel size of 1. `projection` and `projection_norm` are None where they are
    not used. There are no other weights. Batch normalization follows the `training` of the call, or of the model that
    the block is in.

    The block can be saved and loaded in a model, made again from `get_config()`, and used in `fit` and in a
    `tf.function`. Whether the sublayers are made in `__init__` or in `build` is up to you.

    Args:
        filters: How many channels come out.
        kernel_size: Of conv1 and conv2, an integer.
        stride: Of conv1 and of the projection, an integer.
        pre_activation: Which of the two forms it has.
        zero_init: Whether the branch begins at 0, so that a block without projection gives relu(x), or x with
            `pre_activation`: the gamma of norm2 begins at 0 (the kernel of conv2 with `pre_activation`), and nothing
            else is different. If False, all gammas begin at 1 and no kernel at 0.
        **kwargs: For the base class: `name`, `dtype`, and so on. Other initializers of kernels are up to you.
    """

    def __init__(self, filters, kernel_size=3, stride=1, pre_activation=False, zero_init=True, **kwargs):
        # BEGIN SOLUTION
        super().__init__(**kwargs)
        self.filters = filters
        self.kernel_size = kernel_size
        self.stride = stride
        self.pre_activation = pre_activation
        self.zero_init = zero_init
        # END SOLUTION

    def build(self, input_shape):
        # BEGIN SOLUTION
        def convolution(kernel_size, strides=1, **kwargs):
            common = {"padding": "same", "use_bias": False, "dtype": self.dtype_policy}
            return keras.layers.Conv2D(self.filters, kernel_size, strides, **common, **kwargs)

        def normalization(**kwargs):
            return keras.layers.BatchNormalization(dtype=self.dtype_policy, **kwargs)

        of_kernel, of_gamma = {}, {}
        if self.zero_init:
            if self.pre_activation:
                of_kernel = {"kernel_initializer": "zeros"}
            else:
                of_gamma = {"gamma_initializer": "zeros"}
        self.conv1 = convolution(self.kernel_size, self.stride)
        self.norm1 = normalization()
        self.conv2 = convolution(self.kernel_size, **of_kernel)
        self.norm2 = normalization(**of_gamma)
        self.projection = self.projection_norm = None
        if self.stride > 1 or input_shape[-1] != self.filters:
            self.projection = convolution(1, self.stride)
            if not self.pre_activation:
                self.projection_norm = normalization()
        # END SOLUTION

    def call(self, x, training=None):
        # BEGIN SOLUTION
        if self.pre_activation:
            a = ops.relu(self.norm1(x, training=training))
            branch = self.conv2(ops.relu(self.norm2(self.conv1(a), training=training)))
            return branch + (x if self.projection is None else self.projection(a))
        branch = ops.relu(self.norm1(self.conv1(x), training=training))
        branch = self.norm2(self.conv2(branch), training=training)
        if self.projection is not None:
            x = self.projection_norm(self.projection(x), training=training)
        return ops.relu(branch + x)
        # END SOLUTION

    def get_config(self):
        # BEGIN SOLUTION
        names = ("filters", "kernel_size", "stride", "pre_activation", "zero_init")
        return super().get_config() | {name: getattr(self, name) for name in names}
        # END SOLUTION


# %% tags=["demo"]
with lesson.if_written():
    pictures = ops.reshape(images[:64], (-1, 8, 8, 1))
    for pre_activation in (False, True):
        network = keras.Sequential(
            [keras.Input((8, 8, 1)), keras.layers.Conv2D(8, 3, padding="same")]
            + [ResidualBlock(8, pre_activation=pre_activation) for _ in range(10)]
        )
        stem = network.layers[0](pictures)
        alike = np.allclose(network(pictures), stem if pre_activation else ops.relu(stem))
        print(f"pre_activation {pre_activation}: ten new blocks pass on what the stem says: {alike}")

# %% [markdown]
# How many of the six trainable weights of such a new block, post-activation, get a gradient? Its branch ends in gamma · n + beta, with
# gamma = 0. What goes back through that product is multiplied by 0, so neither kernel gets a gradient, and nothing of norm1. Gamma itself
# gets one, as n is not 0, and so does beta. That makes two. After one step gamma is not 0 any more, and everything learns.
#
# Does a shortcut make depth free? No. A deeper network costs time in every step, and an error that is due to too few data does not
# become smaller by layers. The shortcut makes it possible to train a deep network; it does not make a deep one necessary.

# %% [markdown] tags=["response"] name="fifty_six_layers"
# ## In your own words
#
# A colleague has trained a plain network of 20 layers and one of 56 on the same pictures. The test error of the second is higher. "56 layers
# are too many parameters, they overfit", she says, and wants to add dropout.
#
# In five to ten sentences: what would you look at first, which result would speak against her, what can the deeper network
# represent for certain, and what would you try instead of dropout?

# %% [markdown]
# ## To go on with
#
# Nobody grades these three.
#
# 1. *Easy.* By hand: a residual network of depth 10 has kernels of full He variance in its branches. By what factor does the variance grow from
#    stem to end? And with the variance divided by 10?
# 2. *Harder.* Train a network of two layers on the digits, `deepen` it to six, and train on. Compare with six layers from random weights,
#    over three seeds: the training loss after as many steps in total.
# 3. *Open.* In `build_mlp`, take the plain network of depth 40 with `normalize=True`. Does it degrade? How much of what the
#    shortcut does can normalization do, and what is left?
#
# Before this topic: [normalization](../normalization/README.md) and [convolution](../convolution/README.md), which a block is made of, and
# [dropout](../dropout/README.md), where whole residual blocks are dropped. After it: [metrics](../metrics/README.md), to say how good a
# deep network is, and [deployment](../deployment/README.md), where each layer costs time.
#
# ## Where this comes from
#
# - K. He, X. Zhang, S. Ren, J. Sun (2015). [*Deep Residual Learning for Image Recognition*](https://arxiv.org/abs/1512.03385): degradation
#   (fig. 1), the identity construction, the post-activation block and its projection.
# - K. He, X. Zhang, S. Ren, J. Sun (2016). [*Identity Mappings in Deep Residual Networks*](https://arxiv.org/abs/1603.05027): pre-activation.
# - T. Chen, I. Goodfellow, J. Shlens (2016). [*Net2Net: Accelerating Learning via Knowledge Transfer*](https://arxiv.org/abs/1511.05641):
#   deeper networks that compute the same.
# - S. De, S. Smith (2020). [*Batch Normalization Biases Residual Blocks Towards the Identity Function in Deep
#   Networks*](https://arxiv.org/abs/2002.10444): why the branch should be small at first.
# - P. Goyal et al. (2017). [*Accurate, Large Minibatch SGD*](https://arxiv.org/abs/1706.02677): a gamma of 0 at the end of each block.
# - S. Ioffe, C. Szegedy (2015). [*Batch Normalization*](https://arxiv.org/abs/1502.03167): its place before the activation, and
#   the bias that it makes useless.
