"""Mistakes in `WeightedLoss`."""

import math

from nnlearn.diagnosis import mistake


class InSteps(WeightedLoss):
    """The right one in steps, for mistakes that change one of them."""

    def __call__(self, y_true, y_pred, sample_weight=None):
        losses = self.losses(y_true, y_pred)
        weights = None if sample_weight is None else self.weights(sample_weight, losses)
        return self.reduce(losses if weights is None else losses * weights, weights)

    def losses(self, y_true, y_pred):
        return self.fn(y_true, y_pred)

    def weights(self, sample_weight, losses):
        return ops.reshape(ops.cast(sample_weight, losses.dtype), ops.shape(losses))

    def reduce(self, weighted, weights):
        if self.reduction is None:
            return weighted
        if self.reduction == "sum":
            return ops.sum(weighted)
        if self.reduction == "mean_with_sample_weight" and weights is not None:
            return ops.divide_no_nan(ops.sum(weighted), ops.sum(weights))
        return ops.mean(weighted)


@mistake("WeightedLoss")
class IgnoresTheWeights(WeightedLoss):
    """sample_weight makes no difference. Each loss has to be multiplied by its weight before the
    reduction."""

    def __call__(self, y_true, y_pred, sample_weight=None):  # noqa: ARG002
        return super().__call__(y_true, y_pred)


@mistake("WeightedLoss")
class AlwaysDividesByTheWeights(InSteps):
    """With weights, "sum_over_batch_size" and "mean" divide by the sum of the weights. That is
    what "mean_with_sample_weight" is for: the other two divide by the *number* of losses, so
    doubling all weights doubles the loss."""

    def reduce(self, weighted, weights):
        if self.reduction in (None, "sum") or weights is None:
            return super().reduce(weighted, weights)
        return ops.divide_no_nan(ops.sum(weighted), ops.sum(weights))


@mistake("WeightedLoss")
class AlwaysDividesByTheCount(InSteps):
    """ "mean_with_sample_weight" divides by the number of losses. It should divide by the *sum of
    the weights*, which makes it a weighted mean: weights of 2 and 200 for everybody then give the
    same."""

    def reduce(self, weighted, weights):  # noqa: ARG002
        return super().reduce(weighted, None)


@mistake("WeightedLoss")
class ReducesBeforeWeighing(WeightedLoss):
    """The losses are reduced first, and the result is multiplied by the mean of the weights. It is too late
    then: no single loss can be weighed any more. Multiply each loss by its weight, then reduce."""

    def __call__(self, y_true, y_pred, sample_weight=None):
        if sample_weight is None or self.reduction is None:
            return super().__call__(y_true, y_pred, sample_weight)
        losses = self.fn(y_true, y_pred)
        reduced = ops.sum(losses) if self.reduction == "sum" else ops.mean(losses)
        return reduced * ops.mean(ops.cast(sample_weight, losses.dtype))


@mistake("WeightedLoss")
class KeepsTheDtypeOfTheWeights(InSteps):
    """The weights keep their dtype, and TensorFlow refuses to multiply float32 losses by integers or float64.
    Sample weights often come as either. Cast them to the dtype of the losses."""

    def weights(self, sample_weight, losses):
        weights = ops.convert_to_tensor(sample_weight)
        return ops.reshape(weights, ops.shape(losses))

    def reduce(self, weighted, weights):
        return super().reduce(weighted, None if weights is None else ops.cast(weights, weighted.dtype))


@mistake("WeightedLoss")
class PromotesToTheWeights(InSteps):
    """The weights keep their dtype, and keras.ops brings the two together in the larger one: float64 weights
    make a float32 loss float64. Cast the weights to the dtype of the losses."""

    def __call__(self, y_true, y_pred, sample_weight=None):
        losses = self.fn(y_true, y_pred)
        if sample_weight is None:
            return self.reduce(losses, None)
        weights = ops.reshape(ops.convert_to_tensor(sample_weight), ops.shape(losses))
        weighted = ops.multiply(losses, weights)
        return self.reduce(weighted, ops.cast(weights, weighted.dtype))


