"""Mistakes in `GradientAccumulator`: what is refused, what belongs to the caller, and dtypes."""

from nnlearn.diagnosis import mistake

from .accumulator import InSteps


@mistake("GradientAccumulator")
class SharesItsSums(InSteps):
    """The sums belong to the class, so that all accumulators have the same ones. Make them in __init__,
    of self."""

    shared = {}  # noqa: RUF012

    def start(self):
        self.shared["totals"], self.shared["weight"] = [None] * len(self.variables), 0.0

    _totals = property(lambda self: self.shared["totals"])

    @property
    def _weight(self):
        return self.shared["weight"]

    @_weight.setter
    def _weight(self, value):
        self.shared["weight"] = value


@mistake("GradientAccumulator")
class AcceptsAnyNumber(InSteps):
    """More or fewer gradients than variables are accepted: zip ends with the shorter one, and gradients
    meet the wrong variables. Compare the lengths, and raise a ValueError."""

    def checked(self, gradients, weight):
        gradients = [*gradients, *[None] * len(self.variables)][: len(self.variables)]
        return super().checked(gradients, weight)


@mistake("GradientAccumulator")
class AcceptsAnyWeight(InSteps):
    """Weights of 0 and below are accepted: they make the mean point elsewhere, or divide by 0. Raise a
    ValueError."""

    def checked(self, gradients, weight):
        super().checked(gradients, 1.0)
        return list(gradients), float(weight)


@mistake("GradientAccumulator")
class AcceptsAWeightOfZero(InSteps):
    """A weight of 0 is accepted. It stands for a batch without examples, and a mean of nothing else
    divides by 0. Raise a ValueError."""

    def checked(self, gradients, weight):
        if weight == 0:
            super().checked(gradients, 1.0)
            return list(gradients), 0.0
        return super().checked(gradients, weight)


@mistake("GradientAccumulator")
class AddsBeforeItRefuses(InSteps):
    """What is refused was half added by then. Check everything first, and add afterwards."""

    def add(self, gradients, weight=1.0):
        for place, gradient in enumerate(list(gradients)[: len(self.variables)]):
            if gradient is not None:
                self._totals[place] = self.joined(self._totals[place], self.weighted(gradient, float(weight)))
        self._weight += float(weight)
        self.checked(gradients, weight)


@mistake("GradientAccumulator")
class AddsBeforeItCounts(InSteps):
    """That the number of gradients is wrong is noticed after they were added: what was refused is in the
    mean. Compare the numbers first."""

    def add(self, gradients, weight=1.0):
        self.checked([None] * len(self.variables), weight)
        for place, gradient in enumerate(list(gradients)[: len(self.variables)]):
            if gradient is not None:
                self._totals[place] = self.joined(self._totals[place], self.weighted(gradient, float(weight)))
        self._weight += float(weight)
        self.checked(gradients, weight)


@mistake("GradientAccumulator")
class MeanOfNothingIsZero(InSteps):
    """The mean of nothing is zeros, or None, and apply takes a step along it, or Keras complains. Raise a
    ValueError where nothing was added."""

    def mean(self):
        return super().mean() if self._weight else [None] * len(self.variables)


@mistake("GradientAccumulator")
class MeanOfNothingDivides(InSteps):
    """The mean of nothing ends in a ZeroDivisionError or the like. Look at the weights first, and raise a
    ValueError."""

    def mean(self):
        if not self._weight:
            raise ZeroDivisionError("float division by zero")
        return super().mean()


@mistake("GradientAccumulator")
class KeepsTheCallersArrays(InSteps):
    """The first gradient is kept as it came, and is the caller's own array: whatever is written into that
    changes the sum, and += writes into it. Make a tensor, or a copy."""

    def weighted(self, gradient, weight):
        is_theirs = isinstance(gradient, np.ndarray) and weight == 1
        return gradient if is_theirs else super().weighted(gradient, weight)

    def mean(self):
        return [one if one is None else ops.convert_to_tensor(one) for one in super().mean()]


@mistake("GradientAccumulator")
class AddsUpInTheEnd(GradientAccumulator):
    """What was given is kept in a list and added up in mean. Callers reuse their arrays, and by then
    something else is in them (and all gradients of all batches take memory at once). Add up in add."""

    def reset(self):
        self.kept = []

    def add(self, gradients, weight=1.0):
        gradients = list(gradients)
        GradientAccumulator(self.variables).add(gradients, weight)
        self.kept.append((gradients, weight))

    def mean(self):
        whole = GradientAccumulator(self.variables)
        for gradients, weight in self.kept:
            whole.add(gradients, weight)
        return whole.mean()

    def apply(self, optimizer):
        optimizer.apply(self.mean(), self.variables)
        self.reset()


@mistake("GradientAccumulator")
class SumsInFloat32(GradientAccumulator):
    """The mean is float32 whatever the gradients are. Keep their dtype."""

    def mean(self):
        return [one if one is None else ops.cast(one, "float32") for one in super().mean()]
