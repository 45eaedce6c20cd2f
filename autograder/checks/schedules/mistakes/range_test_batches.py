"""Mistakes in `lr_range_test`: what comes back, what stays, and which examples come."""

from nnlearn.diagnosis import mistake

from .range_test import RangeTest, of


class WithoutTheLast(RangeTest):
    def result(self):
        found = super().result()
        if self.is_last():
            found["rates"], found["losses"] = found["rates"][:-1], found["losses"][:-1]
        return found


@mistake("lr_range_test")
def leaves_the_last_loss_out(model, loss_fn, x, y, low=1e-4, high=10.0, steps=50, batch_size=32, seed=0):
    """The loss with which it stops is not in the list. It is the last one in it, with its rate."""
    return of(WithoutTheLast)(model, loss_fn, x, y, low, high, steps, batch_size, seed)


class AllRates(RangeTest):
    def result(self):
        return {**super().result(), "rates": [self.rate(step) for step in range(self.steps)]}


@mistake("lr_range_test")
def returns_all_rates(model, loss_fn, x, y, low=1e-4, high=10.0, steps=50, batch_size=32, seed=0):
    """All rates come back, also those after it has stopped, so that there are more rates than losses. Each
    rate has its loss."""
    return of(AllRates)(model, loss_fn, x, y, low, high, steps, batch_size, seed)


class Minimum(RangeTest):
    def suggestion(self, rates):
        return 10 * super().suggestion(rates)


@mistake("lr_range_test")
def suggests_the_minimum(model, loss_fn, x, y, low=1e-4, high=10.0, steps=50, batch_size=32, seed=0):
    """The suggestion is the rate of the smallest loss, where training is about to break. Take a tenth of
    it."""
    return of(Minimum)(model, loss_fn, x, y, low, high, steps, batch_size, seed)


class Last(RangeTest):
    def suggestion(self, rates):
        return rates[-1] / 10


@mistake("lr_range_test")
def suggests_by_the_last_rate(model, loss_fn, x, y, low=1e-4, high=10.0, steps=50, batch_size=32, seed=0):
    """The suggestion is a tenth of the last rate, at which the loss had blown up. Take that of the smallest
    loss."""
    return of(Last)(model, loss_fn, x, y, low, high, steps, batch_size, seed)


class Steepest(RangeTest):
    def suggestion(self, rates):
        falls = np.diff(self.losses)
        return rates[int(np.nanargmin(falls))] if np.isfinite(falls).any() else rates[0]


@mistake("lr_range_test")
def suggests_the_steepest(model, loss_fn, x, y, low=1e-4, high=10.0, steps=50, batch_size=32, seed=0):
    """The suggestion is the rate at which the loss falls fastest, which some tools take. Here it is a tenth
    of the rate of the smallest loss."""
    return of(Steepest)(model, loss_fn, x, y, low, high, steps, batch_size, seed)


class NaNIsSmallest(RangeTest):
    def suggestion(self, rates):
        return rates[int(np.argmin(self.losses))] / 10


@mistake("lr_range_test")
def takes_nan_for_the_smallest(model, loss_fn, x, y, low=1e-4, high=10.0, steps=50, batch_size=32, seed=0):
    """A loss that is NaN counts as the smallest: np.argmin gives its place, and sorting may. Leave out what
    is not finite, with np.nanargmin."""
    return of(NaNIsSmallest)(model, loss_fn, x, y, low, high, steps, batch_size, seed)


class Arrays(RangeTest):
    def result(self):
        return {key: np.asarray(value) for key, value in super().result().items()}


@mistake("lr_range_test")
def returns_arrays(model, loss_fn, x, y, low=1e-4, high=10.0, steps=50, batch_size=32, seed=0):
    """Arrays or tensors come back, where lists of Python floats are promised: use float(loss)."""
    return of(Arrays)(model, loss_fn, x, y, low, high, steps, batch_size, seed)


class Leaves(RangeTest):
    def puts_back(self, kept):
        pass


@mistake("lr_range_test")
def leaves_the_weights(model, loss_fn, x, y, low=1e-4, high=10.0, steps=50, batch_size=32, seed=0):
    """The model is left as the test made it, with weights that have blown up: nothing is put back, or the
    variables themselves were kept, which have changed by then. model.get_weights() before makes copies, and
    model.set_weights() afterwards puts them back."""
    return of(Leaves)(model, loss_fn, x, y, low, high, steps, batch_size, seed)


class TrainableOnly(RangeTest):
    def keeps(self):
        return [np.array(one) for one in self.model.trainable_variables]

    def puts_back(self, kept):
        for variable, before in zip(self.model.trainable_variables, kept, strict=True):
            variable.assign(before)


@mistake("lr_range_test")
def leaves_the_statistics(model, loss_fn, x, y, low=1e-4, high=10.0, steps=50, batch_size=32, seed=0):
    """Only trainable weights are put back. Moving statistics, as batch normalization has, move in the test
    too. model.get_weights() and model.set_weights() take all."""
    return of(TrainableOnly)(model, loss_fn, x, y, low, high, steps, batch_size, seed)


class OnlyAtTheEnd(RangeTest):
    def puts_back(self, kept):
        if not self.is_last():
            super().puts_back(kept)


