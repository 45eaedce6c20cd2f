"""Mistakes in `EarlyStopper`: what is better, how long is waited, and which weights come back."""

from nnlearn.diagnosis import mistake


class Stopper(EarlyStopper):
    """The pieces of an epoch's end, so that one of them can be wrong."""

    def gain(self, value):
        return self.reference() - value if self._sign > 0 else value - self.reference()

    def reference(self):
        return self.best

    def is_first(self):
        return self.best is None

    def is_better(self, value):
        return self.is_first() or self.gain(value) > self.min_delta

    def takes_part(self, epoch, value):
        return value is not None and epoch >= self.start_from_epoch

    def found(self, logs):
        return (logs or {}).get(self.monitor)

    def copied(self):
        return self.model.get_weights()

    def keeps(self, epoch, value):
        self.best, self.best_epoch, self._wait = value, epoch, 0
        if self.restore_best_weights:
            self._best_weights = self.copied()

    def is_not_better(self, value):  # noqa: ARG002
        self._wait += 1

    def is_time(self):
        return self._wait >= self.patience

    def stops(self, epoch):
        self.stopped_epoch, self.model.stop_training = epoch, True

    def on_epoch_end(self, epoch, logs=None):
        value = self.found(logs)
        if not self.takes_part(epoch, value):
            return
        if self.is_better(value):
            self.keeps(epoch, value)
        else:
            self.is_not_better(value)
            if self.is_time():
                self.stops(epoch)


@mistake("EarlyStopper")
class WaitsAnEpochLonger(Stopper):
    """Training stops an epoch late, where the count is *above* patience. It stops in the epoch in which the
    count is patience."""

    def is_time(self):
        return self._wait > max(self.patience, 1)


@mistake("EarlyStopper")
class StopsAnEpochEarly(Stopper):
    """Training stops an epoch early: the best epoch, or the one after it, is counted twice. Only epochs
    that are no better count."""

    def is_time(self):
        return self._wait >= self.patience - 1


@mistake("EarlyStopper")
class AddsUpAllEpochs(Stopper):
    """A better value does not set the count back to 0, so epochs add up that do not come in a row."""

    def keeps(self, epoch, value):
        wait = self._wait
        super().keeps(epoch, value)
        self._wait = wait


@mistake("EarlyStopper")
class MeasuresFromTheEpochBefore(Stopper):
    """Each epoch is compared with the one before, so a loss that rises, and falls a little on the way,
    never stops. Compare with the best."""

    def reference(self):
        return self._before

    def on_epoch_end(self, epoch, logs=None):
        super().on_epoch_end(epoch, logs)
        value = self.found(logs)
        if self.takes_part(epoch, value):
            self._before = value


@mistake("EarlyStopper")
class AnyFallResets(Stopper):
    """A value that is lower than that of the epoch before sets the count back to 0, although it is not
    better than the best."""

    def is_better(self, value):
        before, self._before = getattr(self, "_before", None), value
        if before is not None and not self.is_first() and (before - value) * self._sign > 0:
            self._wait = -1
        return super().is_better(value)


@mistake("EarlyStopper")
class EveryGainResets(Stopper):
    """Every value below the best sets the count back, also one that is not better by min_delta. A loss that
    creeps down then never stops."""

    def is_not_better(self, value):
        self._wait = 0 if self.gain(value) > 0 else self._wait + 1


@mistake("EarlyStopper")
class EveryGainIsStored(Stopper):
    """The best is replaced by every value below it, also by one that is not better by min_delta. Then many
    small falls never add up. Store it only where it is better."""

    def is_not_better(self, value):
        super().is_not_better(value)
        if self.gain(value) > 0:
            self.best = value


@mistake("EarlyStopper")
class EveryGainIsKept(Stopper):
    """Every value below the best becomes the best, with its epoch and its weights; min_delta decides about
    the count alone. Then many small falls never add up. Store it only where it is better."""

    def is_not_better(self, value):
        if self.gain(value) > 0:
            wait = self._wait
            self.keeps(self._epoch, value)
            self._wait = wait
        self._wait += 1

    def on_epoch_begin(self, epoch, logs=None):  # noqa: ARG002
        self._epoch = epoch


@mistake("EarlyStopper")
class ForgetsMinDelta(Stopper):
    """min_delta is not used: every value below the best is better. It has to be below best -
    abs(min_delta)."""

    def is_better(self, value):
        return self.is_first() or self.gain(value) > 0


@mistake("EarlyStopper")
class AddsMinDelta(Stopper):
    """min_delta is added on the wrong side: a value that is a little *worse* than the best counts as
    better. It has to be below best - abs(min_delta)."""

    def is_better(self, value):
        return self.is_first() or self.gain(value) > -self.min_delta


@mistake("EarlyStopper")
class KeepsTheSignOfMinDelta(Stopper):
    """A min_delta below 0 is used with its sign, so worse values count as better. Only its size matters, as
    in Keras: abs(min_delta)."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        given = args[2] if len(args) > 2 else kwargs.get("min_delta", 0.0)
        self.min_delta = given


@mistake("EarlyStopper")
class MinDeltaIsAShare(Stopper):
    """min_delta is taken as a share of the best value. It is a difference."""

    def is_better(self, value):
        return self.is_first() or self.gain(value) > self.min_delta * abs(self.best)


@mistake("EarlyStopper")
class EqualIsBetter(Stopper):
    """A value that is exactly min_delta better, or equal to the best at min_delta=0, counts as better. So a
    loss that stands still never stops. It has to be below."""

    def is_better(self, value):
        return self.is_first() or self.gain(value) >= self.min_delta


@mistake("EarlyStopper")
class ForgetsTheMode(Stopper):
    """The mode is not used: lower is better, also for an accuracy. With mode "max" the comparison turns
    round."""

    def gain(self, value):
        return self.best - value


@mistake("EarlyStopper")
class TurnsTheModes(Stopper):
    """The two modes are swapped: with "min", a higher value counts as better."""

    def gain(self, value):
        return -super().gain(value)


@mistake("EarlyStopper")
class MirrorsWithoutMinDelta(Stopper):
    """With mode "max" min_delta is subtracted from the best, as with "min". It has to be above best +
    abs(min_delta)."""

    def is_better(self, value):
        return self.is_first() or self.gain(value) > self.min_delta * self._sign


@mistake("EarlyStopper")
class NegatesTheBest(Stopper):
    """With mode "max" the value is negated and stays that in `best`. `best` is the value as it is in the
    logs."""

    def gain(self, value):
        return self._sign * (self._own - value)

    def keeps(self, epoch, value):
        super().keeps(epoch, value)
        self._own, self.best = value, self._sign * value
