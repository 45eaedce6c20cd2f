"""Mistakes in `deepen`.

Everything that the reference defines and imports is there under its name.
"""

from nnlearn.diagnosis import mistake


def deepened(model, position, *, inserted=None, kernel=np.eye, copied=None, at=1, **how):
    """A deeper model; the keywords say what is done differently."""
    before = model.layers[position]
    copied = copied or (lambda layer: type(layer).from_config(layer.get_config() | {"name": None}))
    copies = [copied(layer) for layer in model.layers]
    name = f"inserted_{len(model.layers)}"  # no other layer has it
    settings = {"activation": before.activation, "dtype": before.dtype_policy, "name": name} | how
    copies.insert(position + at, inserted or keras.layers.Dense(before.units, **settings))
    deeper = keras.Sequential([keras.Input(model.input_shape[1:], dtype=model.inputs[0].dtype), *copies])
    weights = [layer.get_weights() for layer in model.layers]
    weights.insert(position + at, [kernel(before.units), np.zeros(before.units)])
    for copy, values in zip(copies, weights, strict=True):
        if values[0] is not None:  # a random layer stays as it is
            copy.set_weights(values[: len(copy.weights)])
    return deeper


def refuses(model, position, kinds=("relu", "linear")):
    """The right refusals."""
    if not 0 <= position < len(model.layers) - 1 or model.layers[position].activation.__name__ not in kinds:
        raise ValueError("no layer can be inserted here")


@mistake("deepen")
def inserts_a_random_layer(model, position):
    """The new layer keeps the random kernel it was made with, so the deeper network computes something
    else. To pass on what it gets, it needs the identity matrix as its kernel and zeros as its bias."""
    refuses(model, position)
    return deepened(model, position, kernel=lambda units: None)  # noqa: ARG005


@mistake("deepen")
def inserts_ones(model, position):
    """The kernel of the new layer is all ones, so that each of its units gives the sum of all inputs.
    Each unit should pass on its own: that is the identity matrix, np.eye, with ones on the diagonal
    alone."""
    refuses(model, position)
    return deepened(model, position, kernel=lambda units: np.ones((units, units)))


@mistake("deepen")
def shares_the_layers(model, position):
    """The old layers stand in both models, so both have the same weights: train one, and the other
    changes. Make new layers from the configuration of the old ones, and copy the weights."""
    refuses(model, position)
    return deepened(model, position, copied=lambda layer: layer)


@mistake("deepen")
def copies_no_weights(model, position):
    """The copies are made from the configuration alone, and begin with new random weights. What the
    network has learned is in its weights: take them over with get_weights and set_weights."""
    refuses(model, position)
    layers = [type(layer).from_config(layer.get_config() | {"name": None}) for layer in model.layers]
    before = model.layers[position]
    new = keras.layers.Dense(before.units, before.activation, kernel_initializer="identity")
    layers.insert(position + 1, new)
    return keras.Sequential([keras.Input(model.input_shape[1:]), *layers])


@mistake("deepen")
def allows_every_activation(model, position):
    """A layer is inserted after tanh as well. But tanh of tanh is not tanh: what comes out changes. A
    linear layer there would pass on what it gets, but the task is to refuse: only where the activation
    of its own result changes nothing, as with relu or none, can a layer of the same kind do that."""
    refuses(model, position, kinds=("relu", "linear", "tanh"))
    return deepened(model, position)


@mistake("deepen")
def inserts_linear_layers(model, position):
    """The new layer has no activation, even after relu. The outputs are the same, but two linear maps
    in a row are one: the network got longer, and no more able. After relu the new layer should have
    relu as well."""
    refuses(model, position)
    return deepened(model, position, activation=None)


@mistake("deepen")
def inserts_relu_always(model, position):
    """The new layer has relu, also after a linear one, whose outputs may be below 0: relu cuts those
    off. It should have the activation of the layer before it."""
    refuses(model, position)
    return deepened(model, position, activation="relu")


