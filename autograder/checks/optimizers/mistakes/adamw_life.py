"""Mistakes in `AdamW`: settings, the rate, and the Adam in it."""

from nnlearn.diagnosis import mistake

from .adamw import Decays


@mistake("AdamW")
class SavesADecayOfNone(AdamW):
    """get_config says weight_decay: None, which is what the base class knows of it. Your setting has
    another name, and belongs into the configuration as weight_decay; else a model that was saved
    comes back without decay, or not at all."""

    def get_config(self):
        return {**super().get_config(), "weight_decay": self.weight_decay}


@mistake("AdamW")
class SavesTheDecayUnderItsAttribute(AdamW):
    """get_config has the decay under the name of an attribute, which is no argument of `__init__`:
    from_config cannot make the optimizer again. The keys are the names of the arguments."""

    def get_config(self):
        config = super().get_config()
        config["decay"] = config.pop("weight_decay")
        return config


@mistake("AdamW")
class SavesNoDecayVectors(AdamW):
    """get_config says nothing of decay_vectors, so that biases decay again once a model has been
    saved and loaded."""

    def get_config(self):
        config = super().get_config()
        del config["decay_vectors"]
        return config


@mistake("AdamW")
class AcceptsANegativeDecay(AdamW):
    """A weight_decay below 0 is taken as it is, and weights grow. Raise a ValueError."""

    def __init__(self, *args, weight_decay=0.004, **kwargs):
        super().__init__(*args, **kwargs)
        self.decay = weight_decay


@mistake("AdamW")
class DecaysAtTheFirstRate(Decays):
    """The decay uses the rate that `__init__` was given, and Adam's step that of now. With a schedule
    the two come apart: use the argument `learning_rate` in both."""

    def __init__(self, learning_rate=0.001, **kwargs):
        super().__init__(learning_rate, **kwargs)
        self._first = learning_rate

    def lost(self, variable, rate):  # noqa: ARG002
        return self._first * self.decay * variable


@mistake("AdamW")
class StepsAtTheFirstRate(AdamW):
    """The step uses the rate that `__init__` was given, whatever a schedule or an assignment says.
    The argument of `update_step` is the rate that holds now."""

    def __init__(self, learning_rate=0.001, **kwargs):
        super().__init__(learning_rate, **kwargs)
        self._first = learning_rate

    def update_step(self, gradient, variable, learning_rate):  # noqa: ARG002
        super().update_step(gradient, variable, self._first)


@mistake("AdamW")
class HandsNothingOn(AdamW):
    """`**kwargs` is taken and dropped: clipnorm and the like have no effect. Hand them on to the base
    class."""

    def __init__(
        self,
        learning_rate=0.001,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-7,
        weight_decay=0.004,
        decay_vectors=True,
        **kwargs,  # noqa: ARG002
    ):
        super().__init__(learning_rate, beta_1, beta_2, epsilon, weight_decay, decay_vectors)


@mistake("AdamW")
class RemembersInAttributes(Decays):
    """m and v are Python attributes. Inside a tf.function, and so in `fit`, they are frozen as they
    were at the trace; and they are not saved. Make optimizer variables in `build`."""

    def build(self, variables):
        keras.optimizers.Optimizer.build(self, variables)
        self._kept = [[0.0, 0.0] for _ in variables]

    def adam(self, gradient, variable, rate):
        kept, t = (
            self._kept[self._get_variable_index(variable)],
            ops.cast(self.iterations + 1, variable.dtype),
        )
        kept[0] = self.beta_1 * kept[0] + (1 - self.beta_1) * gradient
        kept[1] = self.beta_2 * kept[1] + (1 - self.beta_2) * gradient**2
        rate = rate * ops.sqrt(1 - self.beta_2**t) / (1 - self.beta_1**t)
        self.assign_sub(variable, rate * kept[0] / (ops.sqrt(kept[1]) + self.epsilon))


@mistake("AdamW")
class DoesNotCorrectBias(Decays):
    """Neither mean is corrected for having begun at 0, and the first steps are too long. Multiply the
    rate of Adam's step by sqrt(1 - beta_2**t) and divide it by 1 - beta_1**t."""

    def adam(self, gradient, variable, rate):
        mean, square = (part[self._get_variable_index(variable)] for part in (self._means, self._squares))
        self.assign(mean, self.beta_1 * mean + (1 - self.beta_1) * gradient)
        self.assign(square, self.beta_2 * square + (1 - self.beta_2) * gradient**2)
        self.assign_sub(variable, rate * mean / (ops.sqrt(square) + self.epsilon))


@mistake("AdamW")
class DecaysWithoutAGradient(Decays):
    """All variables decay in every step, also those whose gradient is None. A variable without a
    gradient is left where it is; `update_step` is called for the others alone."""

    def apply(self, grads, trainable_variables=None):
        for gradient, variable in zip(grads, trainable_variables or [], strict=False):
            if gradient is None and not self.is_spared(variable):
                variable.assign(variable - self.learning_rate * self.decay * variable)
        return super().apply(grads, trainable_variables)
