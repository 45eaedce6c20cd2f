"""Laws of what Keras configures, saves and traces: layers, metrics, optimizers, schedules, regularizers.

Callbacks are none of these: Keras neither configures nor saves them, nor do they run inside a graph.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from nnlearn.checking import expect
from nnlearn.checking.oracles import tolerance as within
from nnlearn.learner.session import Learner, Remote
from nnlearn.text import shown

Does = Callable[[Any], Any]
POLICIES = ("float16", "mixed_float16", "float64")


def config_holds(made: Remote, **settings: Any) -> dict[str, Any]:
    """`get_config` gives a dictionary that holds the settings, which are plain values.

    Args:
        made: Any object that Keras can configure.
        **settings: What should be in it.

    Returns:
        The configuration.
    """
    config = made.get_config()
    expect.true(
        isinstance(config, dict), "get_config should return a dictionary", f"it returns {shown(config)}"
    )
    for key, value in settings.items():
        expect.true(key in config, f"get_config should hold {key}", "it is not there")
        expect.same(config[key], value, f"get_config should hold {key}={value!r}")
    return dict(config)


def survives_config(
    kind: Remote,
    made: Remote,
    *,
    does: Does | None = None,
    expected: Any = None,
    claim: str = "what is made again from its config should do the same",
    tolerance: Mapping[str, float] | None = None,
    **attributes: Any,
) -> Remote:
    """What is made again from its configuration is as it was.

    Args:
        kind: The learner's class.
        made: An object of it, made with settings that are not the defaults.
        does: What the copy is to do, and gives back: `lambda copy: copy(x)`.
        expected: What that should give, from an oracle.
        claim: What should hold for it.
        tolerance: For `expect.close`.
        **attributes: Plain values that the copy should have: `name="mine"`.

    Returns:
        The copy.
    """
    copy: Remote = kind.from_config(config_holds(made))
    for name, value in attributes.items():
        with expect.about(copy):
            expect.same(getattr(copy, name), value, f"{name} should survive get_config and from_config")
    if does is not None:
        expect.right_and_finite(does(copy), expected, claim, **tolerance or {})
    return copy


def survives_saving(
    learner: Learner,
    model: Remote,
    *kinds: Remote,
    does: Does,
    expected: Any,
    claim: str = "a model should do the same after it was saved and loaded",
    tolerance: Mapping[str, float] | None = None,
) -> Remote:
    """A model that was saved to a file and loaded again does what it did.

    A metric, an optimizer or a schedule is saved with the model that was compiled with it, a regularizer or a
    constraint with the layer that has it.

    Args:
        learner: The learner.
        model: A built model.
        *kinds: Classes of the learner that are in it and are not those of its layers.
        does: What the loaded model is to do, and gives back: `lambda loaded: loaded(x)`.
        expected: What that should give, from an oracle.
        claim: What should hold for it.
        tolerance: For `expect.close`.

    Returns:
        The loaded model.
    """
    loaded: Remote = learner.kit.reloaded(model, *kinds)
    expect.right_and_finite(does(loaded), expected, claim, **tolerance or {})
    return loaded


def infers_shape(
    learner: Learner,
    layer: Remote,
    shape: Sequence[int | None],
    expected: Sequence[int | None] | None = None,
    *,
    dtype: str = "float32",
    **kwargs: Any,
) -> tuple[Remote, Remote]:
    """A layer says what it will return before there is data, whatever the size of the batch.

    Args:
        learner: The learner.
        layer: The layer.
        shape: Of an example; None where that is not known.
        expected: Of what an example becomes; the same when left out.
        dtype: Of the result.
        **kwargs: Keyword arguments of the call.

    Returns:
        The symbolic input and output, to make a model of.
    """
    inputs = learner.keras.Input(tuple(shape))
    outputs = layer(inputs, **kwargs)
    want = tuple(shape if expected is None else expected)
    claim = f"an input of shape {_unknown(shape)} should give an output of shape {_unknown(want)}"
    expect.same(tuple(outputs.shape), (None, *want), claim)
    expect.same(outputs.dtype, dtype, f"a symbolic result should be {dtype}")
    return inputs, outputs


def follows_policy(
    make: Callable[[str], Remote],
    x: np.ndarray[Any, Any],
    *calls: tuple[Callable[[Any], Any], Mapping[str, Any]],
    weights: Sequence[str] = (),
    policies: Sequence[str] = POLICIES,
    **tolerances: Mapping[str, float],
) -> dict[str, Remote]:
    """A layer computes in the dtype of its policy, and its weights have the dtype the policy has for them.

    Args:
        make: Makes the layer from the name of a policy; where it has weights, built and set.
        x: A floating input, which is cast to each policy's compute dtype.
        *calls: For each call the oracle, which gets the input in float64, and keyword arguments.
        weights: The names of its weights.
        policies: The policies to try.
        **tolerances: By compute dtype, `rtol` or `atol` where a check has a reason for another one.

    Returns:
        The layers, by policy, as the calls have left them.
    """
    layers = {}
    for policy in policies:
        computed = policy.removeprefix("mixed_")
        stored = computed if policy == computed else "float32"
        given, layer = x.astype(computed), make(policy)
        for name in weights:
            claim = f"{name} should be {stored} under the policy {policy}"
            expect.dtype(np.asarray(getattr(layer, name)), stored, claim)
        for oracle, kwargs in calls:
            how = "".join(f", with {key}={value}" for key, value in kwargs.items())
            got = layer(given, **kwargs)
            expect.dtype(got, computed, f"the policy {policy} should give {computed}{how}")
            claim = f"the values should be right under the policy {policy}{how}"
            close = within(computed, **tolerances.get(computed, {}))
            expect.right_and_finite(got, oracle(given.astype("float64")), claim, **close)
        layers[policy] = layer
    return layers


def same_when_traced(
    learner: Learner,
    call: Remote,
    *cases: tuple[Sequence[Any], Any],
    state: Sequence[tuple[Callable[[], Any], Any]] = (),
    claim: str = "the result should be the same inside a tf.function",
    tolerance: Mapping[str, float] | None = None,
    **kwargs: Any,
) -> None:
    """Inside a `tf.function` the results are right too, and what is remembered is.

    Args:
        learner: The learner.
        call: The learner's function, layer, schedule or regularizer, or a method: `metric.update_state`,
            `optimizer.apply` (which was built before, and is given the gradients alone: variables that are
            arguments of a compiled function become tensors). It draws no random numbers.
        *cases: The positional arguments of one call each, and what it should return; None where that does
            not matter. The calls are made one after the other by one compiled function: what the first one
            traces, the others repeat, and for batches of another size that size is not known.
        state: What reads what is remembered, after all calls, and what that should be.
        claim: What should hold.
        tolerance: For `expect.close`.
        **kwargs: Keyword arguments of every call.
    """
    if len(cases) == 1:
        results = [learner.kit.traced(call, *cases[0][0], **kwargs)]
    else:
        graph = learner.kit.compiled(call)
        results = [graph(*args, **kwargs) for args, _ in cases]
    wanted = [expected for _, expected in cases]
    for got, expected in zip(results, wanted, strict=True):
        if expected is not None:
            expect.right_and_finite(got, expected, claim, **tolerance or {})
    for read, expected in state:
        expect.right_and_finite(read(), expected, claim, **tolerance or {})


def weight_gradients_are(
    learner: Learner,
    layer: Remote,
    expected: Mapping[str, Any],
    *args: Any,
    upstream: Any = None,
    tolerance: Mapping[str, float] | None = None,
    **kwargs: Any,
) -> None:
    """The trainable weights of a layer get gradients that are finite and right.

    Args:
        learner: The learner.
        layer: A built layer or model that returns one tensor.
        expected: The gradients of `sum(upstream * layer(*args, **kwargs))` by the names of the weights, in
            the order of `trainable_variables`.
        *args: The arguments of the call.
        upstream: What arrives from above, of the shape of the output; ones when left out.
        tolerance: For `expect.close`.
        **kwargs: Keyword arguments of the call.
    """
    found = learner.kit.weight_gradients(layer, *args, upstream=upstream, **kwargs)
    names = ", ".join(expected)
    found = expect.items(found, len(expected), f"there should be a gradient for each of {names}")
    for gradient, (name, want) in zip(found, expected.items(), strict=True):
        claim = f"the gradient of {name} should be right"
        expect.right_and_finite(expect.arrives(gradient, claim), want, claim, **tolerance or {})


def _unknown(shape: Sequence[int | None]) -> str:
    """A shape in words; `?` stands for what is not known."""
    return f"({', '.join('?' if size is None else str(size) for size in ('batch', *shape))})"