@mistake("deepen")
def refuses_linear_layers(model, position):
    """A linear layer is refused like tanh. Behind it, a linear layer with the identity matrix changes
    nothing: only activations that change their own result have to be refused."""
    refuses(model, position, kinds=("relu",))
    return deepened(model, position)


@mistake("deepen")
def deepens_behind_the_last(model, position):
    """A layer is inserted behind the last one, too, where there should be a ValueError: positions are 0
    to the number of layers minus 2."""
    if not 0 <= position < len(model.layers):
        raise ValueError("there is no such layer")
    if model.layers[position].activation.__name__ not in ("relu", "linear"):
        raise ValueError("this layer does not pass on what it gets")
    return deepened(model, position)


@mistake("deepen")
def counts_from_the_end(model, position):
    """Positions below 0 count from the end, as those of a list do. They should raise a ValueError: say
    0 <= position, not only position < the number of layers minus 1."""
    refuses(model, position % len(model.layers) if position < 0 else position)
    return deepened(model, position % len(model.layers))


@mistake("deepen")
def counts_from_one(model, position):
    """Layers are counted from 1. Number `position`, counted from 0 as everywhere in Python, is
    model.layers[position], and the new layer stands at position + 1 of the list."""
    refuses(model, position)
    return deepened(model, max(position - 1, 0))


@mistake("deepen")
def forgets_the_configuration(model, position):
    """The copies have units and activation of the old layers, and nothing else of them: regularizers,
    use_bias=False and dtypes are lost. layer.get_config() has all of it; from_config makes a layer of
    that."""
    refuses(model, position)

    def copied(layer):
        return keras.layers.Dense(layer.units, layer.activation)

    layers = [copied(layer) for layer in model.layers]
    before = model.layers[position]
    layers.insert(position + 1, keras.layers.Dense(before.units, before.activation))
    deeper = keras.Sequential([keras.Input(model.input_shape[1:]), *layers])
    weights = [layer.get_weights() for layer in model.layers]
    weights.insert(position + 1, [np.eye(before.units), np.zeros(before.units)])
    for layer, values in zip(layers, weights, strict=True):
        layer.set_weights([*values, np.zeros(layer.units)][:2])
    return deeper


@mistake("deepen")
def forgets_the_dtype(model, position):
    """The new layer has the default dtype policy, float32, in a network of float64: it rounds what it
    should pass on. Give it dtype=before.dtype_policy."""
    refuses(model, position)
    return deepened(model, position, dtype=None)


@mistake("deepen")
def names_it_always_alike(model, position):
    """The new layer always has the same name, so that a network that was deepened once cannot be
    deepened again: names have to differ within a Sequential. Let Keras name it."""
    refuses(model, position)
    before = model.layers[position]
    new = keras.layers.Dense(before.units, before.activation, dtype=before.dtype_policy, name="identity")
    return deepened(
        model, position, inserted=new, copied=lambda layer: type(layer).from_config(layer.get_config())
    )


@mistake("deepen")
def forgets_the_biases(model, position):
    """The kernels are copied and the biases are not: they begin at 0 again. Take all that get_weights
    gives."""
    refuses(model, position)
    deeper = deepened(model, position)
    for layer in deeper.layers:
        if layer.use_bias:
            layer.bias.assign(np.zeros(layer.units))
    return deeper


@mistake("deepen")
def forgets_the_regularizers(model, position):
    """The copies are made from units, activation and the like, one by one, so that what is not listed is
    lost: regularizers, constraints, initializers. get_config has all of it; begin with that."""
    refuses(model, position)

    def copied(layer):
        how = {"use_bias": layer.use_bias, "dtype": layer.dtype_policy, "trainable": layer.trainable}
        return keras.layers.Dense(layer.units, layer.activation, name=layer.name, **how)

    return deepened(model, position, copied=copied)
