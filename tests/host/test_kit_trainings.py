"""Trainings with a callback and without training: who stops them, and what is left."""

import keras

from nnlearn.host import kit


class StopsAt(keras.callbacks.Callback):
    """Stops at a loss below 0, and puts the weights of the first epoch back."""

    best = 7.0

    def on_epoch_end(self, epoch, logs=None):
        if epoch == 0:
            self.first = self.model.get_weights()
        if logs is not None and logs.pop("loss") < 0:
            self.model.stop_training = True

    def on_train_end(self, logs=None):
        self.model.set_weights(self.first)


def test_a_training_ends_where_it_is_stopped_and_runs_out_where_not():
    logs = {"loss": 1.0}
    stopped, ran_out = kit.ends_of_trainings(StopsAt(), [[logs, None, {"loss": -1.0}, logs], [None, logs]])
    assert (stopped["epochs"], stopped["stopped"]) == (3, True)
    assert (ran_out["epochs"], ran_out["stopped"]) == (2, False)
    assert logs == {"loss": 1.0}


def test_weights_are_those_of_an_epoch_and_differ_in_each():
    first, second = kit.ends_of_trainings(StopsAt(), [[{"loss": 1.0}] * 3, [{"loss": 1.0}] * 2])
    assert (first["weights"], second["weights"]) == ([1.0, -1.0], [4.0, -4.0])
    (end,) = kit.ends_of_trainings(keras.callbacks.Callback(), [[None, None]])
    assert end["weights"] == [2.0, -2.0]


def test_what_a_callback_does_not_have_is_none():
    (end,) = kit.ends_of_trainings(StopsAt(), [[None]])
    assert (end["best"], end["best_epoch"], end["stopped_epoch"]) == (7.0, None, None)
