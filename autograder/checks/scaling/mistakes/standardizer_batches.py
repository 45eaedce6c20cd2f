"""Mistakes in `Standardizer`: what becomes of what was learned before."""

from nnlearn.diagnosis import mistake

from .standardizer import InSteps


@mistake("Standardizer")
class MeanOfBatchMeans(InSteps):
    """The means of the batches are averaged as if all had the same size, and so are their variances. Weigh
    each by its rows."""

    def learn(self):
        rows = np.concatenate(self.batches)
        self.mean = np.mean([batch.mean(axis=0) for batch in self.batches], axis=0)
        self.scale = self.guarded(
            np.sqrt(np.mean([np.mean((batch - self.mean) ** 2, axis=0) for batch in self.batches], axis=0)),
            rows,
        )


@mistake("Standardizer")
class MissesHowFarMeansAre(InSteps):
    """The variances of the batches are averaged, weighted by their rows. What is missing is how far the
    means of the batches are apart: for groups of n and m rows whose means differ by d, d² nm/(n + m)
    belongs to the sum."""

    def learn(self):
        super().learn()
        rows = np.concatenate(self.batches)
        counts = [len(batch) for batch in self.batches]
        within = np.average([batch.var(axis=0) for batch in self.batches], axis=0, weights=counts)
        self.scale = self.guarded(np.sqrt(within), rows)


@mistake("Standardizer")
class AveragesHalfAndHalf(InSteps):
    """What was known and the new batch are averaged half and half, so that the last batch counts as much as
    all before it. Count rows, and weigh by them."""

    def learn(self):
        last = self.batches[-1]
        mean, scale = last.mean(axis=0), self.guarded(last.std(axis=0), last)
        if len(self.batches) > 1:
            mean, scale = (self.mean + mean) / 2, (self.scale + scale) / 2
        self.mean, self.scale = mean, scale


@mistake("Standardizer")
class UpdateReplaces(InSteps):
    """update forgets what was known: only the last batch counts. It should add to what came before."""

    def update(self, x):
        if len(self.rows(x)) and self.batches and self.batches[-1].shape[1] == np.shape(x)[-1]:
            self.forget()
        return super().update(x)


@mistake("Standardizer")
class FitKeepsTheOld(InSteps):
    """fit adds to what was learned before. It should forget that first."""

    def forget(self):
        if self.batches and len(self.batches[-1]) == 0:
            self.batches = []


@mistake("Standardizer")
class FitForgetsTheMeanAlone(InSteps):
    """A second fit begins a new mean, and goes on with the old squared deviations. Forget everything."""

    def __init__(self):
        super().__init__()
        self.older = []

    def forget(self):
        self.older += self.batches
        super().forget()

    def learn(self):
        super().learn()
        rows = np.concatenate(self.batches)
        width = rows.shape[1]
        kept = [batch for batch in self.older if batch.shape[1] == width]
        squares = sum(((batch - batch.mean(axis=0)) ** 2).sum(axis=0) for batch in [rows, *kept])
        self.scale = self.guarded(np.sqrt(squares / len(rows)), rows)


@mistake("Standardizer")
class FitKeepsExtremes(Standardizer):
    """A second fit forgets the mean and not the smallest and largest values, so that a feature that is
    constant now does not count as one, and is divided by 0. Forget everything."""

    def fit(self, x):
        before = (self._low, self._high) if self.mean is not None else None
        super().fit(x)
        if before is not None:
            self._low = np.minimum(self._low, before[0])
            self._high = np.maximum(self._high, before[1])
            now = np.asarray(x, "float64").reshape(-1, np.shape(x)[-1])
            spread = np.where(now.min(axis=0) == now.max(axis=0), 0.0, now.std(axis=0))
            self.scale = np.where(self._low == self._high, 1.0, spread)
        return self

    def transform(self, x):
        with np.errstate(all="ignore"):
            return super().transform(x)


@mistake("Standardizer")
class LooksAtTheLastBatch(InSteps):
    """Whether a feature is constant is asked of the last batch alone. Three times 0.1 and then three times
    0.3 is no constant: keep the smallest and the largest value of all batches."""

    def guarded(self, spread, rows):  # noqa: ARG002
        last = self.batches[-1]
        return np.where(last.min(axis=0) == last.max(axis=0), 1.0, spread)


@mistake("Standardizer")
class ConstantForEver(InSteps):
    """A feature that was constant in the first batch keeps the scale 1 when it changes later."""

    def guarded(self, spread, rows):  # noqa: ARG002
        first = self.batches[0]
        return np.where(first.min(axis=0) == first.max(axis=0), 1.0, spread)


@mistake("Standardizer")
class SharesItsRows(InSteps):
    """What was learned is kept in the class, so all objects share it: one that is fitted changes the
    others. Keep it in the object, on self."""

    everybody = []  # noqa: RUF012 - that is the mistake

    def __init__(self):
        super().__init__()
        self.batches = self.everybody

    def forget(self):
        self.everybody.clear()

    @property
    def mean(self):
        return np.concatenate(self.everybody).mean(axis=0) if self.everybody else None

    @mean.setter
    def mean(self, value):
        pass


@mistake("Standardizer")
class KeepsTheCallersArray(InSteps):
    """The array that was given is kept as it is and read again at the next update. By then the caller may
    have written into it. Keep numbers of your own: a copy, or sums."""

    def rows(self, x):
        x = np.asarray(x)
        return x.reshape(-1, x.shape[-1]).view()

    def learn(self):
        rows = np.concatenate(self.batches).astype("float64")
        self.mean = rows.mean(axis=0)
        self.scale = self.guarded(rows.std(axis=0), rows)
