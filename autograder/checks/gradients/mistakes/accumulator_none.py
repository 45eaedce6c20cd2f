"""Mistakes in `GradientAccumulator`: gradients that are None, or rows of a table."""

from nnlearn.diagnosis import mistake

from .accumulator import InSteps


@mistake("GradientAccumulator")
class WeighsWhatIsThere(InSteps):
    """A gradient of None does not count with its weight, so that the mean is one over the batches in
    which the variable was used. For the whole batch that examples are from, those without influence
    count, with 0."""

    def reset(self):
        self._weights = [0.0] * len(self.variables)
        super().reset()

    def add(self, gradients, weight=1.0):
        super().add(gradients, weight)
        for place, gradient in enumerate(gradients):
            self._weights[place] += 0.0 if gradient is None else float(weight)

    def mean(self):
        found = super().mean()
        pairs = zip(found, self._weights, strict=True)
        return [one if one is None else one * self._weight / weight for one, weight in pairs]


@mistake("GradientAccumulator")
class NoneAsZeros(InSteps):
    """None becomes zeros. For a sum that is the same, and for an optimizer it is not: Adam moves a
    variable with gradient 0 on, by what it remembers, and leaves one with None where it is. Keep None
    while all were None."""

    def mean(self):
        pairs = zip(super().mean(), self.variables, strict=True)
        return [ops.zeros(variable.shape, variable.dtype) if one is None else one for one, variable in pairs]


@mistake("GradientAccumulator")
class NoneBreaks(InSteps):
    """A gradient of None ends in an error: it cannot be multiplied or added. Look for it first."""

    def add(self, gradients, weight=1.0):
        if any(gradient is None for gradient in gradients):
            raise TypeError("unsupported operand type(s) for *: 'NoneType' and 'float'")
        super().add(gradients, weight)


@mistake("GradientAccumulator")
class LeavesNoneOut(InSteps):
    """Entries that are None are missing in the mean, so that those after the gap meet the wrong
    variables. Keep their place."""

    def mean(self):
        return [one for one in super().mean() if one is not None]

    def apply(self, optimizer):
        optimizer.apply(InSteps.mean(self), self.variables)
        self.reset()


@mistake("GradientAccumulator")
class OneNoneIsAllNone(InSteps):
    """Once a gradient was None, its variable's entry is None for good, and what other batches had is
    lost. It is None while *all* were."""

    def add(self, gradients, weight=1.0):
        super().add(gradients, weight)
        self._totals = [None if g is None else t for t, g in zip(self._totals, gradients, strict=True)]


@mistake("GradientAccumulator")
class FiltersBeforeTheStep(InSteps):
    """Variables without a gradient are left out before the optimizer gets them. Keras makes its state for
    the variables of the first call, and refuses others later. Hand over all of them, with None."""

    def apply(self, optimizer):
        pairs = [(g, v) for g, v in zip(self.mean(), self.variables, strict=True) if g is not None]
        optimizer.apply([g for g, _ in pairs], [v for _, v in pairs])
        self.reset()


@mistake("GradientAccumulator")
class AppliesZeros(InSteps):
    """apply hands zeros to the optimizer where there is no gradient. Adam then moves these variables on,
    by what it remembers. Hand over None."""

    def apply(self, optimizer):
        pairs = zip(self.mean(), self.variables, strict=True)
        optimizer.apply([ops.zeros_like(v.value) if g is None else g for g, v in pairs], self.variables)
        self.reset()


@mistake("GradientAccumulator")
class AddsRowsByPlus(InSteps):
    """IndexedSlices are multiplied and added with operators, which they do not have. tf.convert_to_tensor
    makes the tensor that they stand for."""

    def weighted(self, gradient, weight):
        if isinstance(gradient, tf.IndexedSlices):
            raise TypeError("unsupported operand type(s) for *: 'IndexedSlices' and 'float'")
        return super().weighted(gradient, weight)


@mistake("GradientAccumulator")
class TakesRowsAsTheyAre(InSteps):
    """Of IndexedSlices the values are taken, as if they were all rows of the table. They belong to the
    rows in .indices, and rows that occur twice are added up: tf.convert_to_tensor does both."""

    def weighted(self, gradient, weight):
        return super().weighted(
            gradient.values if isinstance(gradient, tf.IndexedSlices) else gradient, weight
        )


@mistake("GradientAccumulator")
class RepeatedRowsOverwrite(InSteps):
    """Of rows that occur twice in IndexedSlices the last one counts alone. They have to be added up, which
    tf.convert_to_tensor does."""

    def weighted(self, gradient, weight):
        if isinstance(gradient, tf.IndexedSlices):
            dense = np.zeros(gradient.dense_shape.numpy(), "float32")
            dense[gradient.indices.numpy()] = gradient.values.numpy()
            gradient = dense
        return super().weighted(gradient, weight)
