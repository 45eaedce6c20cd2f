"""Mistakes in `ReduceOnPlateau`: what is better, how long is waited, and what becomes of the rate."""

from nnlearn.diagnosis import mistake


class Watches(ReduceOnPlateau):
    """The pieces of an epoch's end, so that one of them can be wrong."""

    def is_better(self, value):
        return self._best is None or value < self._best - self.min_delta

    def found(self, logs):
        return (logs or {}).get(self.monitor)

    def is_time(self):
        return self._wait >= self.patience

    def new_rate(self, rate):
        return max(rate * self.factor, self.min_lr)

    def may_fall(self, rate):
        return rate > np.float32(self.min_lr)

    def counts_down(self):
        if self._cooling > 0:
            self._cooling -= 1
            self._wait = 0

    def stores(self, value):
        self._best, self._wait = value, 0

    def assigns(self, rate):
        self.model.optimizer.learning_rate = rate

    def after_the_fall(self):
        self._wait, self._cooling = 0, self.cooldown

    def on_epoch_end(self, epoch, logs=None):  # noqa: ARG002
        value = self.found(logs)
        if value is None:
            return
        self.counts_down()
        if self.is_better(value):
            self.stores(value)
        elif self._cooling == 0:
            self._wait += 1
            rate = float(ops.convert_to_numpy(self.model.optimizer.learning_rate))
            if self.is_time() and self.may_fall(rate):
                self.assigns(self.new_rate(rate))
                self.after_the_fall()


@mistake("ReduceOnPlateau")
class HigherIsBetter(Watches):
    """A higher value is taken for better, which is right for an accuracy. Here lower is better."""

    def is_better(self, value):
        return self._best is None or value > self._best + self.min_delta


@mistake("ReduceOnPlateau")
class AnyFallIsBetter(Watches):
    """Every fall counts as better, by however little, so that a loss that creeps down keeps the rate up.
    Better is below best - min_delta."""

    def is_better(self, value):
        return self._best is None or value < self._best


@mistake("ReduceOnPlateau")
class ARiseIsBetter(Watches):
    """min_delta is added instead of subtracted, so that a value a little above the best counts as better.
    Better is below best - min_delta."""

    def is_better(self, value):
        return self._best is None or value < self._best + self.min_delta


@mistake("ReduceOnPlateau")
class AnyFallIsStored(Watches):
    """The best value is replaced by every lower one, also by one that is not better by min_delta. Then many
    small falls never add up. It is stored only where it is better."""

    def is_better(self, value):
        better = super().is_better(value)
        if not better and value < self._best:
            self._best = value
        return better


@mistake("ReduceOnPlateau")
class ComparesWithTheEpochBefore(Watches):
    """Each value is compared with that of the epoch before, so that going up and down counts as better
    again and again. Compare with the best so far."""

    def is_better(self, value):
        before, self._last = getattr(self, "_last", None) if self._best is not None else None, value
        return before is None or value < before - self.min_delta


@mistake("ReduceOnPlateau")
class NaNIsBetter(Watches):
    """A NaN counts as better, because the comparison asks whether the value is *not* at least best: each
    comparison with NaN is False. Ask whether it is below."""

    def is_better(self, value):
        return self._best is None or not value >= self._best - self.min_delta


@mistake("ReduceOnPlateau")
class ForgetsToResetTheWait(Watches):
    """A better value does not set the wait to 0, so that epochs add up that do not come in a row."""

    def stores(self, value):
        self._best = value


@mistake("ReduceOnPlateau")
class WaitsOnAfterTheFall(Watches):
    """The wait goes on after the rate has fallen, so that it falls again in the very next epoch. Set it to
    0."""

    def after_the_fall(self):
        self._cooling = self.cooldown


@mistake("ReduceOnPlateau")
class FallsOnlyOnce(Watches):
    """The rate falls where the wait *equals* patience, and the wait goes on: it never is again. Set it to 0
    when the rate has fallen."""

    def is_time(self):
        return self._wait == max(self.patience, 1)

    def after_the_fall(self):
        self._cooling = self.cooldown


@mistake("ReduceOnPlateau")
class WaitsAnEpochLonger(Watches):
    """The rate falls an epoch late: where the wait is above patience. It falls in the epoch in which the
    wait is patience."""

    def is_time(self):
        return self._wait > self.patience


@mistake("ReduceOnPlateau")
class LooksBeforeItCounts(Watches):
    """The first epoch counts as one that is no better, or the wait begins at 1, so that the rate falls an
    epoch early."""

    def is_time(self):
        return self._wait + 1 >= self.patience


@mistake("ReduceOnPlateau")
class SubtractsTheFactor(Watches):
    """The factor is subtracted from the rate. The rate is multiplied by it."""

    def new_rate(self, rate):
        return max(rate - self.factor, self.min_lr)


@mistake("ReduceOnPlateau")
class TakesAShareAway(Watches):
    """The rate is reduced *by* the factor: rate * (1 - factor). It becomes rate * factor."""

    def new_rate(self, rate):
        return max(rate * (1 - self.factor), self.min_lr)


@mistake("ReduceOnPlateau")
class DividesByTheFactor(Watches):
    """The rate is divided by the factor, which is below 1, and grows. Multiply."""

    def new_rate(self, rate):
        return max(rate / self.factor, self.min_lr)


@mistake("ReduceOnPlateau")
class UndercutsTheMinimum(Watches):
    """The rate falls below min_lr. It becomes max(rate * factor, min_lr)."""

    def new_rate(self, rate):
        return rate * self.factor


@mistake("ReduceOnPlateau")
class StopsAboveTheMinimum(Watches):
    """Where the next rate would be below min_lr the rate stays, and never gets there. It becomes min_lr."""

    def new_rate(self, rate):
        return rate * self.factor if rate * self.factor >= self.min_lr else rate


@mistake("ReduceOnPlateau")
class RaisesToTheMinimum(Watches):
    """A rate that is below min_lr is raised to it. It stays as it is: a plateau is no reason to go
    faster."""

    def may_fall(self, rate):  # noqa: ARG002
        return True


@mistake("ReduceOnPlateau")
class SetsAPythonAttribute(Watches):
    """The new rate is stored where no optimizer looks: in an attribute of another name, of the optimizer,
    the model or the callback. The rate is self.model.optimizer.learning_rate; assign to that."""

    def assigns(self, rate):
        self.model.optimizer.lr = rate


@mistake("ReduceOnPlateau")
class KeepsTheRateItself(Watches):
    """The rate is remembered from the first epoch on and multiplied there, so that a second training, or
    somebody who sets the rate by hand, gets one from the past. Read the optimizer's rate each time."""

    _rate = None

    def new_rate(self, rate):
        self._rate = super().new_rate(self._rate or rate)
        return self._rate

    def may_fall(self, rate):
        return super().may_fall(self._rate or rate)


@mistake("ReduceOnPlateau")
class EqualIsBetter(Watches):
    """A value equal to best - min_delta counts as better, so that with min_delta=0 a loss that does not
    move at all keeps the rate up. Better is *below* it."""

    def is_better(self, value):
        return self._best is None or value <= self._best - self.min_delta