@mistake("WeightedLoss")
class FlattensTheWeights(InSteps):
    """The weights are flattened to one axis. That fits losses of shape (N,), also from weights of shape
    (N, 1); losses of shape (N, T) need weights of shape (N, T). Give the weights the shape of the losses."""

    def weights(self, sample_weight, losses):
        return ops.reshape(ops.cast(sample_weight, losses.dtype), (-1,))


@mistake("WeightedLoss")
class DoesNotKnowMean(InSteps):
    """ "mean" is not known, so the losses come back as they are. It is a synonym of "sum_over_batch_size"."""

    def reduce(self, weighted, weights):
        return weighted if self.reduction == "mean" else super().reduce(weighted, weights)


@mistake("WeightedLoss")
class MeanDividesByTheWeights(InSteps):
    """ "mean" divides by the sum of the weights, and "sum_over_batch_size" by the number of losses. The two
    are synonyms: both divide by the number. The weighted mean is "mean_with_sample_weight"."""

    def reduce(self, weighted, weights):
        if self.reduction == "mean" and weights is not None:
            return ops.divide_no_nan(ops.sum(weighted), ops.sum(weights))
        return super().reduce(weighted, weights)


@mistake("WeightedLoss")
class CutsTheGradient(WeightedLoss):
    """The values are right, and no gradient comes back from them: the way from the losses to the result is
    cut somewhere. NumPy does that, and so do .numpy(), float() and stop_gradient."""

    def __call__(self, y_true, y_pred, sample_weight=None):
        return ops.stop_gradient(super().__call__(y_true, y_pred, sample_weight))


@mistake("WeightedLoss")
class SwapsTheTwoMeans(InSteps):
    """The two kinds of mean are swapped: "sum_over_batch_size" divides by the sum of the weights,
    and "mean_with_sample_weight" by the number of losses. It should be the other way round."""

    def reduce(self, weighted, weights):
        if self.reduction in (None, "sum") or weights is None:
            return super().reduce(weighted, weights)
        if self.reduction == "mean_with_sample_weight":
            return ops.mean(weighted)
        return ops.divide_no_nan(ops.sum(weighted), ops.sum(weights))


@mistake("WeightedLoss")
class DividesByTheRowsThatCount(InSteps):
    """The sum is divided by the number of weights that are not 0. Masked rows drop out of the
    count that way, but Keras' "sum_over_batch_size" counts every loss, masked or not."""

    def reduce(self, weighted, weights):
        if self.reduction not in ("sum_over_batch_size", "mean") or weights is None:
            return super().reduce(weighted, weights)
        counted = ops.sum(ops.cast(weights != 0, weighted.dtype))
        return ops.divide_no_nan(ops.sum(weighted), counted)


@mistake("WeightedLoss")
class DividesTwice(InSteps):
    """The weights are first divided by their sum, and then the mean is taken, which divides once
    more by the number of losses. For "mean_with_sample_weight" use the sum after normalising, not
    the mean."""

    def reduce(self, weighted, weights):
        result = super().reduce(weighted, weights)
        if self.reduction == "mean_with_sample_weight" and weights is not None:
            result = result / ops.cast(ops.size(weights), weighted.dtype)
        return result


@mistake("WeightedLoss")
class DividesByTheBatchSize(InSteps):
    """The sum is divided by the batch size N, as the name "sum_over_batch_size" suggests. Keras
    divides by the number of *losses*: with losses of shape (N, T) that is N times T. With one
    loss per example the two are the same."""

    def reduce(self, weighted, weights):
        if self.reduction in ("sum_over_batch_size", "mean"):
            return ops.sum(weighted) / ops.cast(self.size(weighted), weighted.dtype)
        return super().reduce(weighted, weights)

    def size(self, losses):
        return ops.shape(losses)[0]


@mistake("WeightedLoss")
class DividesByTheKnownBatchSize(DividesByTheBatchSize):
    __doc__ = DividesByTheBatchSize.__doc__

    def size(self, losses):
        return losses.shape[0]


