"""Mistakes in `lr_range_test`: rates, losses, when it ends, and what it leaves behind."""

from nnlearn.diagnosis import mistake


class RangeTest:
    """The pieces of a range test, so that one of them can be wrong."""

    def __init__(self, model, loss_fn, x, y, low, high, steps, batch_size, seed):
        self.model, self.loss_fn, self.x, self.y = model, loss_fn, x, y
        self.low, self.high, self.steps, self.batch_size = low, high, steps, batch_size
        self.generator, self.losses = np.random.default_rng(seed), []

    def refuses(self):
        if not (0 < self.low < self.high and self.steps >= 2 and self.batch_size >= 1):
            raise ValueError("that is no range test")

    def rate(self, step):
        return self.low * (self.high / self.low) ** (step / (self.steps - 1))

    def order(self):
        return self.generator.permutation(len(self.x))

    def batches(self):
        while True:
            order = self.order()
            for start in range(0, len(order), self.batch_size):
                chosen = order[start : start + self.batch_size]
                yield self.x[chosen], self.y[chosen]

    def outputs(self, x):
        return self.model(x, training=True)

    def reduced(self, each):
        return ops.mean(each)

    def penalty(self):
        return sum(self.model.losses)

    def loss(self, x, y):
        return self.reduced(self.loss_fn(y, self.outputs(x))) + self.penalty()

    def variables(self):
        return self.model.trainable_variables

    def moves(self, variables, gradients, rate):
        for variable, gradient in zip(variables, gradients, strict=True):
            variable.assign_sub(rate * gradient)

    def is_last(self):
        return not self.losses[-1] <= 4 * min(self.losses)

    def step(self, x, y, rate):
        variables = self.variables()
        with tf.GradientTape() as tape:
            loss = self.loss(x, y)
        self.losses.append(float(loss))
        if not self.is_last():
            self.moves(variables, tape.gradient(loss, [one.value for one in variables]), rate)

    def suggestion(self, rates):
        return rates[int(np.nanargmin(self.losses))] / 10

    def keeps(self):
        return self.model.get_weights()

    def puts_back(self, kept):
        self.model.set_weights(kept)

    def result(self):
        self.refuses()
        kept, rates = self.keeps(), []
        for number, (x, y) in zip(range(self.steps), self.batches(), strict=False):
            rates.append(self.rate(number))
            self.step(x, y, rates[-1])
            if self.is_last():
                break
        suggestion = self.suggestion(rates)
        self.puts_back(kept)
        return {"rates": rates, "losses": self.losses, "suggestion": suggestion}


def of(kind):
    """The function that runs such a test."""

    def run(model, loss_fn, x, y, low=1e-4, high=10.0, steps=50, batch_size=32, seed=0):
        return kind(model, loss_fn, x, y, low, high, steps, batch_size, seed).result()

    return run


class Linear(RangeTest):
    def rate(self, step):
        return self.low + (self.high - self.low) * step / (self.steps - 1)


@mistake("lr_range_test")
def rises_linearly(model, loss_fn, x, y, low=1e-4, high=10.0, steps=50, batch_size=32, seed=0):
    """The rate rises by the same amount each time, so that from 0.0001 to 10 all but one are above 0.2. It
    is multiplied by the same factor each time."""
    return of(Linear)(model, loss_fn, x, y, low, high, steps, batch_size, seed)


class TooLow(RangeTest):
    def rate(self, step):
        return self.low * (self.high / self.low) ** (step / self.steps)


@mistake("lr_range_test")
def never_reaches_high(model, loss_fn, x, y, low=1e-4, high=10.0, steps=50, batch_size=32, seed=0):
    """The last rate is below high: between n rates there are n - 1 factors, so that the exponent is
    i / (steps - 1)."""
    return of(TooLow)(model, loss_fn, x, y, low, high, steps, batch_size, seed)


class OneLater(RangeTest):
    def rate(self, step):
        return self.low * (self.high / self.low) ** ((step + 1) / self.steps)


@mistake("lr_range_test")
def begins_above_low(model, loss_fn, x, y, low=1e-4, high=10.0, steps=50, batch_size=32, seed=0):
    """The first rate is above low: updates are counted from 1. Update 0 has the rate low."""
    return of(OneLater)(model, loss_fn, x, y, low, high, steps, batch_size, seed)


