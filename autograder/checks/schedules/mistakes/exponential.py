"""Mistakes in `Exponential`."""

from nnlearn.diagnosis import mistake


class Decays(Exponential):
    """The pieces of the rate, so that one of them can be wrong."""

    def counted(self, step):
        return ops.cast(step, "float32") / self.decay_steps

    def rounded(self, periods):
        return ops.floor(periods)

    def limited(self, rate):
        return ops.maximum(rate, self.floor)

    def __call__(self, step):
        periods = self.counted(step)
        periods = self.rounded(periods) if self.staircase else periods
        return self.limited(self.initial * ops.power(float(self.decay_rate), periods))


@mistake("Exponential")
class CountsEpochs(Decays):
    """The step is divided by a number of updates in an epoch, as if decay_steps were epochs. A schedule
    does not know of epochs: step and decay_steps are both updates, and the quotient of the two is all there
    is."""

    def counted(self, step):
        return super().counted(step) / 1000


@mistake("Exponential")
class DecaysInEachUpdate(Decays):
    """The rate is multiplied by decay_rate in each update: decay_rate ** step. That happens once in
    decay_steps updates, so the exponent is step / decay_steps."""

    def counted(self, step):
        return ops.cast(step, "float32")


@mistake("Exponential")
class IsAlwaysAStaircase(Decays):
    """The quotient is rounded down without staircase too, as // does. Cast the step to float32 and divide
    with /; round only if staircase is True."""

    def counted(self, step):
        return ops.floor(super().counted(step))


@mistake("Exponential")
class IsNeverAStaircase(Decays):
    """With staircase=True the rate falls evenly all the same. Round the quotient down then."""

    def rounded(self, periods):
        return periods


@mistake("Exponential")
class RoundsTheQuotient(Decays):
    """With staircase the quotient is rounded to the nearest whole number, so that the rate falls half a
    period too early. Round it down, with ops.floor."""

    def rounded(self, periods):
        return ops.round(periods)


@mistake("Exponential")
class RoundsTheQuotientUp(Decays):
    """With staircase the quotient is rounded up, so that the first fall comes at step 1. Round it down."""

    def rounded(self, periods):
        return ops.ceil(periods)


@mistake("Exponential")
class FallsAnUpdateLate(Decays):
    """The staircase falls one step after decay_steps. At step decay_steps the quotient is 1 exactly, and
    the rate has fallen already."""

    def counted(self, step):
        step = ops.cast(step, "float32")
        return (ops.maximum(step - 1, 0.0) if self.staircase else step) / self.decay_steps


@mistake("Exponential")
class MultipliesByTheReciprocal(Decays):
    """The step is multiplied by 1 / decay_steps, which was rounded: 49 times that is a little less than 1,
    and rounded down 0. Divide the step itself."""

    def counted(self, step):
        return ops.cast(step, "float32") * (1.0 / self.decay_steps)


@mistake("Exponential")
class AddsTheFloor(Decays):
    """The floor is added to the rate, which makes all rates larger. It is what the rate does not go below:
    ops.maximum of the two."""

    def limited(self, rate):
        return rate + self.floor


@mistake("Exponential")
class DecaysTowardsTheFloor(Decays):
    """The rate decays from initial towards the floor, floor + (initial - floor) * ..., and is too large all
    the way. It decays towards 0, and is cut off at the floor: ops.maximum of the two."""

    def limited(self, rate):
        return self.floor + (1 - self.floor / self.initial) * rate


@mistake("Exponential")
class TakesTheSmaller(Decays):
    """ops.minimum of rate and floor is the smaller one, so that the rate is never above the floor. The rate
    is never below it: ops.maximum."""

    def limited(self, rate):
        return ops.minimum(rate, self.floor) if self.floor else rate


@mistake("Exponential")
class LimitsTheFactor(Decays):
    """The floor limits the factor, so that the rate does not fall below initial * floor. It is a rate, not
    a share of the first one."""

    def limited(self, rate):
        return ops.maximum(rate, self.initial * self.floor)