@mistake("WeightedLoss")
class CountsByTheShape(InSteps):
    """The number of losses is computed from `.shape`, where the size of the batch is None inside model.fit:
    its last batch may be smaller. ops.size and ops.shape ask the tensor itself, and so does ops.mean."""

    def reduce(self, weighted, weights):
        by_count = self.reduction in ("sum_over_batch_size", "mean") or weights is None
        if by_count and self.reduction not in (None, "sum"):
            return ops.sum(weighted) / math.prod(weighted.shape)
        return super().reduce(weighted, weights)


@mistake("WeightedLoss")
class DividesByAtLeastOne(InSteps):
    """The sum of the weights is kept at 1 or above before "mean_with_sample_weight" divides by it. That
    avoids 0/0, and is wrong for all weights that add up to less: only a sum of exactly 0 needs care.
    ops.divide_no_nan does that."""

    def reduce(self, weighted, weights):
        if self.reduction == "mean_with_sample_weight" and weights is not None:
            return ops.sum(weighted) / ops.maximum(ops.sum(weights), 1.0)
        return super().reduce(weighted, weights)


@mistake("WeightedLoss")
class CountsTheWeights(InSteps):
    """ "mean_with_sample_weight" divides by the number of weights that are not 0. It should divide by the
    *sum of the weights*. Masks of 0 and 1 do not show it."""

    def reduce(self, weighted, weights):
        if self.reduction == "mean_with_sample_weight" and weights is not None:
            return ops.divide_no_nan(ops.sum(weighted), ops.sum(ops.cast(weights != 0, weighted.dtype)))
        return super().reduce(weighted, weights)


@mistake("WeightedLoss")
class TakesWeightsForAMask(InSteps):
    """Weights decide only whether a loss counts, not how much: those above 0 are all taken for 1. Multiply
    each loss by its weight."""

    def weights(self, sample_weight, losses):
        return ops.cast(super().weights(sample_weight, losses) > 0, losses.dtype)


@mistake("WeightedLoss")
class CastsTheLosses(InSteps):
    """The losses are cast to the dtype of the weights. Next to integer weights a loss of 2.8 becomes 2, and
    no gradient passes. Cast the weights to the dtype of the losses."""

    def __call__(self, y_true, y_pred, sample_weight=None):
        losses = self.fn(y_true, y_pred)
        if sample_weight is None:
            return self.reduce(losses, None)
        weights = ops.convert_to_tensor(sample_weight)
        weights = ops.reshape(weights, ops.shape(losses))
        weighted = ops.cast(losses, weights.dtype) * weights
        return self.reduce(self.last(weighted, losses.dtype), self.last(weights, losses.dtype))

    def last(self, values, dtype):
        return ops.cast(values, dtype)


@mistake("WeightedLoss")
class CastsTheLossesForGood(CastsTheLosses):
    __doc__ = CastsTheLosses.__doc__

    def last(self, values, dtype):  # noqa: ARG002
        return values


@mistake("WeightedLoss")
class AlwaysTheMean(InSteps):
    """The reduction makes no difference: the mean comes back for "sum" and None as well. Look at
    self.reduction."""

    def reduce(self, weighted, weights):  # noqa: ARG002
        return ops.mean(weighted)


@mistake("WeightedLoss")
class NoneIsTheMean(InSteps):
    """None reduces to the mean, as if it meant "use the default". It means "do not reduce": every
    weighted loss comes back."""

    def reduce(self, weighted, weights):
        return ops.mean(weighted) if self.reduction is None else super().reduce(weighted, weights)


@mistake("WeightedLoss")
class NoneForgetsTheWeights(WeightedLoss):
    """With None the losses come back without their weights. Weighting comes before reducing, so
    it happens with every reduction, also when nothing is reduced."""

    def __call__(self, y_true, y_pred, sample_weight=None):
        return super().__call__(y_true, y_pred, None if self.reduction is None else sample_weight)


@mistake("WeightedLoss")
class SumIsTheMean(InSteps):
    """ "sum" gives the mean. Without the division the loss grows with the batch, and that is what
    is asked for."""

    def reduce(self, weighted, weights):
        return ops.mean(weighted) if self.reduction == "sum" else super().reduce(weighted, weights)