class Afterwards(RangeTest):
    def step(self, x, y, rate):
        super().step(x, y, rate)
        self.losses[-1] = float(self.loss(x, y))


@mistake("lr_range_test")
def loss_after_the_update(model, loss_fn, x, y, low=1e-4, high=10.0, steps=50, batch_size=32, seed=0):
    """The loss is worked out again after the update, and is not the one that goes with this rate. Write
    down the loss of which the gradient was taken."""
    return of(Afterwards)(model, loss_fn, x, y, low, high, steps, batch_size, seed)


class WithoutPenalties(RangeTest):
    def penalty(self):
        return 0.0


@mistake("lr_range_test")
def drops_the_penalties(model, loss_fn, x, y, low=1e-4, high=10.0, steps=50, batch_size=32, seed=0):
    """model.losses is left out, where layers put their penalties. It is a part of what goes down in
    training, so it is one here."""
    return of(WithoutPenalties)(model, loss_fn, x, y, low, high, steps, batch_size, seed)


class Inference(RangeTest):
    def outputs(self, x):
        return self.model(x, training=False)


@mistake("lr_range_test")
def runs_in_inference_mode(model, loss_fn, x, y, low=1e-4, high=10.0, steps=50, batch_size=32, seed=0):
    """The model runs without training=True, which is another model where there is dropout or batch
    normalization, and bears other rates."""
    return of(Inference)(model, loss_fn, x, y, low, high, steps, batch_size, seed)


class Sum(RangeTest):
    def reduced(self, each):
        return ops.sum(each)


@mistake("lr_range_test")
def sums_the_losses(model, loss_fn, x, y, low=1e-4, high=10.0, steps=50, batch_size=32, seed=0):
    """The losses of the examples are added up, so that larger batches have larger gradients, and bear
    smaller rates. Take their mean."""
    return of(Sum)(model, loss_fn, x, y, low, high, steps, batch_size, seed)


class Optimizers(RangeTest):
    def moves(self, variables, gradients, rate):
        optimizer = getattr(self.model, "optimizer", None)
        if optimizer is None:
            return super().moves(variables, gradients, rate)
        optimizer.learning_rate = rate
        return optimizer.apply(gradients, variables)


@mistake("lr_range_test")
def uses_the_models_optimizer(model, loss_fn, x, y, low=1e-4, high=10.0, steps=50, batch_size=32, seed=0):
    """The model's optimizer takes the steps, with its momentum, and afterwards has another rate, other
    velocities and another count. The test is plain gradient descent: w - rate * gradient."""
    return of(Optimizers)(model, loss_fn, x, y, low, high, steps, batch_size, seed)


class Adaptive(RangeTest):
    def moves(self, variables, gradients, rate):
        if not hasattr(self, "squares"):
            self.squares = [0.0] * len(variables)
        for place, (variable, gradient) in enumerate(zip(variables, gradients, strict=True)):
            self.squares[place] = self.squares[place] + gradient * gradient
            variable.assign_sub(rate * gradient / (ops.sqrt(self.squares[place]) + 1e-7))


@mistake("lr_range_test")
def divides_by_the_gradients_size(model, loss_fn, x, y, low=1e-4, high=10.0, steps=50, batch_size=32, seed=0):
    """The steps are those of an adaptive optimizer, as Adam or Adagrad, or of a normalized gradient. The
    test is plain gradient descent: w - rate * gradient."""
    return of(Adaptive)(model, loss_fn, x, y, low, high, steps, batch_size, seed)


class AllWeights(RangeTest):
    def variables(self):
        return [one for one in self.model.weights if "kernel" in one.path or one.trainable]


@mistake("lr_range_test")
def moves_frozen_weights(model, loss_fn, x, y, low=1e-4, high=10.0, steps=50, batch_size=32, seed=0):
    """Weights of frozen layers are moved too. Take model.trainable_variables."""
    return of(AllWeights)(model, loss_fn, x, y, low, high, steps, batch_size, seed)


class Forever(RangeTest):
    def is_last(self):
        return False