@mistake("Exponential")
class IgnoresTheFloor(Decays):
    """The rate falls below the floor. Take the larger one of the two with ops.maximum."""

    def limited(self, rate):
        return rate + 0.0 * self.floor


@mistake("Exponential")
class AsksWithIf(Decays):
    """Python's `if` looks at a tensor. That works as long as the tensor has a value, and ends in an error
    in a tf.function, and so in fit, where it has none while the graph is made. Use ops.maximum or
    ops.where."""

    def limited(self, rate):
        if rate < self.floor:
            return ops.convert_to_tensor(self.floor, "float32")
        return rate


@mistake("Exponential")
class ComputesInPython(Decays):
    """The step is made a Python number, by float, int or a function of math or NumPy. Inside a tf.function,
    and so in fit, it is a tensor without a value. Use ops.cast, and the functions of keras.ops."""

    def __call__(self, step):
        periods = float(step) / self.decay_steps
        periods = math.floor(periods) if self.staircase else periods
        rate = max(self.initial * self.decay_rate**periods, self.floor)
        return ops.convert_to_tensor(rate, "float32")


@mistake("Exponential")
class CountsItsCalls(Decays):
    """It counts how often it was called, and does not look at the step. A schedule is a function of the
    step: whoever asks twice for step 5 gets one rate, and a training that goes on begins where it was."""

    calls = 0

    def counted(self, step):  # noqa: ARG002
        self.calls += 1
        return super().counted(self.calls - 1)


@mistake("Exponential")
class InFloat64(Decays):
    """The rate is a float64 tensor, which an optimizer of float32 weights has to cast. Cast the step to
    float32."""

    def __call__(self, step):
        return ops.cast(super().__call__(step), "float64")


@mistake("Exponential")
class RefusesNothing(Decays):
    """A rate of 0 or below, a decay_rate above 1, a decay_steps of 0: all are taken, and show up later as a
    training that stands still or diverges. Look at the arguments in __init__, and raise a ValueError."""

    def __init__(self, initial, decay_rate, decay_steps, staircase=False, floor=0.0):
        super().__init__(1.0, 0.5, 1)
        self.initial, self.decay_rate, self.decay_steps = initial, decay_rate, decay_steps
        self.staircase, self.floor = staircase, floor


@mistake("Exponential")
class RefusesARateOfOne(Decays):
    """A decay_rate of 1 is refused. It gives a constant rate, which is allowed: at most 1."""

    def __init__(self, initial, decay_rate, decay_steps, staircase=False, floor=0.0):
        super().__init__(initial, decay_rate, decay_steps, staircase, floor)
        if decay_rate >= 1:
            raise ValueError("decay_rate has to be below 1")


@mistake("Exponential")
class HasNoConfig(Decays):
    """There is no get_config, so that a model with this schedule cannot be saved. Return the arguments of
    __init__ by name."""

    def get_config(self):
        raise NotImplementedError("must override get_config")


@mistake("Exponential")
class ForgetsAnArgument(Decays):
    """An argument is missing in get_config: what is made again has its default instead. Return all five."""

    def get_config(self):
        config = super().get_config()
        return {key: config[key] for key in ("initial", "decay_rate", "decay_steps")}


@mistake("Exponential")
class DividesByAWholeNumber(Decays):
    """decay_steps is made an integer, so that 2.5 counts as 2. It is a number, whole or not: divide in
    float32, and round the quotient, not what it is made of."""

    def counted(self, step):
        return ops.cast(step, "float32") / (int(self.decay_steps) if self.staircase else self.decay_steps)


@mistake("Exponential")
class RefusesAHighFloor(Decays):
    """A floor above the first rate is refused. That is allowed: the rate is the floor, then, from the
    beginning."""

    def __init__(self, initial, decay_rate, decay_steps, staircase=False, floor=0.0):
        super().__init__(initial, decay_rate, decay_steps, staircase, floor)
        if floor > initial:
            raise ValueError("floor has to be at most initial")


@mistake("Exponential")
class ForgetsTheFloorInTheConfig(Decays):
    """The floor is missing in get_config: what is made again has none. Return all five arguments."""

    def get_config(self):
        config = super().get_config()
        del config["floor"]
        return config
