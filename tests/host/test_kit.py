"""The helpers that checks use next to the learner's objects."""

import itertools
import random

import keras
import numpy as np
import pytest
import tensorflow as tf

from nnlearn.host import kit


@pytest.fixture
def recorder():
    return kit.recorder()


def model_with(recorder):
    return keras.Sequential([keras.Input((3,)), recorder, keras.layers.Dense(2)])


def test_a_recorder_writes_down_mode_and_input_of_each_run(recorder):
    model = model_with(recorder)
    assert list(recorder.modes) == []  # building a model is no run
    first, second = np.ones((4, 3), "float32"), np.zeros((2, 3), "float32")
    model(first)
    model(second, training=True)
    model(second, training=False)
    assert list(recorder.modes) == [False, True, False]
    assert [batch.shape for batch in recorder.batches] == [(4, 3), (2, 3), (2, 3)]
    assert recorder.batches[0].tolist() == first.tolist()


def test_a_recorder_counts_runs_of_a_compiled_function_not_traces(recorder):
    model = model_with(recorder)
    graph = tf.function(lambda x: model(x, training=True))
    for _ in range(3):
        graph(np.ones((4, 3), "float32"))
    model.predict(np.ones((4, 3), "float32"), verbose=0)
    assert list(recorder.modes) == [True, True, True, False]


def test_gradients_pass_through_a_recorder(recorder):
    model = model_with(recorder)
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(model(np.ones((4, 3), "float32"), training=True))
    kernel = tape.gradient(total, model.trainable_variables)[0]
    assert kernel.numpy().tolist() == np.full((3, 2), 4.0).tolist()


def test_a_compiled_function_sees_no_size_once_sizes_differ():
    seen = []
    graph = kit.compiled(lambda x: seen.append(tuple(x.shape)) or tf.reduce_sum(x))
    assert [float(graph(np.ones((rows, 4), "float32"))) for rows in (3, 2, 5)] == [12, 8, 20]
    assert seen == [(3, 4), (None, 4)]


def test_on_tensors_turns_arrays_in_lists_into_tensors():
    def kinds(items, one, *, other):
        return [item if item is None else tf.is_tensor(item) for item in (*items, one, other)]

    array = np.ones(2, "float32")
    assert kit.on_tensors(kinds, [array, None], 3, other=array) == [True, None, False, True]


def test_arguments_after_shows_what_was_changed_in_place_even_late():
    def spoil(x, y):
        yield 1
        x[0] = 7

    x, y = kit.arguments_after(spoil, np.zeros(2), np.ones(2))
    assert (x.tolist(), y.tolist()) == ([7, 0], [1, 1])


def test_written_over_shows_which_items_are_views_of_the_arguments():
    def views_of_the_first(x, y):
        for start in range(0, len(x), 2):
            yield x[start : start + 2], y[[start, start + 1]]

    x, y = kit.written_over(views_of_the_first, np.ones(4), np.ones(4))
    assert (x.tolist(), y.tolist()) == ([0, 0, 0, 0], [1, 1, 1, 1])


def test_kept_shows_what_a_later_item_overwrote_and_ends():
    def sharing():
        buffer = np.zeros(2)
        for number in (1, 2):
            buffer[:] = number
            yield buffer, [number]

    items, kinds = kit.kept(sharing)
    assert [pair[0].tolist() for pair in items] == [[2, 2], [2, 2]]
    assert kinds == ["int", "ndarray"]
    assert len(kit.kept(lambda: itertools.count())[0]) == 1000


def test_walked_once_is_empty_the_second_time():
    items = kit.walked_once([1, 2])
    assert (list(items), list(items)) == ([1, 2], [])
    with pytest.raises(TypeError):
        len(items)


def test_rates_by_step_are_those_of_an_optimizers_steps_and_the_last_one_stays():
    optimizer, variable = keras.optimizers.SGD(kit.rates_by_step([0.5, 2.0, 8.0])), keras.Variable(0.0)
    passed = []
    for _ in range(4):
        optimizer.apply([tf.constant(-1.0)], [variable])
        passed.append(float(variable))
    assert passed == [0.5, 2.5, 10.5, 18.5]


def test_steps_say_where_variables_are_after_each_step():
    moved, weights = keras.Variable([1.0, 2.0]), np.array(3.0, "float64")
    apply = keras.optimizers.SGD(0.5).apply
    first, second = kit.steps(
        apply, [[np.ones(2, "float32"), None], [None, np.float64(4.0)]], [moved, weights]
    )
    assert [first[0].tolist(), float(first[1])] == [[0.5, 1.5], 3.0]
    assert [second[0].tolist(), float(second[1]), second[1].dtype] == [[0.5, 1.5], 1.0, "float64"]
    assert moved.numpy().tolist() == [0.5, 1.5]  # a variable that is handed over moves
    assert float(weights) == 3.0  # an array stays


