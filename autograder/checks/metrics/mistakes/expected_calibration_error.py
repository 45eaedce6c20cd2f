"""Mistakes in `expected_calibration_error`: what is compared in a bin, and how bins are averaged."""

from nnlearn.diagnosis import mistake


def in_steps(
    y_true,
    probabilities,
    bins=10,
    *,
    sure=lambda p, _: p.max(axis=1),
    right=lambda p, y: p.argmax(axis=1) == y,
    place=lambda confidence, bins: np.ceil(confidence * bins).astype(int),
    gap=lambda right, confidence: abs(right.mean() - confidence.mean()),
    share=lambda inside, _bins, _used: inside.mean(),
    total=sum,
):
    """The right one, but for what is given."""
    p, y = np.asarray(probabilities, "float64"), np.asarray(y_true)
    confidence, is_right = sure(p, y), right(p, y)
    places = place(confidence, bins)
    used = np.unique(places)
    parts = []
    for number in used[(used >= 0) & (used <= bins)]:
        inside = places == number
        parts.append(share(inside, bins, len(used)) * gap(is_right[inside], confidence[inside]))
    return float(total(parts))


@mistake("expected_calibration_error")
def all_bins_alike(y_true, probabilities, bins=10):
    """The distances of all bins that are not empty are averaged alike, so a bin with one example counts as
    much as one with a thousand. Weigh each by its share of the examples."""
    return in_steps(y_true, probabilities, bins, share=lambda _inside, _bins, used: 1 / used)


@mistake("expected_calibration_error")
def empty_bins_count(y_true, probabilities, bins=10):
    """Distances are averaged over all bins, the empty ones with 0. Weigh each bin by its share of the
    examples; an empty one has none."""
    return in_steps(y_true, probabilities, bins, share=lambda _inside, bins, _used: 1 / bins)


@mistake("expected_calibration_error")
def signed(y_true, probabilities, bins=10):
    """Differences keep their sign, so that too sure in one bin and too modest in another cancel. Take the
    distance in each bin."""
    return in_steps(y_true, probabilities, bins, gap=lambda right, sure: right.mean() - sure.mean())


@mistake("expected_calibration_error")
def distance_of_the_sum(y_true, probabilities, bins=10):
    """The absolute value is taken once, of the sum over all bins: what is left is the distance of accuracy
    and mean confidence, in which bins cancel. Take it in each bin."""
    return in_steps(
        y_true,
        probabilities,
        bins,
        gap=lambda right, sure: right.mean() - sure.mean(),
        total=lambda p: abs(sum(p)),
    )


@mistake("expected_calibration_error")
def distance_of_each_example(y_true, probabilities, bins=10):
    """The distance of being right, 0 or 1, and confidence is averaged over examples, without bins. Nobody
    who is 80 % sure can be 80 % right in a single case: compare means, in a bin."""
    return in_steps(y_true, probabilities, bins, gap=lambda right, sure: np.mean(np.abs(right - sure)))


@mistake("expected_calibration_error")
def squared(y_true, probabilities, bins=10):
    """The distance in each bin is squared. That makes small distances vanish; the ECE has the distance
    itself."""
    return in_steps(y_true, probabilities, bins, gap=lambda right, sure: (right.mean() - sure.mean()) ** 2)


@mistake("expected_calibration_error")
def largest_distance(y_true, probabilities, bins=10):
    """It is the largest distance of all bins, which is called maximum calibration error. Average over the
    examples."""
    return in_steps(y_true, probabilities, bins, share=lambda *_: 1.0, total=max)


@mistake("expected_calibration_error")
def left_closed(y_true, probabilities, bins=10):
    """Bins have their lower edge and not their upper one (int(confidence * bins), or np.digitize as it
    comes), with 1 put into the last. Each should have its upper edge."""
    return in_steps(
        y_true,
        probabilities,
        bins,
        place=lambda sure, bins: np.minimum(np.floor(sure * bins).astype(int), bins - 1),
    )


