"""Mistakes in `AdamW`: how a weight decays, which does, and what the configuration says."""

from nnlearn.diagnosis import mistake


class Decays(AdamW):
    """The right one in steps, for mistakes that change one of them."""

    def is_spared(self, variable):
        return not self.decay_vectors and len(variable.shape) < 2

    def lost(self, variable, rate):
        return rate * self.decay * variable

    def adam(self, gradient, variable, rate):
        place, t = self._get_variable_index(variable), ops.cast(self.iterations + 1, variable.dtype)
        mean, square = self._means[place], self._squares[place]
        self.assign(mean, self.beta_1 * mean + (1 - self.beta_1) * gradient)
        self.assign(square, self.beta_2 * square + (1 - self.beta_2) * gradient**2)
        rate = rate * ops.sqrt(1 - self.beta_2**t) / (1 - self.beta_1**t)
        self.assign_sub(variable, rate * mean / (ops.sqrt(square) + self.epsilon))

    def update_step(self, gradient, variable, learning_rate):
        rate = ops.cast(learning_rate, variable.dtype)
        if not self.is_spared(variable):
            self.assign_sub(variable, self.lost(variable, rate))
        self.adam(gradient, variable, rate)


@mistake("AdamW")
class AddsTheDecayToTheGradient(Decays):
    """The decay is added to the gradient, so that m and v see it and it is divided by the root of v
    like everything else. That is Adam with an L2 penalty. Subtract the decay from the weight, beside
    Adam's step."""

    def update_step(self, gradient, variable, learning_rate):
        if not self.is_spared(variable):
            gradient = gradient + self.decay * variable
        self.adam(gradient, variable, ops.cast(learning_rate, variable.dtype))


@mistake("AdamW")
class DecaysWithoutTheRate(Decays):
    """The weight loses weight_decay times itself, without the rate. In Keras the decay is multiplied
    by the learning rate of the step: at the defaults that makes a factor of a thousand."""

    def lost(self, variable, rate):  # noqa: ARG002
        return self.decay * variable


@mistake("AdamW")
class DecaysTwice(Decays):
    """Weights decay twice: `self.weight_decay` is the base class's, which decays by whatever stands
    there, and `update_step` decays once more. Do one of the two: keep your setting under another
    name, or leave the decay to the base class."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.weight_decay = self.decay


@mistake("AdamW")
class DecaysAfterTheStep(Decays):
    """The decay takes its share of the weight *after* Adam's step. It is the weight before the step
    that decays: do that first."""

    def update_step(self, gradient, variable, learning_rate):
        rate = ops.cast(learning_rate, variable.dtype)
        self.adam(gradient, variable, rate)
        if not self.is_spared(variable):
            self.assign_sub(variable, self.lost(variable, rate))


@mistake("AdamW")
class DecaysVectorsRegardless(Decays):
    """With decay_vectors=False vectors decay all the same: the argument is not used, or variables are
    spared by a name such as bias, which is free. Spare those whose rank is 0 or 1, which
    `len(variable.shape)` tells."""

    def is_spared(self, variable):  # noqa: ARG002
        return False


@mistake("AdamW")
class SparesVectorsAlways(Decays):
    """Variables of rank 0 and 1 never decay, also with decay_vectors=True, which is the default. They
    are spared with decay_vectors=False alone."""

    def is_spared(self, variable):
        return len(variable.shape) < 2


@mistake("AdamW")
class SparesMatricesInstead(Decays):
    """decay_vectors=False spares the matrices, and vectors decay. The other way round: vectors are
    spared."""

    def is_spared(self, variable):
        return not self.decay_vectors and len(variable.shape) > 1


@mistake("AdamW")
class DecaysNumbers(Decays):
    """decay_vectors=False spares variables of rank 1, and those of rank 0, single numbers, decay.
    Both are spared: `len(variable.shape) <= 1`."""

    def is_spared(self, variable):
        return not self.decay_vectors and len(variable.shape) == 1


@mistake("AdamW")
class Grows(Decays):
    """The weight grows by the decay instead of losing it: it has to be subtracted."""

    def lost(self, variable, rate):
        return -rate * self.decay * variable


@mistake("AdamW")
class DecaysByTwice(Decays):
    """The weight loses twice its share. The 2 is the slope of an L2 penalty f * w**2; a decay is
    taken from the weight itself, rate times decay times weight."""

    def lost(self, variable, rate):
        return 2 * rate * self.decay * variable


@mistake("AdamW")
class DecaysByTheSign(Decays):
    """Every weight loses the same, whatever its size: that is the slope of an L1 penalty. With weight
    decay it loses a share of itself."""

    def lost(self, variable, rate):
        return rate * self.decay * ops.sign(variable)


@mistake("AdamW")
class DecaysAtTheCorrectedRate(Decays):
    """The decay is multiplied by the rate with the bias corrections in it. Those are for m and v; the
    decay is multiplied by the learning rate as it is."""

    def lost(self, variable, rate):
        t = ops.cast(self.iterations + 1, variable.dtype)
        return rate * ops.sqrt(1 - self.beta_2**t) / (1 - self.beta_1**t) * self.decay * variable


@mistake("AdamW")
class NeverDecays(Decays):
    """Nothing decays: weight_decay is kept and never used. Subtract rate times decay times weight in
    each step."""

    def lost(self, variable, rate):  # noqa: ARG002
        return ops.zeros_like(variable)
