"""Mistakes in `EarlyStopper`: which epochs take part, and what begins it."""

from nnlearn.diagnosis import mistake

from .early_stopper import Stopper


@mistake("EarlyStopper")
class BestStartsAt0(Stopper):
    """The best value begins at 0, so a loss, which is above 0, is never better. The first value that is
    watched is the best."""

    def is_better(self, value):
        if self.best is None:
            return self._sign * value < -self.min_delta
        return super().is_better(value)

    def gain(self, value):
        return self._sign * ((0.0 if self.best is None else self.best) - value)


@mistake("EarlyStopper")
class BestBeginsAtInfinity(Stopper):
    """`best` begins at infinity, and stays that as long as nothing was watched. It is None then."""

    def on_train_begin(self, logs=None):
        super().on_train_begin(logs)
        self.best = self._sign * math.inf


@mistake("EarlyStopper")
class ZeroIsNoBest(Stopper):
    """A best value of 0 is taken for none, because the code asks whether it is true, not whether it is
    None."""

    def is_first(self):
        return not self.best


@mistake("EarlyStopper")
class CountsTheStartFrom1(Stopper):
    """start_from_epoch is counted from 1, so one epoch too many takes part. Epochs are counted from 0."""

    def takes_part(self, epoch, value):
        return value is not None and epoch + 1 >= self.start_from_epoch


@mistake("EarlyStopper")
class StartsAnEpochLate(Stopper):
    """The epoch with the number start_from_epoch does not take part. It is the first that does."""

    def takes_part(self, epoch, value):
        late = self.start_from_epoch and epoch <= self.start_from_epoch
        return value is not None and not late


@mistake("EarlyStopper")
class ForgetsTheStart(Stopper):
    """start_from_epoch is not used: all epochs take part."""

    def takes_part(self, epoch, value):  # noqa: ARG002
        return value is not None


@mistake("EarlyStopper")
class StoresBeforeTheStart(Stopper):
    """Epochs before start_from_epoch cannot stop training, but they are taken for the best. They should not
    exist for the callback."""

    def takes_part(self, epoch, value):  # noqa: ARG002
        return value is not None

    def on_epoch_end(self, epoch, logs=None):
        super().on_epoch_end(epoch, logs)
        if epoch < self.start_from_epoch:
            self._wait = 0

    def is_time(self):
        return super().is_time() and self._current >= self.start_from_epoch

    def on_epoch_begin(self, epoch, logs=None):  # noqa: ARG002
        self._current = epoch


@mistake("EarlyStopper")
class CountsMissingEpochs(Stopper):
    """An epoch whose logs do not have the number counts as one that is no better. It should change
    nothing."""

    def on_epoch_end(self, epoch, logs=None):
        if self.found(logs) is None and not self.is_first():
            self._wait += 1
            if self.is_time():
                self.stops(epoch)
        super().on_epoch_end(epoch, logs)


@mistake("EarlyStopper")
class MissingEpochsReset(Stopper):
    """An epoch whose logs do not have the number sets the count back to 0. It should change nothing."""

    def on_epoch_end(self, epoch, logs=None):
        if self.found(logs) is None:
            self._wait = 0
        super().on_epoch_end(epoch, logs)


@mistake("EarlyStopper")
class WatchesTheTrainingLoss(Stopper):
    """The training loss is watched, whatever `monitor` says. It falls while the model overfits."""

    def found(self, logs):
        return (logs or {}).get("loss")


@mistake("EarlyStopper")
class AlwaysValLoss(Stopper):
    """`val_loss` is watched, whatever `monitor` says."""

    def found(self, logs):
        return (logs or {}).get("val_loss")


@mistake("EarlyStopper")
class NaNIsLeftOut(Stopper):
    """An epoch with NaN is left out, as if it had not been. It is one that is no better, and counts."""

    def takes_part(self, epoch, value):
        return super().takes_part(epoch, value) and not math.isnan(value)


@mistake("EarlyStopper")
class NaNIsBetter(Stopper):
    """A NaN counts as better, because the comparison asks what is *not* at least best: each comparison with
    NaN is False."""

    def is_better(self, value):
        return self.is_first() or not self.gain(value) <= self.min_delta
