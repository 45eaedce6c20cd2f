"""Mistakes in `ElasticNet`."""

from nnlearn.diagnosis import mistake


class Penalty(ElasticNet):
    """The pieces of the penalty, so that one of them can be wrong."""

    def absolute(self, x):
        return ops.sum(ops.abs(x))

    def squares(self, x):
        return ops.sum(ops.square(x))

    def __call__(self, x):
        x = ops.convert_to_tensor(x)
        return self.l1 * self.absolute(x) + self.l2 * self.squares(x)


@mistake("ElasticNet")
class MeansForSums(Penalty):
    """The means are taken instead of the sums, so the same factor is weaker in a larger layer. Keras adds
    up."""

    def absolute(self, x):
        return ops.mean(ops.abs(x))

    def squares(self, x):
        return ops.mean(ops.square(x))


@mistake("ElasticNet")
class WithAHalf(Penalty):
    """The sum of squares is halved, as in textbooks. Keras has no half: the gradient is 2 * l2 * w."""

    def squares(self, x):
        return ops.sum(ops.square(x)) / 2


@mistake("ElasticNet")
class RootOfTheSum(Penalty):
    """The root of the sum of squares, the length, is taken for the sum. Its gradient has another size and
    is not defined at 0."""

    def squares(self, x):
        return ops.sqrt(ops.sum(ops.square(x)))


@mistake("ElasticNet")
class SquaresOfTheSum(Penalty):
    """The weights are added up before they are squared, so that those of opposite signs cancel out. Square
    each of them first."""

    def squares(self, x):
        return ops.square(ops.sum(x))


@mistake("ElasticNet")
class AbsoluteOfTheSum(Penalty):
    """The weights are added up before their absolute value is taken, so that those of opposite signs cancel
    out. Take each one's first."""

    def absolute(self, x):
        return ops.abs(ops.sum(x))


@mistake("ElasticNet")
class ForgetsTheAbsoluteValue(Penalty):
    """The weights themselves are added up for L1, so negative ones earn a reward, and are driven to minus
    infinity. Take absolute values."""

    def absolute(self, x):
        return ops.sum(x)


@mistake("ElasticNet")
class SquaresForL1(Penalty):
    """l1 goes with squares, too. L1 is the sum of absolute values: the same pull, however small the
    weight."""

    def absolute(self, x):
        return ops.sum(ops.square(x))


@mistake("ElasticNet")
class FactorsSwapped(Penalty):
    """l1 goes with the squares, and l2 with the absolute values."""

    def __call__(self, x):
        x = ops.convert_to_tensor(x)
        return self.l2 * self.absolute(x) + self.l1 * self.squares(x)


@mistake("ElasticNet")
class SquaresTheFactor(Penalty):
    """The factor l2 is squared with the weights: (l2 * w) ** 2."""

    def squares(self, x):
        return self.l2 * ops.sum(ops.square(x))


@mistake("ElasticNet")
class KeepsTheShape(Penalty):
    """Each weight gets a penalty of its own, and nothing is added up. A penalty is one number."""

    def absolute(self, x):
        return ops.abs(x)

    def squares(self, x):
        return ops.square(x)


@mistake("ElasticNet")
class AddsUpTheLastAxis(Penalty):
    """The sums go over the last axis alone, so there is one number for each row. Without an axis, ops.sum
    adds up everything."""

    def absolute(self, x):
        return ops.sum(ops.abs(x), axis=-1)

    def squares(self, x):
        return ops.sum(ops.square(x), axis=-1)


@mistake("ElasticNet")
class MovesZeros(Penalty):
    """The absolute value is a root of squares plus a small number, or the slope at 0 is not 0: a weight
    that is 0 gets moved, or its gradient is NaN. ops.abs has a gradient of 0 there."""

    def absolute(self, x):
        return ops.sum(ops.sqrt(ops.square(x)))


@mistake("ElasticNet")
class ComputesInFloat32(Penalty):
    """Weights are cast to float32 first. A float64 model loses digits there, and the dtype of the penalty
    does not go with its loss."""

    def __call__(self, x):
        return super().__call__(ops.cast(x, "float32"))


@mistake("ElasticNet")
class GradientIsLost(Penalty):
    """The weights become a NumPy array, and no gradient comes back from there: the penalty is in the loss
    and moves no weight. Stay with keras.ops."""

    def __call__(self, x):
        return super().__call__(ops.stop_gradient(ops.convert_to_tensor(x)))


@mistake("ElasticNet")
class AcceptsAnyFactor(Penalty):
    """A factor below 0, infinite or NaN is accepted. Below 0 it rewards large weights, and training
    diverges."""

    def __init__(self, l1=0.0, l2=0.0):
        super().__init__()
        self.l1, self.l2 = float(l1), float(l2)


@mistake("ElasticNet")
class AcceptsNaN(Penalty):
    """Factors below 0 are refused, but NaN is not: each comparison with it is False. Ask for what is right,
    `math.isfinite(factor) and factor >= 0`."""

    def __init__(self, l1=0.0, l2=0.0):
        super().__init__()
        if l1 < 0 or l2 < 0:
            raise ValueError("factors have to be at least 0")
        self.l1, self.l2 = float(l1), float(l2)


@mistake("ElasticNet")
class LooksAtOneFactor(Penalty):
    """Only l1 is looked at; an l2 out of range is accepted."""

    def __init__(self, l1=0.0, l2=0.0):
        super().__init__(l1)
        self.l2 = float(l2)


@mistake("ElasticNet")
class ForgetsL2InTheConfig(Penalty):
    """The config has l1 alone, so a model that was saved and loaded has lost its L2 penalty."""

    def get_config(self):
        return {"l1": self.l1}


@mistake("ElasticNet")
class ForgetsBothFactors(Penalty):
    """The config is empty, so a model that was saved and loaded has no penalty any more."""

    def get_config(self):
        return {}