@mistake("lr_range_test")
def leaves_the_weights_when_it_stops(
    model, loss_fn, x, y, low=1e-4, high=10.0, steps=50, batch_size=32, seed=0
):
    """Where it stops early the weights are not put back, which is when it matters most."""
    return of(OnlyAtTheEnd)(model, loss_fn, x, y, low, high, steps, batch_size, seed)


class WholeBatches(RangeTest):
    def batches(self):
        while True:
            order = self.order()
            size = min(self.batch_size, len(order))
            for start in range(0, len(order) - size + 1, size):
                chosen = order[start : start + size]
                yield self.x[chosen], self.y[chosen]


@mistake("lr_range_test")
def drops_the_remainder(model, loss_fn, x, y, low=1e-4, high=10.0, steps=50, batch_size=32, seed=0):
    """What is left at the end of the examples is dropped. It is a batch of its own, a smaller one."""
    return of(WholeBatches)(model, loss_fn, x, y, low, high, steps, batch_size, seed)


class FillsUp(RangeTest):
    def batches(self):
        order = self.order()
        while True:
            while len(order) < self.batch_size:
                order = np.concatenate([order, self.order()])
            chosen, order = order[: self.batch_size], order[self.batch_size :]
            yield self.x[chosen], self.y[chosen]

    def order(self):
        size = min(self.batch_size, len(self.x))
        self.batch_size = size
        return super().order()


@mistake("lr_range_test")
def fills_the_last_batch_up(model, loss_fn, x, y, low=1e-4, high=10.0, steps=50, batch_size=32, seed=0):
    """The last batch is filled up with examples that were used already. What is left is a batch of its own,
    a smaller one."""
    return of(FillsUp)(model, loss_fn, x, y, low, high, steps, batch_size, seed)


class Drawn(RangeTest):
    def batches(self):
        while True:
            chosen = self.generator.integers(0, len(self.x), min(self.batch_size, len(self.x)))
            yield self.x[chosen], self.y[chosen]


@mistake("lr_range_test")
def draws_with_replacement(model, loss_fn, x, y, low=1e-4, high=10.0, steps=50, batch_size=32, seed=0):
    """Each batch is drawn from all examples, so that some come twice before others come at all. Cut a
    permutation into batches."""
    return of(Drawn)(model, loss_fn, x, y, low, high, steps, batch_size, seed)


class OneBatch(RangeTest):
    def batches(self):
        first = next(super().batches())
        while True:
            yield first


@mistake("lr_range_test")
def uses_one_batch(model, loss_fn, x, y, low=1e-4, high=10.0, steps=50, batch_size=32, seed=0):
    """All updates use the same batch. After each update comes the next one."""
    return of(OneBatch)(model, loss_fn, x, y, low, high, steps, batch_size, seed)


class OneOrder(RangeTest):
    def order(self):
        if not hasattr(self, "drawn"):
            self.drawn = super().order()
        return self.drawn


@mistake("lr_range_test")
def repeats_one_order(model, loss_fn, x, y, low=1e-4, high=10.0, steps=50, batch_size=32, seed=0):
    """When all examples have come, they come in the same order again. Draw a new permutation, from the same
    generator."""
    return of(OneOrder)(model, loss_fn, x, y, low, high, steps, batch_size, seed)


class Sorted(RangeTest):
    def order(self):
        return np.arange(len(self.x))


@mistake("lr_range_test")
def does_not_shuffle(model, loss_fn, x, y, low=1e-4, high=10.0, steps=50, batch_size=32, seed=0):
    """Examples come in the order of the arrays. Where they are sorted by class, that is another training.
    Draw a permutation from the seed."""
    return of(Sorted)(model, loss_fn, x, y, low, high, steps, batch_size, seed)


class Apart(RangeTest):
    def batches(self):
        for (x, _), (_, y) in zip(super().batches(), super().batches(), strict=True):
            yield x, y


@mistake("lr_range_test")
def shuffles_x_and_y_apart(model, loss_fn, x, y, low=1e-4, high=10.0, steps=50, batch_size=32, seed=0):
    """Inputs and targets are shuffled each by itself, so that inputs meet the targets of others. Draw one
    permutation, and take both by it."""
    return of(Apart)(model, loss_fn, x, y, low, high, steps, batch_size, seed)


class IgnoresTheSeed(RangeTest):
    def order(self):
        return np.random.permutation(len(self.x))


@mistake("lr_range_test")
def ignores_the_seed(model, loss_fn, x, y, low=1e-4, high=10.0, steps=50, batch_size=32, seed=0):
    """The same seed gives another order each time, so that nobody can repeat the test. Draw from
    np.random.default_rng(seed)."""
    return of(IgnoresTheSeed)(model, loss_fn, x, y, low, high, steps, batch_size, seed)


class Anything(RangeTest):
    def refuses(self):
        self.low, self.steps = max(self.low, 1e-30), max(self.steps, 2)
        self.batch_size = max(self.batch_size, 1)


@mistake("lr_range_test")
def refuses_nothing(model, loss_fn, x, y, low=1e-4, high=10.0, steps=50, batch_size=32, seed=0):
    """A range that does not rise, one step, an empty batch: all are taken. Look at the arguments first, and
    raise a ValueError."""
    return of(Anything)(model, loss_fn, x, y, low, high, steps, batch_size, seed)
