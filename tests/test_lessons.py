"""What lessons and exercises are given: helpers and data."""

import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

from nnlearn import data, lesson


def test_importing_them_loads_no_library():
    """A stub imports them, and so does every confined process."""
    program = (
        "import sys, nnlearn.lesson, nnlearn.data; print({'numpy', 'keras', 'sklearn'} & set(sys.modules))"
    )
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "set()"


@pytest.mark.parametrize(
    ("given", "dtype"),
    [
        (3, "float32"),
        ([1, 2], "float32"),
        ([True, False], "float32"),
        (np.ones((2, 3), "uint8"), "float32"),
        (np.ones(2, "float16"), "float16"),
        (np.ones(2), "float64"),
        (tf.constant([1, 2]), "float32"),
        (0.5, "float32"),
    ],
)
def test_floating_dtypes_are_kept_and_all_others_become_float32(given, dtype):
    x = lesson.as_floating(given)
    assert tf.is_tensor(x)
    assert keras.backend.standardize_dtype(x.dtype) == dtype
    np.testing.assert_array_equal(x, given)


def test_gradients_pass_through_it():
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = 3 * lesson.as_floating(x)
    assert tape.gradient(y, x).numpy().tolist() == [3, 3]


def test_a_demonstration_runs_as_far_as_parts_are_written(capsys):
    with lesson.if_written():
        sys.stdout.write("before\n")
        raise NotImplementedError("relu: not written yet")
    sys.stdout.write("after\n")
    assert capsys.readouterr().out == "before\nrelu: not written yet\nafter\n"


def test_a_demonstration_says_that_python_has_an_older_file(tmp_path, capsys, monkeypatch):
    """A Python that has imported the learner's file keeps what was in it then."""
    file = tmp_path / "mine_for_a_test.py"
    file.write_text('def relu(x):\n    raise NotImplementedError("relu: not written yet")\n')
    monkeypatch.syspath_prepend(tmp_path)
    import mine_for_a_test

    for text in (file.read_text(), "def relu(x):\n    return x\n"):
        file.write_text(text)
        with lesson.if_written():
            mine_for_a_test.relu(0)
    assert capsys.readouterr().out == (
        "relu: not written yet\nmine_for_a_test.py has changed since it was imported: start Python anew\n"
    )


def test_a_demonstration_hides_no_other_error():
    with pytest.raises(ValueError, match="wrong"), lesson.if_written():
        raise ValueError("wrong")


def test_digits_in_their_order():
    images, labels = data.digits()
    assert (images.shape, images.dtype, labels.shape, labels.dtype) == (
        (1797, 64),
        "float32",
        (1797,),
        "int32",
    )
    assert (images.min(), images.max(), sorted(set(labels.tolist()))) == (0, 1, list(range(10)))
    assert labels[:12].tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]


def test_digits_mixed():
    """Images stay with their labels, and each caller has a copy that may be changed."""
    images, labels = data.digits()
    mixed, mixed_labels = data.digits(seed=3)
    assert mixed_labels.tolist() != labels.tolist()
    order = np.random.default_rng(3).permutation(1797)
    np.testing.assert_array_equal(mixed, images[order])
    np.testing.assert_array_equal(mixed_labels, labels[order])
    mixed[:] = 0
    assert data.digits(seed=3)[0].max() == 1


def test_shuffled_batches_come_in_another_order_in_every_epoch_and_the_same_in_every_run():
    """Each epoch has every example once, with its target; `fit` goes on to the next order by itself."""
    x, y = np.arange(10.0)[:, None], np.arange(10)

    def epochs():
        batches = data.shuffled(x, y, batch_size=4, seed=3)
        for _ in range(3):
            taken = [batches[number] for number in range(len(batches))]
            assert [len(inputs) for inputs, _ in taken] == [4, 4, 2]
            assert all((inputs[:, 0] == targets).all() for inputs, targets in taken)
            yield np.concatenate([targets for _, targets in taken]).tolist()
            batches.on_epoch_end()

    first, second, third = orders = list(epochs())
    assert all(sorted(order) == list(range(10)) for order in orders)
    assert first != second != third != first
    assert list(epochs()) == orders


def test_fit_learns_from_shuffled_batches_in_another_order_in_every_epoch():
    """Also after `set_random_seed`, when arrays would come in one order for all epochs."""
    seen = []

    class Watched(keras.Sequential):
        def train_step(self, batch):
            seen.extend(batch[0].numpy()[:, 0].tolist())
            return {"loss": 0.0}

    keras.utils.set_random_seed(0)
    model = Watched([keras.layers.Dense(1)])
    model.compile(loss="mse", run_eagerly=True)
    x = np.arange(10, dtype="float32")[:, None]
    model.fit(data.shuffled(x, x, batch_size=4), epochs=3, verbose=0)
    orders = [seen[start : start + 10] for start in (0, 10, 20)]
    assert all(sorted(order) == list(range(10)) for order in orders)
    assert orders[0] != orders[1] != orders[2]
