"""Mistakes in `RobustScaler`: what is learned."""

from nnlearn.diagnosis import mistake


class InSteps(RobustScaler):
    """The right one in steps, for mistakes that change one of them."""

    def rows(self, x):
        return np.asarray(x, "float64").reshape(-1, np.shape(x)[-1])

    def fit(self, x):
        rows = self.rows(x)
        if len(rows) == 0:
            raise ValueError("no rows")
        low, high = self.percentiles(rows)
        self.center = self.middle(rows, low, high)
        self.scale = self.guarded(self.distance(low, high, rows), low, high, rows)
        return self

    def percentiles(self, rows):
        return np.percentile(rows, [self.low, self.high], axis=0)

    def middle(self, rows, low, high):  # noqa: ARG002
        return np.median(rows, axis=0)

    def distance(self, low, high, rows):  # noqa: ARG002
        return high - low

    def guarded(self, distance, low, high, rows):  # noqa: ARG002
        return np.where(low == high, 1.0, distance)

    def clipped(self, z):
        return z if self.limit is None else np.clip(z, -self.limit, self.limit)

    def transform(self, x):
        x = self._known(x)
        with np.errstate(all="ignore"):
            return self.clipped((x - self.center) / self.scale).astype(x.dtype)


@mistake("RobustScaler")
class MeanForMedian(InSteps):
    """The center is the mean. One outlier drags it away from all others; the median is the value in the
    middle, and stays."""

    def middle(self, rows, low, high):  # noqa: ARG002
        return rows.mean(axis=0)


@mistake("RobustScaler")
class MiddleOfThePercentiles(InSteps):
    """The center is half way between the two percentiles. Where values are denser on one side, that is not
    the median, below and above which half of the values lie."""

    def middle(self, rows, low, high):  # noqa: ARG002
        return (low + high) / 2


@mistake("RobustScaler")
class DeviationForPercentiles(InSteps):
    """The scale is the standard deviation, in which an outlier counts by its square. Take the percentile
    high minus the percentile low."""

    def distance(self, low, high, rows):  # noqa: ARG002
        return rows.std(axis=0)


@mistake("RobustScaler")
class LeastAndLargest(InSteps):
    """The scale is the largest value minus the smallest, so that an outlier decides about it. Take the
    percentiles."""

    def percentiles(self, rows):
        return rows.min(axis=0), rows.max(axis=0)


@mistake("RobustScaler")
class AlwaysQuartiles(InSteps):
    """The percentiles are 25 and 75, whatever low and high say."""

    def percentiles(self, rows):
        return np.percentile(rows, [25, 75], axis=0)


@mistake("RobustScaler")
class HalfTheDistance(InSteps):
    """The scale is half of the distance between the percentiles. Take all of it."""

    def distance(self, low, high, rows):  # noqa: ARG002
        return (high - low) / 2


@mistake("RobustScaler")
class LikeADeviation(InSteps):
    """The scale is divided by 1.349, which would make a standard deviation of it for normal numbers. Asked
    for is the distance of the percentiles as it is."""

    def distance(self, low, high, rows):  # noqa: ARG002
        return (high - low) / 1.349


@mistake("RobustScaler")
class NearestValue(InSteps):
    """A percentile that lies between two values becomes the nearer one. Interpolate linearly, as
    np.percentile does if it is told nothing else."""

    def percentiles(self, rows):
        return np.percentile(rows, [self.low, self.high], axis=0, method="nearest")


@mistake("RobustScaler")
class EqualPercentilesDivide(InSteps):
    """Where the percentiles are equal, the scale is 0, and a division by it gives NaN or infinity. It
    should be 1."""

    def guarded(self, distance, low, high, rows):  # noqa: ARG002
        return distance


@mistake("RobustScaler")
class OnlyConstantsAreOne(InSteps):
    """The scale is 1 only where all values are equal. A feature that is nearly always 0 has equal
    percentiles, too, and is divided by 0."""

    def guarded(self, distance, low, high, rows):  # noqa: ARG002
        return np.where(rows.min(axis=0) == rows.max(axis=0), 1.0, distance)


@mistake("RobustScaler")
class AddsEpsilonToPercentiles(InSteps):
    """A small number is added to the scale, so that nothing is divided by 0: a constant that moves by 1
    becomes a hundred million. Where the percentiles are equal, the scale is 1."""

    def guarded(self, distance, low, high, rows):  # noqa: ARG002
        return distance + 1e-8


@mistake("RobustScaler")
class CallsSmallDistanceNone(InSteps):
    """A small scale is replaced by 1. It may be the right one, for a feature with small numbers: only where
    the percentiles are equal it is 1."""

    def guarded(self, distance, low, high, rows):  # noqa: ARG002
        return np.where(distance < 1e-7, 1.0, distance)


@mistake("RobustScaler")
class RoundingDivides(InSteps):
    """The percentiles are interpolated as a * (1 - t) + b * t, which rounding makes slightly different for
    equal a and b: the scale is 1e-17 in place of 0, and is not replaced. Interpolate as a + (b - a) * t."""

    def percentiles(self, rows):
        rows = np.sort(rows, axis=0)
        found = []
        for percent in (self.low, self.high):
            place = percent / 100 * (len(rows) - 1)
            below = int(place)
            t = place - below
            found.append(rows[below] * (1 - t) + rows[min(below + 1, len(rows) - 1)] * t)
        return found


@mistake("RobustScaler")
class PercentilesInTheDtypeGiven(InSteps):
    """The percentiles are computed in the dtype of x, and what lies between two values is rounded to it.
    Make float64 of x first."""

    def rows(self, x):
        x = np.asarray(x)
        return x.reshape(-1, x.shape[-1])

    def percentiles(self, rows):
        return [np.percentile(rows, percent, axis=0) for percent in (self.low, self.high)]

    def fit(self, x):
        super().fit(x)
        self.center, self.scale = (np.asarray(each, "float64") for each in (self.center, self.scale))
        return self


@mistake("RobustScaler")
class OneMedianForAll(InSteps):
    """All features have the same center and scale, taken from all numbers at once. Each index of the last
    axis has its own."""

    def rows(self, x):
        x = np.asarray(x, "float64")
        return np.repeat(x.reshape(-1, 1), x.shape[-1], axis=1)


@mistake("RobustScaler")
class MedianOfEachPixel(InSteps):
    """Only the first axis is pooled, so that an image has a median for each pixel. All axes but the last
    are."""

    def rows(self, x):
        return np.asarray(x, "float64")
