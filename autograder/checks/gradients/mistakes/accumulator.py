"""Mistakes in `GradientAccumulator`: what is added, what it is divided by, and when it is forgotten."""

from nnlearn.diagnosis import mistake


class InSteps(GradientAccumulator):
    """The right one in steps, for mistakes that change one of them."""

    def start(self):
        self._totals = [None] * len(self.variables)
        self._weight = 0.0

    def reset(self):
        self.start()

    def checked(self, gradients, weight):
        gradients = list(gradients)
        if len(gradients) != len(self.variables):
            raise ValueError(f"{len(gradients)} gradients")
        if weight <= 0:
            raise ValueError(f"weight {weight}")
        return gradients, float(weight)

    def weighted(self, gradient, weight):
        return tf.convert_to_tensor(gradient) * weight

    def joined(self, total, weighted):
        return weighted if total is None else total + weighted

    def counted(self, weight, gradients):  # noqa: ARG002
        return weight

    def add(self, gradients, weight=1.0):
        gradients, weight = self.checked(gradients, weight)
        for place, gradient in enumerate(gradients):
            if gradient is not None:
                self._totals[place] = self.joined(self._totals[place], self.weighted(gradient, weight))
        self._weight += self.counted(weight, gradients)

    def divisor(self):
        return self._weight

    def mean(self):
        if self._weight == 0:
            raise ValueError("nothing was added")
        return [None if total is None else total / self.divisor() for total in self._totals]

    def apply(self, optimizer):
        optimizer.apply(self.mean(), self.variables)
        self.reset()


@mistake("GradientAccumulator")
class DividesByTheCalls(InSteps):
    """Weighted gradients are divided by how often add was called. The sum of the weights is what makes a
    weighted mean of them."""

    def reset(self):
        self._calls = 0
        super().reset()

    def counted(self, weight, gradients):  # noqa: ARG002
        self._calls += 1
        return weight

    def divisor(self):
        return self._calls


@mistake("GradientAccumulator")
class IgnoresWeights(GradientAccumulator):
    """Every call counts the same, whatever weight it was given: the examples of a small last batch then
    count more than others. Multiply by the weight, and divide by the sum of the weights."""

    def add(self, gradients, weight=1.0):
        super().add(gradients, weight if weight <= 0 else 1.0)


@mistake("GradientAccumulator")
class WeighsTheSumAlone(InSteps):
    """The gradients are added up without their weights, and divided by the sum of the weights. Multiply
    each by its weight before it is added."""

    def weighted(self, gradient, weight):  # noqa: ARG002
        return tf.convert_to_tensor(gradient)


@mistake("GradientAccumulator")
class GivesTheSum(InSteps):
    """The sum is returned, not divided by the sum of the weights: the more batches, the longer the step."""

    def divisor(self):
        return 1.0


@mistake("GradientAccumulator")
class KeepsTheLast(InSteps):
    """Each gradient takes the place of the one before, in place of being added to it."""

    def joined(self, total, weighted):  # noqa: ARG002
        return weighted


@mistake("GradientAccumulator")
class KeepsTheFirst(InSteps):
    """What is added first stays, and nothing is added to it: the result of total + weighted is not kept.
    Tensors do not change; put the sum back into the list."""

    def joined(self, total, weighted):
        return weighted if total is None else total


@mistake("GradientAccumulator")
class AveragesAsItGoes(InSteps):
    """The mean so far and the new gradient are averaged half and half, so that the last counts as much as
    all before it. Add up, and divide once."""

    def weighted(self, gradient, weight):  # noqa: ARG002
        return tf.convert_to_tensor(gradient)

    def joined(self, total, weighted):
        return weighted if total is None else (total + weighted) / 2

    def divisor(self):
        return 1.0


@mistake("GradientAccumulator")
class NeverResets(InSteps):
    """apply takes its step and forgets nothing, so that the next round has the gradients of this one in
    it, too. Call reset at its end."""

    def apply(self, optimizer):
        optimizer.apply(self.mean(), self.variables)


@mistake("GradientAccumulator")
class ResetsGradientsAlone(InSteps):
    """reset empties the sums and not the weights, so that the next mean is divided by old weights, too."""

    def reset(self):
        weight = getattr(self, "_weight", 0.0)
        self.start()
        self._weight = weight


@mistake("GradientAccumulator")
class ResetsWeightsAlone(InSteps):
    """reset sets the weights to 0 and leaves the sums, so that old gradients are in the next mean."""

    def reset(self):
        totals = getattr(self, "_totals", [None] * len(self.variables))
        self.start()
        self._totals = totals


@mistake("GradientAccumulator")
class ResetsBeforeTheStep(InSteps):
    """apply resets first, and has nothing to apply then. Take the mean before."""

    def apply(self, optimizer):
        self.mean()
        self.reset()
        optimizer.apply(self.mean(), self.variables)


@mistake("GradientAccumulator")
class ForgetsWhenAsked(InSteps):
    """mean resets: asking twice, or adding after a look, goes wrong. Only apply and reset forget."""

    def mean(self):
        found = super().mean()
        self.reset()
        return found


@mistake("GradientAccumulator")
class StepsAlongTheSum(InSteps):
    """apply hands the optimizer the sum of the gradients, and mean is right. The step should go along the
    mean."""

    def apply(self, optimizer):
        self.mean()
        optimizer.apply(self._totals, self.variables)
        self.reset()