@mistake("lr_range_test")
def never_stops(model, loss_fn, x, y, low=1e-4, high=10.0, steps=50, batch_size=32, seed=0):
    """It goes on after the loss has blown up. Stop where it is not finite, or above 4 times the smallest so
    far."""
    return of(Forever)(model, loss_fn, x, y, low, high, steps, batch_size, seed)


class ComparesLarge(RangeTest):
    def is_last(self):
        return math.isfinite(self.losses[-1]) and self.losses[-1] > 4 * np.nanmin(self.losses)


@mistake("lr_range_test")
def goes_on_with_nan(model, loss_fn, x, y, low=1e-4, high=10.0, steps=50, batch_size=32, seed=0):
    """It goes on after a loss that is NaN or infinite: a NaN is not above 4 times anything. Look for it
    with math.isfinite."""
    return of(ComparesLarge)(model, loss_fn, x, y, low, high, steps, batch_size, seed)


class Before(RangeTest):
    def is_last(self):
        before = self.losses[-2] if len(self.losses) > 1 else math.inf
        return not self.losses[-1] <= 4 * before


@mistake("lr_range_test")
def compares_with_the_loss_before(model, loss_fn, x, y, low=1e-4, high=10.0, steps=50, batch_size=32, seed=0):
    """The loss is compared with the one before, so that it may double and double again. Compare it with the
    smallest so far."""
    return of(Before)(model, loss_fn, x, y, low, high, steps, batch_size, seed)


class First(RangeTest):
    def is_last(self):
        return not self.losses[-1] <= 4 * self.losses[0]


@mistake("lr_range_test")
def compares_with_the_first_loss(model, loss_fn, x, y, low=1e-4, high=10.0, steps=50, batch_size=32, seed=0):
    """The loss is compared with the first one. Where it has fallen far before it blows up, that is late.
    Compare it with the smallest so far."""
    return of(First)(model, loss_fn, x, y, low, high, steps, batch_size, seed)


class OptimizersCopy(RangeTest):
    def moves(self, variables, gradients, rate):
        optimizer = getattr(self.model, "optimizer", None)
        if optimizer is None:
            return super().moves(variables, gradients, rate)
        if not hasattr(self, "copy"):
            self.copy = type(optimizer).from_config(optimizer.get_config())
        self.copy.learning_rate = rate
        return self.copy.apply(gradients, variables)


@mistake("lr_range_test")
def uses_a_copy_of_the_models_optimizer(
    model, loss_fn, x, y, low=1e-4, high=10.0, steps=50, batch_size=32, seed=0
):
    """A copy of the model's optimizer takes the steps, with momentum or whatever it has. The test is plain
    gradient descent, w - rate * gradient, for every model."""
    return of(OptimizersCopy)(model, loss_fn, x, y, low, high, steps, batch_size, seed)


class GradientOfTheSum(RangeTest):
    def step(self, x, y, rate):
        variables = self.variables()
        with tf.GradientTape() as tape:
            each = self.loss_fn(y, self.outputs(x))
            loss = each + self.penalty()
        self.losses.append(float(ops.mean(loss)))
        if not self.is_last():
            self.moves(variables, tape.gradient(loss, [one.value for one in variables]), rate)


@mistake("lr_range_test")
def takes_the_gradient_of_the_sum(model, loss_fn, x, y, low=1e-4, high=10.0, steps=50, batch_size=32, seed=0):
    """Where loss_fn gives a loss for each example, the tape is asked for the gradient of all of them, which
    is that of their sum. Take the mean inside the tape."""
    return of(GradientOfTheSum)(model, loss_fn, x, y, low, high, steps, batch_size, seed)


class Swapped(RangeTest):
    def loss(self, x, y):
        return self.reduced(self.loss_fn(self.outputs(x), y)) + self.penalty()


@mistake("lr_range_test")
def swaps_targets_and_outputs(model, loss_fn, x, y, low=1e-4, high=10.0, steps=50, batch_size=32, seed=0):
    """loss_fn gets the outputs first and the targets second. The squared error is the same either way, and
    most losses are not. Targets come first: loss_fn(targets, outputs)."""
    return of(Swapped)(model, loss_fn, x, y, low, high, steps, batch_size, seed)
