"""Mistakes in `Standardizer`: which numbers are averaged, and what they are divided by."""

from nnlearn.diagnosis import mistake


class InSteps(Standardizer):
    """The right one in steps, for mistakes that change one of them; it keeps all rows."""

    def __init__(self):
        super().__init__()
        self.batches = []

    def rows(self, x):
        return np.asarray(x, "float64").reshape(-1, np.shape(x)[-1]).copy()

    def forget(self):
        self.batches = []

    def fit(self, x):
        self.forget()
        return self.update(x)

    def update(self, x):
        rows = self.rows(x)
        if len(rows) == 0:
            raise ValueError("no rows")
        if self.batches and self.batches[-1].shape[1:] != rows.shape[1:]:
            raise ValueError("another number of features")
        self.batches.append(rows)
        with np.errstate(all="ignore"):
            self.learn()
        return self

    def learn(self):
        rows = np.concatenate(self.batches)
        self.mean = self.center(rows)
        self.scale = self.guarded(self.spread(rows), rows)

    def center(self, rows):
        return rows.mean(axis=0)

    def spread(self, rows):
        return rows.std(axis=0)

    def guarded(self, spread, rows):
        return np.where(rows.min(axis=0) == rows.max(axis=0), 1.0, spread)

    def transform(self, x):
        with np.errstate(all="ignore"):
            return super().transform(x)


@mistake("Standardizer")
class PoolsAllFeatures(InSteps):
    """One mean and one deviation for all features together: those with large numbers decide, and the others
    stay squeezed. Each index of the last axis has its own."""

    def center(self, rows):
        return np.full(rows.shape[1], rows.mean())

    def spread(self, rows):
        return np.full(rows.shape[1], rows.std())


@mistake("Standardizer")
class DividesByOneLess(InSteps):
    """The squared deviations are divided by n - 1. That estimates the spread of a population from a sample;
    asked for is the spread of these very numbers, divided by n."""

    def spread(self, rows):
        return rows.std(axis=0, ddof=1)


@mistake("Standardizer")
class VarianceForDeviation(InSteps):
    """The scale is the variance. Take the root of it: the deviation has the unit of the feature."""

    def spread(self, rows):
        return rows.var(axis=0)


@mistake("Standardizer")
class MeanAbsoluteDeviation(InSteps):
    """The scale is the mean of |x - mean|. The standard deviation is the root of the mean square."""

    def spread(self, rows):
        return np.abs(rows - rows.mean(axis=0)).mean(axis=0)


@mistake("Standardizer")
class SpreadAroundZero(InSteps):
    """The scale is the root of the mean square of x, and the mean was not subtracted before squaring."""

    def spread(self, rows):
        return np.sqrt(np.mean(rows**2, axis=0))


@mistake("Standardizer")
class ShortFormulaInFloat32(InSteps):
    """The variance is computed as E[x²] - E[x]² in float32. Both are huge where the mean is, and of their
    difference only rounding is left. Subtract the mean first, in float64."""

    def spread(self, rows):
        rows = rows.astype("float32")
        difference = np.mean(rows**2, axis=0) - np.mean(rows, axis=0) ** 2
        return np.sqrt(np.maximum(difference, 0)).astype("float64")


@mistake("Standardizer")
class ShortFormula(InSteps):
    """The variance is computed as E[x²] - E[x]². In float64 that holds for longer than in float32, and goes
    wrong in the same way where the mean is large: both terms are huge, and rounding is left. Subtract the
    mean first."""

    def spread(self, rows):
        return np.sqrt(np.maximum(np.mean(rows**2, axis=0) - np.mean(rows, axis=0) ** 2, 0))


@mistake("Standardizer")
class AddsEpsilon(InSteps):
    """A small number is added to every deviation, so that nothing is divided by 0. All scales come out a
    little too large, and a constant is still divided by next to nothing: give a constant feature the scale
    1."""

    def guarded(self, spread, rows):  # noqa: ARG002
        return spread + 1e-8


@mistake("Standardizer")
class KerasMinimum(InSteps):
    """The deviation is replaced by 0.0000001 where it is below, as Keras does. A constant feature that
    moves by 1 then becomes ten million. Give a constant feature the scale 1."""

    def guarded(self, spread, rows):  # noqa: ARG002
        return np.maximum(spread, 1e-7)


@mistake("Standardizer")
class DividesByZero(InSteps):
    """A constant feature has the scale 0, and a division by it gives NaN or infinity. Its scale should be
    1."""

    def guarded(self, spread, rows):
        return np.where(rows.min(axis=0) == rows.max(axis=0), 0.0, spread)


@mistake("Standardizer")
class TinyDeviationDivides(InSteps):
    """Only a deviation of exactly 0 is replaced by 1. Rounding makes something like 1e-17 of the deviation
    of equal values (ten times 0.1, say), and that is divided by then. Ask whether the smallest value is the
    largest."""

    def guarded(self, spread, rows):  # noqa: ARG002
        return np.where(spread == 0, 1.0, spread)


@mistake("Standardizer")
class CallsSmallConstant(InSteps):
    """A feature with a small deviation is taken for a constant. It may well be measured in kilometres: only
    where all values are equal the scale is 1."""

    def guarded(self, spread, rows):  # noqa: ARG002
        return np.where(spread < 1e-8, 1.0, spread)


@mistake("Standardizer")
class ReducesTheFirstAxisAlone(InSteps):
    """Only the first axis is pooled, so that an image has a mean for each pixel. All axes but the last
    are."""

    def rows(self, x):
        return np.array(x, "float64")
