"""Mistakes in `EarlyStopper`: which weights come back, and whether anything stops."""

from nnlearn.diagnosis import mistake

from .early_stopper import Stopper


@mistake("EarlyStopper")
class KeepsTheWeightsThemselves(Stopper):
    """At the end the weights are those of the last epoch. Either nothing brings the best ones back, or what
    was kept are the variables themselves: `best = model.weights` is no copy, and goes on changing.
    `self.model.get_weights()` copies, and `set_weights` in on_train_end brings them back."""

    def copied(self):
        return self.model.weights

    def on_train_end(self, logs=None):  # noqa: ARG002
        if self._best_weights is not None:
            self.model.set_weights([variable.numpy() for variable in self._best_weights])


@mistake("EarlyStopper")
class KeepsTrainedWeights(Stopper):
    """Only trainable weights come back, and moving statistics are those of the last epoch. All weights
    belong together: get_weights, set_weights."""

    def copied(self):
        return [variable.numpy() for variable in self.model.trainable_variables]

    def on_train_end(self, logs=None):  # noqa: ARG002
        if self._best_weights is not None:
            for variable, value in zip(self.model.trainable_variables, self._best_weights, strict=True):
                variable.assign(value)


@mistake("EarlyStopper")
class RestoresOnlyIfStopped(Stopper):
    """The weights come back only if training was stopped. If the epochs run out first, the last ones are
    kept, although better ones are known."""

    def on_train_end(self, logs=None):
        if self.stopped_epoch is not None:
            super().on_train_end(logs)


@mistake("EarlyStopper")
class AlwaysRestores(Stopper):
    """The best weights come back even with restore_best_weights=False."""

    def keeps(self, epoch, value):
        super().keeps(epoch, value)
        self._best_weights = self.copied()


@mistake("EarlyStopper")
class NeverStops(Stopper):
    """Nothing stops: `fit` looks at `self.model.stop_training`, and nowhere else."""

    def stops(self, epoch):
        self.stopped_epoch = epoch
