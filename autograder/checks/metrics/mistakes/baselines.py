"""Mistakes in `baselines`: what a constant guess is learned from, and how it is scored."""

from nnlearn.diagnosis import mistake


def in_steps(
    y_train,
    y_test,
    task,
    *,
    learn=lambda train, _: train,
    commonest=lambda labels, counts: labels[np.argmax(counts)],
    log=np.log,
    mean=np.mean,
    middle=np.median,
    guard=lambda shares: shares,
    scored=lambda _, test: test,
):
    """The right one, but for what is given."""
    y_train, y_test = np.asarray(y_train), np.asarray(y_test)
    learned, y_test = learn(y_train, y_test), scored(y_train, y_test)
    if task == "classification":
        labels, counts = np.unique(learned, return_counts=True)
        shares = guard((counts / len(learned)) @ (labels[:, None] == y_test))
        with np.errstate(divide="ignore"):
            loss = float(-np.mean(log(shares)))
        return {"accuracy": float(np.mean(y_test == commonest(labels, counts))), "log_loss": loss}
    if task == "regression":
        learned, y_test = learned.astype("float64"), y_test.astype("float64")
        return {
            "mse": float(np.mean((y_test - mean(learned)) ** 2)),
            "mae": float(np.mean(np.abs(y_test - middle(learned)))),
        }
    raise ValueError(task)


@mistake("baselines")
def learns_from_the_test(y_train, y_test, task):
    """The commonest class, the frequencies, the mean and the median are those of the test labels. That is
    peeking: a baseline is fitted on the training part, as every model is."""
    return in_steps(y_train, y_test, task, learn=lambda _, test: test)


@mistake("baselines")
def learns_from_everything(y_train, y_test, task):
    """Training and test labels are put together before the baseline is fitted, so that test labels have a
    hand in it. Fit it on the training part alone."""
    return in_steps(y_train, y_test, task, learn=lambda train, test: np.concatenate([train, test]))


@mistake("baselines")
def scores_on_the_training_part(y_train, y_test, task):
    """The baseline is fitted on the training part and scored there, too. Compare it with a model on the
    same rows: those of the test part."""
    return in_steps(y_train, y_test, task, scored=lambda train, _: train)


@mistake("baselines")
def swaps_mean_and_median(y_train, y_test, task):
    """The squared error is that of the median, and the absolute error that of the mean. It is the other way
    round: the mean has the lowest squared error, the median the lowest absolute one."""
    return in_steps(y_train, y_test, task, mean=np.median, middle=np.mean)


@mistake("baselines")
def takes_the_mean_for_both(y_train, y_test, task):
    """The absolute error is that of the mean. The constant with the lowest absolute error is the median."""
    return in_steps(y_train, y_test, task, middle=np.mean)


@mistake("baselines")
def takes_log_base_2(y_train, y_test, task):
    """The logarithm has the base 2, so the log loss is in bits and 1.44 times too large. Losses here are
    natural."""
    return in_steps(y_train, y_test, task, log=np.log2)


@mistake("baselines")
def takes_log_base_10(y_train, y_test, task):
    """The logarithm has the base 10. Losses here are natural: np.log."""
    return in_steps(y_train, y_test, task, log=np.log10)


@mistake("baselines")
def clips_the_unseen(y_train, y_test, task):
    """The frequency of a label that was never seen is clipped to a tiny number, so that its loss is about
    16, or 35, in place of infinity. How large it is then says only where somebody clipped."""
    return in_steps(y_train, y_test, task, guard=lambda shares: np.maximum(shares, 1e-7))


@mistake("baselines")
def leaves_the_unseen_out(y_train, y_test, task):
    """Test labels that are not in the training part are left out of the log loss. They are what the
    baseline holds to be impossible: the loss is infinite."""
    return in_steps(y_train, y_test, task, guard=lambda shares: shares[shares > 0])


@mistake("baselines")
def takes_the_largest_of_ties(y_train, y_test, task):
    """Of labels that are equally common the largest one is taken. It should be the smallest."""
    return in_steps(
        y_train, y_test, task, commonest=lambda labels, counts: labels[counts == counts.max()].max()
    )


