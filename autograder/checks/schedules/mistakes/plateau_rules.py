"""Mistakes in `ReduceOnPlateau`: the cooldown, epochs without the number, other trainings, refusals."""

from nnlearn.diagnosis import mistake

from .plateau import Watches


@mistake("ReduceOnPlateau")
class CooldownAnEpochLonger(Watches):
    """The cooldown counts down at the end of an epoch, or an epoch in which it ends still counts for
    nothing. It falls first: a cooldown of c spares c - 1 epochs."""

    def on_epoch_end(self, epoch, logs=None):
        value = self.found(logs)
        if value is not None and self._cooling > 0:
            self._cooling -= 1
            self._wait = 0
            if self.is_better(value):
                self.stores(value)
            return
        super().on_epoch_end(epoch, logs)


@mistake("ReduceOnPlateau")
class IgnoresTheCooldown(Watches):
    """No cooldown begins when the rate has fallen."""

    def after_the_fall(self):
        self._wait = 0


@mistake("ReduceOnPlateau")
class CooldownNeverEnds(Watches):
    """The cooldown is set and never falls, so that the rate falls only once."""

    def counts_down(self):
        self._wait = 0 if self._cooling > 0 else self._wait


@mistake("ReduceOnPlateau")
class ABetterValueEndsTheCooldown(Watches):
    """A value that is better ends the cooldown. It goes on: better or not, each epoch is one less."""

    def stores(self, value):
        super().stores(value)
        self._cooling = 0


@mistake("ReduceOnPlateau")
class SleepsDuringTheCooldown(Watches):
    """During a cooldown nothing is looked at, so that a best value that comes then is missed, and later
    ones that are worse count as better. Store what is better in any epoch."""

    def is_better(self, value):
        return self._cooling == 0 and super().is_better(value)


@mistake("ReduceOnPlateau")
class CountersFromConstruction(Watches):
    """Best value, wait and cooldown begin in __init__, so that a second training is compared with the
    first. They begin in on_train_begin."""

    _began = False

    def on_train_begin(self, logs=None):
        if not self._began:
            self._began = True
            super().on_train_begin(logs)


@mistake("ReduceOnPlateau")
class KeepsTheBest(Watches):
    """The best value of the first training is the one to beat in the second. It begins anew, as the
    counters do."""

    _best = None

    def on_train_begin(self, logs=None):
        best = self._best
        super().on_train_begin(logs)
        self._best = best


@mistake("ReduceOnPlateau")
class KeepsTheCounters(Watches):
    """Wait or cooldown of the first training go on in the second. They begin at 0, as the best value
    does."""

    _wait = _cooling = 0

    def on_train_begin(self, logs=None):
        wait, cooling = self._wait, self._cooling
        super().on_train_begin(logs)
        self._wait, self._cooling = wait, cooling


@mistake("ReduceOnPlateau")
class NeedsTheNumber(Watches):
    """An epoch without the number ends in an error: logs[monitor] is a KeyError. There may be no validation
    in an epoch; use logs.get, and do nothing."""

    def found(self, logs):
        return logs[self.monitor]


@mistake("ReduceOnPlateau")
class NeedsLogs(Watches):
    """An epoch without logs, logs=None, ends in an error. Take an empty dictionary instead."""

    def found(self, logs):
        return logs.get(self.monitor)


@mistake("ReduceOnPlateau")
class CountsEpochsWithoutTheNumber(Watches):
    """An epoch without the number counts as one that is no better. It counts for nothing."""

    def found(self, logs):
        return (logs or {}).get(self.monitor, math.inf if self._best is not None else None)


@mistake("ReduceOnPlateau")
class CoolsWithoutTheNumber(Watches):
    """An epoch without the number counts down the cooldown, or sets the wait to 0. It counts for
    nothing."""

    def found(self, logs):
        value = super().found(logs)
        if value is None:
            self._wait, self._cooling = 0, max(self._cooling - 1, 0)
        return value


@mistake("ReduceOnPlateau")
class WatchesTheLossAlone(Watches):
    """It watches one number whatever `monitor` says. Look for logs[self.monitor]."""

    def found(self, logs):
        return (logs or {}).get("loss")


@mistake("ReduceOnPlateau")
class AcceptsAnyFactor(Watches):
    """A factor of 1 or more is taken: the rate would stay, or grow, at each plateau. Raise a ValueError
    where it is not between 0 and 1."""

    def __init__(self, monitor="val_loss", factor=0.1, patience=10, min_delta=1e-4, cooldown=0, min_lr=0.0):
        super().__init__(monitor, 0.5, patience, min_delta, cooldown, min_lr)
        self.factor = factor


@mistake("ReduceOnPlateau")
class AcceptsAFactorOfZero(Watches):
    """A factor of 0 or below is taken: one plateau, and nothing is learned any more. Raise a ValueError."""

    def __init__(self, monitor="val_loss", factor=0.1, patience=10, min_delta=1e-4, cooldown=0, min_lr=0.0):
        super().__init__(monitor, factor if factor > 0 else 0.5, patience, min_delta, cooldown, min_lr)
        self.factor = factor


@mistake("ReduceOnPlateau")
class AcceptsAFactorOfOne(Watches):
    """A factor of exactly 1 is taken: the rate would never change. Raise a ValueError."""

    def __init__(self, monitor="val_loss", factor=0.1, patience=10, min_delta=1e-4, cooldown=0, min_lr=0.0):
        super().__init__(monitor, 0.5 if factor == 1 else factor, patience, min_delta, cooldown, min_lr)
        self.factor = factor