@mistake("WeightedLoss")
class SumIsTheDefault(WeightedLoss):
    """With the default reduction the losses are added up. Either the default is "sum" and should be
    "sum_over_batch_size", or that one does not divide: the name means "the sum, *divided by* the batch
    size", in Keras a mean. Otherwise the size of a step changes with the size of the batch."""

    def __init__(self, fn, reduction="sum", name=None):
        super().__init__(fn, reduction, name)


@mistake("WeightedLoss")
class BroadcastsTheWeights(InSteps):
    """Weights of shape (N, 1) meet losses of shape (N,) and are broadcast to a table of N by N
    products, so every loss gets every weight. Give the weights the shape of the losses first."""

    def weights(self, sample_weight, losses):
        return ops.cast(sample_weight, losses.dtype)


@mistake("WeightedLoss")
class ZeroByZero(InSteps):
    """If all weights are 0, "mean_with_sample_weight" divides 0 by 0 and returns NaN. One batch
    of nothing but padding then ruins every weight of the network. ops.divide_no_nan makes it 0,
    as in Keras."""

    def reduce(self, weighted, weights):
        if self.reduction == "mean_with_sample_weight" and weights is not None:
            return ops.sum(weighted) / ops.sum(weights)
        return super().reduce(weighted, weights)


@mistake("WeightedLoss")
class ChoosesTheFiniteQuotient(InSteps):
    """If all weights are 0 the value is right, and the gradient is NaN: where chooses between 0 and 0/0, and
    in the gradient the slope of the quotient that was not chosen is multiplied by 0. Make the divisor safe
    before you divide; ops.divide_no_nan does."""

    def reduce(self, weighted, weights):
        if self.reduction == "mean_with_sample_weight" and weights is not None:
            total = ops.sum(weights)
            return ops.where(total == 0, 0.0, ops.sum(weighted) / total)
        return super().reduce(weighted, weights)


def add_epsilon(epsilon):
    """Makes the mistake of adding this number to the sum of the weights."""

    class AddsEpsilon(InSteps):
        """A small number is added to the sum of the weights before "mean_with_sample_weight" divides by it.
        That avoids 0/0, and the result is too small where the weights are small too. Only a sum of exactly 0
        needs care; ops.divide_no_nan does that."""

        def reduce(self, weighted, weights):
            if self.reduction == "mean_with_sample_weight" and weights is not None:
                return ops.sum(weighted) / (ops.sum(weights) + epsilon)
            return super().reduce(weighted, weights)

    AddsEpsilon.__name__ = f"AddsEpsilon{epsilon:g}".replace("-", "_")
    mistake("WeightedLoss")(AddsEpsilon)


for number in (1e-6, 1e-7, 1e-8, 1e-9, 1e-10):
    add_epsilon(number)


@mistake("WeightedLoss")
class LooksAtTheSum(InSteps):
    """A Python `if` looks at the sum of the weights. That works in a notebook and not in model.fit, where the
    weights have no values yet while the loss is compiled. ops.divide_no_nan looks for you when it runs."""

    def reduce(self, weighted, weights):
        if self.reduction == "mean_with_sample_weight" and weights is not None and ops.sum(weights) == 0:
            return ops.sum(weighted)
        return super().reduce(weighted, weights)


@mistake("WeightedLoss")
class LooksAtTheSumForGood(InSteps):
    """A Python `if` looks at the sum of the weights. That works in a notebook and not in model.fit, where the
    weights have no values yet while the loss is compiled; and a constant 0 has no gradient at all.
    ops.divide_no_nan looks for you when it runs."""

    def reduce(self, weighted, weights):
        if self.reduction == "mean_with_sample_weight" and weights is not None and ops.sum(weights) == 0:
            return ops.zeros((), weighted.dtype)
        return super().reduce(weighted, weights)


@mistake("WeightedLoss")
class AsksWhetherThereAreWeights(WeightedLoss):
    """`if sample_weight` asks an array whether it is true, and an array of several numbers has no answer to
    that. Ask `if sample_weight is not None`."""

    def __call__(self, y_true, y_pred, sample_weight=None):
        return super().__call__(y_true, y_pred, sample_weight or None)