@mistake("baselines")
def takes_the_first_seen_of_ties(y_train, y_test, task):
    """Of labels that are equally common, the one that comes first in y_train is taken, as
    `collections.Counter(...).most_common(1)` does. It should be the smallest."""
    seen = list(np.asarray(y_train))
    return in_steps(y_train, y_test, task, commonest=lambda *_: max(seen, key=seen.count))


@mistake("baselines")
def entropy_of_the_training_part(y_train, y_test, task):
    """The log loss is the entropy of the training frequencies: it is averaged over the training labels.
    Average over the test labels what the training frequencies say of them."""
    result = in_steps(y_train, y_test, task)
    if task == "classification":
        result["log_loss"] = in_steps(y_train, y_train, task)["log_loss"]
    return result


@mistake("baselines")
def loss_of_a_hard_guess(y_train, y_test, task):
    """The log loss is that of a guess that is certain of the commonest label: infinite as soon as another
    one comes. As a probability the baseline says the training frequencies."""
    result = in_steps(y_train, y_test, task)
    if task == "classification":
        result["log_loss"] = 0.0 if result["accuracy"] == 1 else float("inf")
    return result


@mistake("baselines")
def takes_labels_for_places(y_train, y_test, task):
    """np.bincount counts labels from 0 on and np.log of its entries is looked up by label. With a label
    that is negative, or larger than those of y_train, that fails or finds another label's frequency. Use
    np.unique."""
    if task != "classification":
        return in_steps(y_train, y_test, task)
    counts = np.bincount(y_train)
    with np.errstate(divide="ignore"):
        losses = -np.log(counts / len(y_train))[np.asarray(y_test)]
    return {
        "accuracy": float(np.mean(np.asarray(y_test) == counts.argmax())),
        "log_loss": float(losses.mean()),
    }


@mistake("baselines")
def root_of_the_squared_error(y_train, y_test, task):
    """The root of the mean squared error is given. That is another number, RMSE; mse has no root."""
    result = in_steps(y_train, y_test, task)
    if task == "regression":
        result["mse"] = result["mse"] ** 0.5
    return result


@mistake("baselines")
def lower_of_two_middles(y_train, y_test, task):
    """The median of an even number of rows is the lower, or the upper, of the two in the middle. It is
    their mean."""
    return in_steps(y_train, y_test, task, middle=lambda train: np.sort(train)[(len(train) - 1) // 2])


@mistake("baselines")
def any_task_is_regression(y_train, y_test, task):
    """Whatever is not classification counts as regression, so a slip in the word for the task goes
    unnoticed. Raise a ValueError."""
    return in_steps(y_train, y_test, task if task == "classification" else "regression")


@mistake("baselines")
def numbers_as_they_come(y_train, y_test, task):
    """Numbers are subtracted in the dtype that they come in: of uint8, 3 - 66 is 193, and in float32 digits
    are lost far from 0. Compute in float64."""
    y_train, y_test = np.asarray(y_train), np.asarray(y_test)
    if task != "regression":
        return in_steps(y_train, y_test, task)
    mean, median = np.mean(y_train).astype(y_train.dtype), np.median(y_train).astype(y_train.dtype)
    return {
        "mse": float(np.mean(np.square(y_test - mean))),
        "mae": float(np.mean(np.abs(y_test - median))),
    }


@mistake("baselines")
def counts_from_zero_on(y_train, y_test, task):
    """Labels are counted with np.bincount, which takes whole numbers from 0 on: a negative label raises an
    error. Labels are names here. Count them with np.unique."""
    if task == "classification":
        np.bincount(y_train)
    return in_steps(y_train, y_test, task)


@mistake("baselines")
def sorts_in_place(y_train, y_test, task):
    """The training numbers are sorted in place for the median, and the caller's array is another one
    afterwards. np.sort gives a sorted copy."""
    result = in_steps(y_train, y_test, task)
    if isinstance(y_train, np.ndarray):
        y_train.sort()
    return result


@mistake("baselines")
def averages_in_float32(y_train, y_test, task):
    """Numbers of float32 are averaged and squared in float32, which loses digits far from 0. Compute in
    float64."""
    if task != "regression" or getattr(y_train, "dtype", None) != "float32":
        return in_steps(y_train, y_test, task)
    return {
        "mse": float(np.mean((y_test - np.mean(y_train)) ** 2)),
        "mae": float(np.mean(np.abs(y_test - np.median(y_train)))),
    }