def test_a_resumed_optimizer_goes_on_where_the_other_would():
    gradients = [[np.array([1.0, -2.0], "float32")]] * 3
    optimizer, other = (keras.optimizers.Adam(0.5, beta_1=0.5) for _ in range(2))
    variable = keras.Variable([1.0, 2.0])
    kit.steps(optimizer.apply, gradients[:1], [variable])
    again = kit.resumed(optimizer, [variable])
    assert again is not optimizer
    later = kit.steps(again.apply, gradients[1:], [variable])
    straight = kit.steps(other.apply, gradients, [np.array([1.0, 2.0], "float32")])
    np.testing.assert_allclose(later[-1][0], straight[-1][0])


def test_moved_generators_are_those_that_a_call_draws_from_or_seeds():
    def draw_from_two():
        np.random.random()
        keras.random.uniform(())

    assert kit.moved_generators(lambda seed: keras.random.uniform((), seed=seed), seed=3) == []
    assert kit.moved_generators(draw_from_two) == ["Keras", "NumPy"]
    assert kit.moved_generators(random.seed, 5) == ["Python"]
    assert kit.moved_generators(tf.random.set_seed, 5) == ["TensorFlow"]


def test_a_buffer_is_overwritten_after_the_call():
    kept = []
    one, other = np.ones(2), np.full(3, 2.0)

    def keep(arrays, factor):
        kept.extend([arrays[0], arrays[1] * factor])
        return "done"

    assert kit.reused(keep, [one, other], 2.0) == "done"
    assert [array.tolist() for array in kept] == [[0, 0], [4, 4, 4]]


def test_gradients_of_the_weights_inside_a_function():
    layer = keras.layers.Dense(2, use_bias=False)
    layer.build((None, 3))
    x = np.ones((4, 3), "float32")
    (kernel,) = kit.weight_gradients(lambda x: 2 * layer(x), x, of=layer)
    assert np.asarray(kernel).tolist() == np.full((3, 2), 8.0).tolist()
    (nothing,) = kit.weight_gradients(lambda x: tf.stop_gradient(layer(x)), x, of=layer)
    assert nothing is None


def test_each_calls_once_for_every_argument_as_it_is():
    assert kit.each(type, [1, 2.0, np.float32(3)]) == [int, float, np.float32]
    graph = kit.compiled(lambda step: 2 * step)
    assert [int(answer) for answer in kit.each(graph, [np.asarray(step) for step in (1, 5)])] == [2, 10]


def test_deserialized_is_made_again_from_json():
    class Twice(keras.layers.Layer):
        def __init__(self, inner=None, **kwargs):
            super().__init__(**kwargs)
            self.inner = inner

        def get_config(self):
            return {**super().get_config(), "inner": self.inner}

    made = kit.deserialized(Twice(3, name="mine"), Twice)
    assert (type(made), made.inner, made.name) == (Twice, 3, "mine")
    with pytest.raises(TypeError):
        kit.deserialized(Twice(object()), Twice)


def test_a_ramp_says_which_step_it_was_given_and_refuses_those_below_0():
    made = kit.deserialized(kit.ramp(2.0, 0.5))
    assert [float(made(step)) for step in (0, 3, tf.constant(4))] == [2.0, 3.5, 4.0]
    assert float(kit.traced(made, np.asarray(4))) == 4.0
    with pytest.raises(ValueError, match="-1"):
        made(-1)


def test_rates_of_epochs_are_those_that_a_callback_leaves():
    class Halves(keras.callbacks.Callback):
        began = 0

        def on_train_begin(self, logs=None):
            self.began += 1

        def on_epoch_end(self, epoch, logs=None):
            if logs is not None and logs.pop("bad") > epoch:
                self.model.optimizer.learning_rate = float(self.model.optimizer.learning_rate) / 2

    callback, logs = Halves(), {"bad": 1}
    assert kit.rates_of_epochs(callback, 1.0, [logs, logs, None], [logs]) == [[0.5, 0.5, 0.5], [0.25]]
    assert (callback.began, logs) == (2, {"bad": 1})


def test_a_model_of_keras_alone_can_be_loaded_elsewhere():
    inputs = keras.Input((3,))
    model = keras.Model(inputs, keras.layers.Dense(2)((inputs - np.float32([1, 2, 3])) / np.float32(2)))
    x = np.ones((2, 3), "float32")
    loaded = kit.reloaded_elsewhere(model)
    assert loaded is not model
    assert np.asarray(loaded(x)).tolist() == np.asarray(model(x)).tolist()


def test_what_is_registered_here_is_not_known_elsewhere():
    @keras.saving.register_keras_serializable(package="here")
    class Doubled(keras.layers.Layer):
        def call(self, x):
            return 2 * x

    model = keras.Sequential([keras.Input((3,)), Doubled()])
    with pytest.raises((TypeError, ValueError)):
        kit.reloaded_elsewhere(model)
    assert keras.saving.get_custom_objects()["here>Doubled"] is Doubled  # it is known here again
    assert kit.reloaded(model).layers[0].__class__ is Doubled
    keras.saving.get_custom_objects().pop("here>Doubled")