@mistake("WeightedLoss")
class ReshapesToTheKnownShape(InSteps):
    """The weights are reshaped to `losses.shape`, where the size of the batch is None inside model.fit: its
    last batch may be smaller. ops.shape(losses) asks the tensor itself."""

    def weights(self, sample_weight, losses):
        return ops.reshape(ops.cast(sample_weight, losses.dtype), losses.shape)


@mistake("WeightedLoss")
class TakesTheFirstColumn(InSteps):
    """Of all weights with two axes the first column is taken. That is right for (N, 1); next to losses of
    shape (N, T) there is a weight for each step. Look at the shape of the losses too."""

    def weights(self, sample_weight, losses):
        weights = ops.cast(sample_weight, losses.dtype)
        return weights[:, 0] if len(weights.shape) == 2 else weights


@mistake("WeightedLoss")
class SumsWithoutWeights(InSteps):
    """Without weights "mean_with_sample_weight" adds the losses up and divides by nothing. Each loss counts
    once then: the sum of the weights is the number of losses."""

    def reduce(self, weighted, weights):
        if self.reduction == "mean_with_sample_weight" and weights is None:
            return ops.sum(weighted)
        return super().reduce(weighted, weights)


@mistake("WeightedLoss")
class NormalizesTheWeights(InSteps):
    """The weights are divided by their mean, whatever the reduction, so that their size does not count. Only
    "mean_with_sample_weight" is like that: with the others doubling all weights doubles the loss."""

    def weights(self, sample_weight, losses):
        weights = super().weights(sample_weight, losses)
        return ops.divide_no_nan(weights, ops.mean(weights))


@mistake("WeightedLoss")
class WeighsThePredictions(WeightedLoss):
    """The predictions are multiplied by the weights, not the losses. The network is then measured
    on answers it did not give. Compute the losses first, then multiply."""

    def __call__(self, y_true, y_pred, sample_weight=None):
        if sample_weight is not None:
            weights = ops.cast(sample_weight, "float32")
            while len(weights.shape) < len(y_pred.shape):
                weights = ops.expand_dims(weights, -1)
            y_pred = y_pred * weights
        return super().__call__(y_true, y_pred)


@mistake("WeightedLoss")
class SquaresTheWeights(InSteps):
    """Each loss is multiplied by its weight twice, before the reduction and again in it, so the
    weights come in squared. Masks of 0 and 1 do not show it."""

    def reduce(self, weighted, weights):
        return super().reduce(weighted if weights is None else weighted * weights, weights)


@mistake("WeightedLoss")
class SwapsTheArguments(InSteps):
    """fn is called with the predictions first. Squared error does not mind; cross-entropy and
    most others do. In Keras the order is always y_true, y_pred."""

    def losses(self, y_true, y_pred):
        try:
            return self.fn(y_pred, y_true)
        except ValueError:
            return self.fn(y_true, y_pred)


@mistake("WeightedLoss")
class TakesAnyReduction(WeightedLoss):
    """A reduction that does not exist is accepted, and a spelling mistake goes unnoticed. Hand
    reduction to super().__init__: the base class refuses what Keras does not know."""

    def __init__(self, fn, reduction="sum_over_batch_size", name=None):
        super().__init__(fn, name=name)
        self.reduction = reduction


@mistake("WeightedLoss")
class ForgetsTheReduction(WeightedLoss):
    """The reduction is not handed on, so every loss has Keras' default and "sum" or None make no
    difference. It belongs into super().__init__(name=name, reduction=reduction)."""

    def __init__(self, fn, reduction="sum_over_batch_size", name=None):  # noqa: ARG002
        super().__init__(fn, name=name)


@mistake("WeightedLoss")
class ForgetsTheName(WeightedLoss):
    """The name is not handed on, so Keras makes one up. It belongs into
    super().__init__(name=name, ...)."""

    def __init__(self, fn, reduction="sum_over_batch_size", name=None):  # noqa: ARG002
        super().__init__(fn, reduction)


@mistake("WeightedLoss")
class SharesItsSettings(WeightedLoss):
    """The settings are stored on the class, so all losses share them, and the last one that is
    made decides for all of them. Store them on self."""

    def __init__(self, fn, reduction="sum_over_batch_size", name=None):
        super().__init__(fn, reduction, name)
        del self.reduction
        type(self).reduction = reduction
