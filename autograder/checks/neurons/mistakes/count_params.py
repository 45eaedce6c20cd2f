"""Mistakes in `count_params`."""

from nnlearn.diagnosis import mistake


def size_of(weights):
    """How many numbers there are."""
    return sum(int(ops.size(weight)) for weight in weights)


def unique(weights):
    """Each weight once."""
    return list({id(weight): weight for weight in weights}.values())


@mistake("count_params")
def counts_shared_weights_twice(*layers):
    """The weights of each argument are added up, so that those of a layer that is given twice, or is in two
    models, count twice. A weight that is the same object is one: id(weight) tells."""
    count_params(*layers)
    trainable = sum(size_of(layer.trainable_weights) for layer in layers)
    return trainable, sum(size_of(layer.weights) for layer in layers) - trainable


@mistake("count_params")
def counts_each_layer_once(*layers):
    """Layers that are given twice count once, but a layer beside a model that holds it counts again. It is
    the weights that may be the same, not the arguments: id(weight) tells."""
    return counts_shared_weights_twice(*unique(layers))


@mistake("count_params")
def counts_the_layers_of_models_only(*layers):
    """Of a model the weights of its layers are counted, and not those that it holds itself. `model.weights`
    has both."""
    count_params(*layers)
    waiting, single = list(layers), []
    while waiting:
        layer = waiting.pop(0)
        if isinstance(layer, keras.Model):
            waiting += layer.layers
        else:
            single.append(layer)
    return count_params(*single)


@mistake("count_params")
def shared_only_where_trained(*layers):
    """Of the weights that are trained, each counts once, and of the others again wherever they are found.
    Both have to be told apart by id(weight)."""
    trainable, _ = count_params(*layers)
    return trainable, sum(size_of(layer.non_trainable_weights) for layer in layers)


@mistake("count_params")
def counts_all_variables(*layers):
    """`layer.variables` has more than weights: Dropout keeps the state of its random numbers there.
    `layer.weights` has the weights alone."""
    trainable, _ = count_params(*layers)
    return trainable, size_of(unique(each for layer in layers for each in layer.variables)) - trainable


@mistake("count_params")
def counts_all_as_trainable(*layers):
    """All weights are counted as trainable. Those of a frozen layer and moving statistics are not: they are
    in layer.weights and not in layer.trainable_weights."""
    return sum(count_params(*layers)), 0


@mistake("count_params")
def counts_trainable_only(*layers):
    """Only the weights that are trained are counted, and the second number is 0. What is in layer.weights and
    not in layer.trainable_weights belongs there."""
    return count_params(*layers)[0], 0


@mistake("count_params")
def gives_the_total(*layers):
    """The second number is that of all weights. It should be that of those which are *not* trained: the
    difference."""
    trainable, frozen = count_params(*layers)
    return trainable, trainable + frozen


@mistake("count_params")
def gives_the_total_first(*layers):
    """The first number is that of all weights. It should be that of those which are trained; the others stand
    beside it."""
    trainable, frozen = count_params(*layers)
    return trainable + frozen, frozen


@mistake("count_params")
def the_wrong_way_round(*layers):
    """The two numbers are swapped. The trainable ones come first."""
    return count_params(*layers)[::-1]


@mistake("count_params")
def asks_the_layer_only(*layers):
    """Whether a weight is trained is asked of the layer as a whole: where `layer.trainable` is true all of
    its weights count as trained, moving statistics too. layer.trainable_weights tells."""
    count_params(*layers)
    found = {id(weight): (weight, layer.trainable) for layer in layers for weight in layer.weights}
    trainable = size_of(weight for weight, is_trained in found.values() if is_trained)
    return trainable, size_of(weight for weight, _ in found.values()) - trainable


@mistake("count_params")
def counts_weights_not_numbers(*layers):
    """The weights are counted, and not the numbers in them: a kernel of shape (3, 5) is 15 parameters.
    Multiply the sizes of its axes."""
    count_params(*layers)
    every = unique(weight for layer in layers for weight in layer.weights)
    trained = unique(weight for layer in layers for weight in layer.trainable_weights)
    return len(trained), len(every) - len(trained)


@mistake("count_params")
def adds_the_axes(*layers):
    """The sizes of the axes are added: a kernel of shape (3, 5) counts as 8. They are multiplied: it has 15
    numbers."""
    return counted_by(layers, lambda weight: sum(weight.shape))


