"""Mistakes in `EarlyStopper`: what is remembered, what is said, and what is refused."""

from nnlearn.diagnosis import mistake

from .early_stopper import Stopper


@mistake("EarlyStopper")
class RemembersTheBest(Stopper):
    """The best value and weights are those of an earlier training. Forget everything in on_train_begin."""

    def on_train_begin(self, logs=None):
        kept = (
            getattr(self, "best", None),
            getattr(self, "best_epoch", None),
            getattr(self, "_best_weights", None),
        )
        super().on_train_begin(logs)
        self.best, self.best_epoch, self._best_weights = kept


@mistake("EarlyStopper")
class RemembersTheBestValue(Stopper):
    """The best value of an earlier training is not forgotten, so the next one has to beat it. Set it to
    None in on_train_begin."""

    def on_train_begin(self, logs=None):
        kept = getattr(self, "best", None)
        super().on_train_begin(logs)
        self.best = kept


@mistake("EarlyStopper")
class RemembersTheWeights(Stopper):
    """The weights that were best in an earlier training come back after one in which nothing was watched.
    Forget them in on_train_begin."""

    def on_train_begin(self, logs=None):
        kept = getattr(self, "_best_weights", None)
        super().on_train_begin(logs)
        self._best_weights = kept


@mistake("EarlyStopper")
class RemembersTheStop(Stopper):
    """stopped_epoch is still that of an earlier training. It is None where this one was not stopped."""

    def on_train_begin(self, logs=None):
        kept = getattr(self, "stopped_epoch", None)
        super().on_train_begin(logs)
        self.stopped_epoch = kept


@mistake("EarlyStopper")
class CountsEpochsFrom1(Stopper):
    """best_epoch and stopped_epoch are counted from 1. Callbacks count epochs from 0."""

    def keeps(self, epoch, value):
        super().keeps(epoch + 1, value)

    def stops(self, epoch):
        super().stops(epoch + 1)


@mistake("EarlyStopper")
class StopsAtTheBest(Stopper):
    """stopped_epoch is the number of the best epoch. It is that of the epoch in which training stopped."""

    def stops(self, epoch):  # noqa: ARG002
        super().stops(self.best_epoch)


@mistake("EarlyStopper")
class StoppedEpochIs0(Stopper):
    """stopped_epoch begins at 0, as in Keras, so that nobody can tell whether training was stopped. It is
    None where it was not."""

    def on_train_begin(self, logs=None):
        super().on_train_begin(logs)
        self.stopped_epoch = 0


@mistake("EarlyStopper")
class HasNothingBeforehand(Stopper):
    """best, best_epoch and stopped_epoch do not exist before a training. They should be None."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        del self.best, self.best_epoch, self.stopped_epoch


@mistake("EarlyStopper")
class AcceptsAnyMode(Stopper):
    """A mode that is neither "min" nor "max" is accepted, and means one of them. It has to be a
    ValueError."""

    def __init__(self, monitor="val_loss", mode="min", *args, **kwargs):
        super().__init__(monitor, mode if mode == "max" else "min", *args, **kwargs)


@mistake("EarlyStopper")
class AcceptsAnyPatience(Stopper):
    """A patience below 0 is accepted. It has to be a ValueError."""

    def __init__(self, *args, **kwargs):
        patience = kwargs.pop("patience", 0)
        super().__init__(*args, patience=max(patience, 0), **kwargs)


@mistake("EarlyStopper")
class PatienceOf0NeverStops(Stopper):
    """With a patience of 0 training never stops, because the count is compared by ==, or 0 is taken for
    none. It does the same as 1."""

    def is_time(self):
        return bool(self.patience) and self._wait >= self.patience


@mistake("EarlyStopper")
class LooksAtTheCountAlways(Stopper):
    """The count is compared with patience after a better epoch, too. With a patience of 0 training ends
    after the first epoch. Look only where an epoch is no better."""

    def keeps(self, epoch, value):
        super().keeps(epoch, value)
        if self.is_time():
            self.stops(epoch)
