"""Mistakes in `RobustScaler`: clipping, undoing, and what it refuses."""

from nnlearn.diagnosis import mistake

from .robust_scaler import InSteps


@mistake("RobustScaler")
class ClipsBeforeScaling(InSteps):
    """x is clipped to ±limit before it is scaled, so that the limit means something else for each feature,
    and a feature around 100 is lost. Scale first."""

    def transform(self, x):
        x = self._known(x)
        return ((self.clipped(x) - self.center) / self.scale).astype(x.dtype)


@mistake("RobustScaler")
class ClipsWhatIsLarge(InSteps):
    """Only large values are clipped, and small ones are not: outliers lie on both sides."""

    def clipped(self, z):
        return z if self.limit is None else np.minimum(z, self.limit)


@mistake("RobustScaler")
class IgnoresTheLimit(InSteps):
    """Nothing is clipped, whatever limit says."""

    def clipped(self, z):
        return z


@mistake("RobustScaler")
class MarksOutliers(InSteps):
    """What is beyond the limit becomes 0, or is taken out. It should become the limit, on its side."""

    def clipped(self, z):
        return z if self.limit is None else np.where(np.abs(z) > self.limit, 0.0, z)


@mistake("RobustScaler")
class InverseClips(RobustScaler):
    """inverse clips what it is given. It only undoes the scaling: z * scale + center."""

    def inverse(self, z):
        return super().inverse(z if self.limit is None else np.clip(z, -self.limit, self.limit))


@mistake("RobustScaler")
class AddsTheCenterFirst(RobustScaler):
    """inverse adds the center first and multiplies then. Undo the last step first: z * scale + center."""

    def inverse(self, z):
        z = self._known(z)
        return ((z + self.center) * self.scale).astype(z.dtype)


@mistake("RobustScaler")
class TransformLearnsPercentiles(RobustScaler):
    """transform learns the percentiles of what it is given. Only fit learns."""

    def transform(self, x):
        super().transform(x)
        self.fit(x)
        return super().transform(x)


@mistake("RobustScaler")
class TakesAnyPercentiles(RobustScaler):
    """low and high are not looked at. In the wrong order they make a negative scale, and all signs are
    turned. Raise a ValueError unless 0 <= low < high <= 100."""

    def __init__(self, low=25.0, high=75.0, limit=None):
        super().__init__(limit=limit)
        self.low, self.high = low, high


@mistake("RobustScaler")
class RefusesTheExtremes(RobustScaler):
    """The percentiles 0 and 100 are refused. They are the smallest and the largest value, and allowed."""

    def __init__(self, low=25.0, high=75.0, limit=None):
        if low == 0 or high == 100:
            raise ValueError("percentiles")
        super().__init__(low, high, limit)


@mistake("RobustScaler")
class TakesAnyLimit(RobustScaler):
    """A limit of 0 or below is taken, and makes all values equal. Raise a ValueError."""

    def __init__(self, low=25.0, high=75.0, limit=None):
        super().__init__(low, high)
        self.limit = limit


@mistake("RobustScaler")
class ZeroIsNoLimit(RobustScaler):
    """`if limit` is False for 0 as for None: a limit of 0 is taken for none. Ask `limit is not None`, and
    raise a ValueError for 0."""

    def __init__(self, low=25.0, high=75.0, limit=None):
        super().__init__(low, high, limit or None)


@mistake("RobustScaler")
class PercentilesDecideTheDtype(RobustScaler):
    """The result is float64 whatever came, because the percentiles are. Cast it to the dtype of x."""

    def transform(self, x):
        return super().transform(self._known(x).astype("float64"))

    def inverse(self, z):
        return super().inverse(self._known(z).astype("float64"))