def counted_by(layers, size):
    """The right weights, each counted in another way."""
    count_params(*layers)
    every = unique(weight for layer in layers for weight in layer.weights)
    trained = unique(weight for layer in layers for weight in layer.trainable_weights)
    total, trainable = (sum(size(weight) for weight in found) for found in (every, trained))
    return trainable, total - trainable


@mistake("count_params")
def counts_rows(*layers):
    """len(weight) is the size of its first axis: a kernel of shape (3, 5) counts as 3. Multiply the sizes of
    all axes."""
    return counted_by(layers, lambda weight: weight.shape[0] if len(weight.shape) else 1)


@mistake("count_params")
def multiplies_two_axes(*layers):
    """Only the first two axes of a weight are multiplied. That of a convolution has four: multiply all of
    them."""
    return counted_by(
        layers,
        lambda weight: (
            (weight.shape[0] if len(weight.shape) else 1) * (weight.shape[1] if len(weight.shape) > 1 else 1)
        ),
    )


@mistake("count_params")
def weights_without_axes_count_nothing(*layers):
    """A weight without an axis counts as 0. It is one number: the product of no sizes at all is 1."""
    return counted_by(layers, lambda weight: int(ops.size(weight)) if len(weight.shape) else 0)


@mistake("count_params")
def counts_kernels_only(*layers):
    """Weights with a single axis are left out: biases are parameters, too."""
    return counted_by(layers, lambda weight: int(ops.size(weight)) if len(weight.shape) > 1 else 0)


@mistake("count_params")
def counts_by_the_formula(*layers):
    """Each weight with two axes is counted as n m + m, whether there is a bias or not. Take the weights that
    are there."""
    return counted_by(
        layers,
        lambda weight: int(ops.size(weight)) + weight.shape[-1] if len(weight.shape) == 2 else 0,
    )


@mistake("count_params")
def tells_weights_apart_by_name(*layers):
    """Weights are told apart by their names or paths, and those of two layers with one name are then counted
    once. The same weight is the same object: id(weight)."""
    count_params(*layers)
    every = {weight.path: weight for layer in layers for weight in layer.weights}
    trained = {weight.path: weight for layer in layers for weight in layer.trainable_weights}
    return size_of(trained.values()), size_of(every.values()) - size_of(trained.values())


@mistake("count_params")
def tells_weights_apart_by_shape(*layers):
    """Weights of one shape are taken for the same, and counted once. The same weight is the same object:
    id(weight)."""
    count_params(*layers)
    every = {tuple(weight.shape): weight for layer in layers for weight in layer.weights}
    trained = {tuple(weight.shape): weight for layer in layers for weight in layer.trainable_weights}
    return size_of(trained.values()), size_of(every.values()) - size_of(trained.values())


@mistake("count_params")
def looks_at_the_first_only(*layers):
    """Only the first argument is looked at. Add up the weights of all of them."""
    return count_params(*layers[:1])


@mistake("count_params")
def what_is_not_built_counts_nothing(*layers):
    """A layer that is not built has no weights yet, and counts 0. That looks like an answer and is none:
    raise a ValueError where `layer.built` is False."""
    return count_params(*(layer for layer in layers if layer.built))


@mistake("count_params")
def builds_what_is_not_built(*layers):
    """Layers without weights are refused, not those that are not built: Dropout has none and never will. Ask
    `layer.built`."""
    if not all(layer.weights for layer in layers):
        raise ValueError("there are no weights")
    return count_params(*layers)


@mistake("count_params")
def asserts_that_layers_are_built(*layers):
    """A layer that is not built raises another error than a ValueError, which a caller who expects that one
    does not catch."""
    try:
        return count_params(*layers)
    except ValueError as error:
        raise RuntimeError from error


@mistake("count_params")
def counts_as_tensors(*layers):
    """The two numbers are tensors or arrays. They should be integers of Python: int(...)."""
    return tuple(ops.convert_to_tensor(number, "int32") for number in count_params(*layers))


@mistake("count_params")
def counts_as_floats(*layers):
    """The two numbers are floats. They count something, and should be integers of Python: int(...)."""
    return tuple(float(number) for number in count_params(*layers))


@mistake("count_params")
def needs_a_layer(*layers):
    """Without any layer an error is raised. There is nothing to count then: (0, 0)."""
    if not layers:
        raise IndexError("tuple index out of range")
    return count_params(*layers)