@mistake("expected_calibration_error")
def loses_the_surest(y_true, probabilities, bins=10):
    """A confidence of 1 is in no bin, since each ends below its upper edge. The surest answers are lost,
    which are most of a network's. The last bin should have 1."""
    return in_steps(
        y_true,
        probabilities,
        bins,
        place=lambda sure, bins: np.where(sure >= 1, -1, np.floor(sure * bins).astype(int)),
    )


@mistake("expected_calibration_error")
def of_the_true_class(y_true, probabilities, bins=10):
    """Confidence is the probability of the true class. A model does not know that class: it is the
    probability of the class that it predicts, the largest."""
    return in_steps(y_true, probabilities, bins, sure=lambda p, y: p[np.arange(len(y)), y])


@mistake("expected_calibration_error")
def of_the_last_class(y_true, probabilities, bins=10):
    """Confidence is the probability of one class, the last or class 1, as in a task with two classes. It is
    the largest one of each row."""
    return in_steps(y_true, probabilities, bins, sure=lambda p, _: p[:, -1])


@mistake("expected_calibration_error")
def bins_from_the_data(y_true, probabilities, bins=10):
    """Bins go from the smallest confidence to the largest one, as np.histogram takes them if it is not told
    a range. They go from 0 to 1."""

    def place(sure, bins):
        low, high = sure.min(), sure.max()
        return np.ceil((sure - low) / (high - low or 1.0) * bins).astype(int)

    return in_steps(y_true, probabilities, bins, place=place)


@mistake("expected_calibration_error")
def bins_of_equal_size(y_true, probabilities, bins=10):
    """Each bin has equally many examples, by rank of confidence. That is adaptive calibration error; here
    bins are equally wide."""

    def place(sure, bins):
        return np.argsort(np.argsort(sure, kind="stable"), kind="stable") * bins // len(sure)

    return in_steps(y_true, probabilities, bins, place=place)


@mistake("expected_calibration_error")
def from_chance_up(y_true, probabilities, bins=10):
    """Bins go from 1/K to 1, since no confidence lies below 1/K. They go from 0 to 1."""
    least = 1 / np.shape(probabilities)[1]
    return in_steps(
        y_true,
        probabilities,
        bins,
        place=lambda sure, bins: np.ceil((sure - least) / (1 - least) * bins - 1e-12).astype(int),
    )


@mistake("expected_calibration_error")
def middle_of_the_bin(y_true, probabilities, bins=10):
    """Accuracy is compared with the middle of the bin. Compare it with the mean confidence of the examples
    in it, which may lie far from the middle."""
    p = np.asarray(probabilities, "float64")
    middles = (np.ceil(p.max(axis=1) * bins) - 0.5) / bins
    places = np.ceil(p.max(axis=1) * bins).astype(int)
    return in_steps(y_true, p, bins, sure=lambda *_: middles, place=lambda *_: places)


@mistake("expected_calibration_error")
def always_ten_bins(y_true, probabilities, bins=10):  # noqa: ARG001
    """There are ten bins, whatever `bins` says."""
    return in_steps(y_true, probabilities, 10)


@mistake("expected_calibration_error")
def takes_the_last_of_equal(y_true, probabilities, bins=10):
    """Of equal probabilities a later class is taken, as np.argsort(...)[:, -1] does. It should be the
    first, as with np.argmax."""
    return in_steps(
        y_true,
        probabilities,
        bins,
        right=lambda p, y: p.shape[1] - 1 - p[:, ::-1].argmax(axis=1) == y,
    )


@mistake("expected_calibration_error")
def edges_by_linspace(y_true, probabilities, bins=10):
    """Edges come from np.linspace, which rounds multiples of 1/bins: of 98 bins the middle edge is a little
    below 0.5. i / bins is 0.5 exactly."""
    edges = np.linspace(0, 1, bins + 1)
    return in_steps(
        y_true, probabilities, bins, place=lambda sure, bins: np.clip(np.searchsorted(edges, sure), 1, bins)
    )
