"""Mistakes in `Standardizer`: how it is applied and undone, and what it refuses."""

from nnlearn.diagnosis import mistake

from .standardizer import InSteps


@mistake("Standardizer")
class TransformRefits(Standardizer):
    """transform learns from what it is given: every batch is scaled by itself, and the same row becomes
    another number in other company. Only fit and update learn."""

    def transform(self, x):
        super().transform(x)
        return self.fit(x)._apply(x)

    def _apply(self, x):
        return super().transform(x)


@mistake("Standardizer")
class InverseInWrongOrder(Standardizer):
    """inverse adds the mean first and multiplies then. transform subtracted and then divided: undo the last
    step first, z * scale + mean."""

    def inverse(self, z):
        z = self._known(z)
        return ((z + self.mean) * self.scale).astype(z.dtype)


@mistake("Standardizer")
class InverseTransformsAgain(Standardizer):
    """inverse scales once more in place of undoing it: z * scale + mean."""

    def inverse(self, z):
        return self.transform(z)


@mistake("Standardizer")
class DividesFirst(Standardizer):
    """transform divides by the scale and subtracts the mean afterwards, which is in the old unit. Subtract
    first."""

    def transform(self, x):
        x = self._known(x)
        return (x / self.scale - self.mean).astype(x.dtype)


@mistake("Standardizer")
class MeanAlone(Standardizer):
    """transform subtracts the mean and does not divide by the scale."""

    def transform(self, x):
        x = self._known(x)
        return (x - self.mean).astype(x.dtype)


@mistake("Standardizer")
class ForgetsTheDtype(Standardizer):
    """The result is float64 whatever came, because the statistics are. Cast it to the dtype of x."""

    def transform(self, x):
        x = self._known(x)
        return (x - self.mean) / self.scale

    def inverse(self, z):
        z = self._known(z)
        return z * self.scale + self.mean


@mistake("Standardizer")
class CutsIntegersOff(Standardizer):
    """The result of integers is cast to integers again, and everything behind the point is cut off.
    Integers give float32."""

    def _known(self, x):
        super()._known(x)
        return np.asarray(x)


@mistake("Standardizer")
class ReturnsNothing(Standardizer):
    """fit and update return None. With `return self` one can write Standardizer().fit(x).transform(x)."""

    def fit(self, x):
        super().fit(x)

    def update(self, x):
        super().update(x)


@mistake("Standardizer")
class BroadcastsOneFeature(Standardizer):
    """The number of features is not compared, and NumPy broadcasts a single column to all features without
    a word. Compare the last axis with what was learned."""

    def transform(self, x):
        return super().transform(self._broadcast(x))

    def inverse(self, z):
        return super().inverse(self._broadcast(z))

    def _broadcast(self, x):
        if self.mean is None or np.shape(x)[-1] != 1:
            return x
        x = np.asarray(x)
        return np.broadcast_to(x, (*x.shape[:-1], len(self.mean)))


@mistake("Standardizer")
class UpdateBroadcasts(Standardizer):
    """update does not compare the number of features, and takes a single column for all of them."""

    def update(self, x):
        if self.mean is not None and np.shape(x)[-1] == 1:
            x = np.broadcast_to(x, (*np.shape(x)[:-1], len(self.mean)))
        return super().update(x)


@mistake("Standardizer")
class TransformsBeforeFit(Standardizer):
    """Before fit, transform hands back what it got. Who forgot to fit is not told. Raise a ValueError."""

    def transform(self, x):
        return super().transform(x) if self.mean is not None else np.asarray(x)

    def inverse(self, z):
        return super().inverse(z) if self.mean is not None else np.asarray(z)


@mistake("Standardizer")
class LearnsFromNothing(Standardizer):
    """No rows are taken without a word: the mean of nothing is NaN, and so is all that comes after. Raise a
    ValueError."""

    def fit(self, x):
        if 0 in np.shape(x):
            self.mean = self.scale = np.full(np.shape(x)[-1], np.nan)
            return self
        return super().fit(x)

    def update(self, x):
        return self if 0 in np.shape(x) else super().update(x)


@mistake("Standardizer")
class ScalesInPlace(Standardizer):
    """x itself is scaled, so that the caller's data is changed, and scaled twice the next time. Make a new
    array."""

    def transform(self, x):
        z = super().transform(x)
        if isinstance(x, np.ndarray) and x.dtype == z.dtype:
            x[...] = z
        return z


@mistake("Standardizer")
class StatisticsInTheDtypeGiven(InSteps):
    """Mean and deviation are computed in the dtype of x. In float16 sums overflow, and means have three
    digits. Make float64 of x first."""

    def rows(self, x):
        x = np.asarray(x)
        return x.reshape(-1, x.shape[-1]).copy()

    def learn(self):
        rows = np.concatenate(self.batches)
        kind = rows.dtype if rows.dtype.kind == "f" else "float32"
        self.mean = rows.mean(axis=0, dtype=kind).astype("float64")
        spread = np.sqrt(
            np.mean((rows.astype(kind) - rows.mean(axis=0, dtype=kind)) ** 2, axis=0, dtype=kind)
        )
        self.scale = self.guarded(spread.astype("float64"), rows)


@mistake("Standardizer")
class IntegersThroughFloat32(Standardizer):
    """Integers become float32 before their statistics are computed, so that large ones, such as times in
    seconds, lose their last digits. Make float64 of them at once."""

    def update(self, x):
        x = np.asarray(x)
        return super().update(x if x.dtype.kind == "f" else x.astype("float32"))
