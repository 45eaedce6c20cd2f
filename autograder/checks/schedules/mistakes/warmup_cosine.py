"""Mistakes in `WarmupCosine`."""

from nnlearn.diagnosis import mistake


class WarmsUp(WarmupCosine):
    """The pieces of the rate, so that one of them can be wrong."""

    def rising(self, step):
        return self.start + (self.peak - self.start) * step / max(self.warmup_steps, 1)

    def done(self, step):
        return ops.clip((step - self.warmup_steps) / (self.total_steps - self.warmup_steps), 0, 1)

    def wave(self, done):
        return (1 + ops.cos(math.pi * done)) / 2

    def falling(self, done):
        return self.end + (self.peak - self.end) * self.wave(done)

    def __call__(self, step):
        step = ops.cast(step, "float32")
        return ops.where(step < self.warmup_steps, self.rising(step), self.falling(self.done(step)))


@mistake("WarmupCosine")
class WarmsUpFromOne(WarmsUp):
    """The warm-up is a step ahead: (step + 1) / warmup_steps. Steps count from 0, and step 0 has
    `start`."""

    def rising(self, step):
        return super().rising(step + 1)


@mistake("WarmupCosine")
class JumpsAtTheJoint(WarmsUp):
    """The line of the warm-up does not end at the peak: start + peak * step / warmup_steps rises by the
    whole peak, from `start` on. It has to rise by peak - start, or the rate jumps where the cosine
    begins."""

    def rising(self, step):
        return self.start + self.peak * step / max(self.warmup_steps, 1)


@mistake("WarmupCosine")
class StartsAtZero(WarmsUp):
    """The warm-up begins at 0 whatever `start` is. The line goes from start to peak."""

    def rising(self, step):
        return self.peak * step / max(self.warmup_steps, 1) + 0.0 * self.start


@mistake("WarmupCosine")
class WarmsUpForTheTotal(WarmsUp):
    """The warm-up is divided by total_steps, so that it ends far below the peak and then jumps. It has
    warmup_steps to rise in."""

    def rising(self, step):
        return self.start + (self.peak - self.start) * step / self.total_steps


@mistake("WarmupCosine")
class HasNoWarmup(WarmsUp):
    """There is no warm-up: the cosine rules from step 0 on, or the peak is held. Below warmup_steps the
    rate is on the line from start to peak."""

    def rising(self, step):
        return self.peak + 0.0 * step


@mistake("WarmupCosine")
class ScalesTheCosine(WarmsUp):
    """Warm-up and cosine are multiplied: the cosine runs from step 0, and the line makes its beginning
    smaller. They rule one after another."""

    def __call__(self, step):
        step = ops.cast(step, "float32")
        warm = ops.minimum(step / self.warmup_steps, 1.0) if self.warmup_steps else 1.0
        done = ops.clip(step / self.total_steps, 0, 1)
        return self.start * (1 - warm) + warm * self.falling(done)


@mistake("WarmupCosine")
class CosineOverAllSteps(WarmsUp):
    """The cosine is worked out from step 0 on, over all steps, so that a part of it is over when the
    warm-up ends, and the rate jumps there. It begins at warmup_steps: (step - warmup_steps) over what is
    left."""

    def done(self, step):
        return ops.clip(step / self.total_steps, 0, 1)


@mistake("WarmupCosine")
class CosineTooLong(WarmsUp):
    """The cosine takes total_steps from the end of the warm-up on, and ends warmup_steps too late.
    total_steps has the warm-up in it: divide by total_steps - warmup_steps."""

    def done(self, step):
        return ops.clip((step - self.warmup_steps) / self.total_steps, 0, 1)


@mistake("WarmupCosine")
class EndsAStepEarly(WarmsUp):
    """The cosine ends at total_steps - 1. It reaches `end` at total_steps."""

    def done(self, step):
        left = max(self.total_steps - 1 - self.warmup_steps, 1)
        return ops.clip((step - self.warmup_steps) / left, 0, 1)


@mistake("WarmupCosine")
class RisesAgain(WarmsUp):
    """After total_steps the cosine goes on, and the rate rises again. Hold its share at 1, with ops.clip or
    ops.minimum."""

    def done(self, step):
        return (step - self.warmup_steps) / (self.total_steps - self.warmup_steps)


@mistake("WarmupCosine")
class EndsAtZero(WarmsUp):
    """After total_steps the rate is 0, so that training that goes on stands still. It stays at `end`."""

    def __call__(self, step):
        after = ops.cast(step, "float32") > self.total_steps
        return ops.where(after, 0.0, super().__call__(step))


@mistake("WarmupCosine")
class EndIsAShare(WarmsUp):
    """`end` is taken for a share of the peak, as alpha of Keras' CosineDecay is. Here it is a rate."""

    def falling(self, done):
        end = self.peak * self.end
        return end + (self.peak - end) * self.wave(done)


@mistake("WarmupCosine")
class AddsTheEnd(WarmsUp):
    """`end` is added to a cosine from the whole peak, so that it begins at peak + end. What falls is
    peak - end."""

    def falling(self, done):
        return self.end + self.peak * self.wave(done)


@mistake("WarmupCosine")
class IgnoresTheEnd(WarmsUp):
    """The cosine falls to 0 whatever `end` is."""

    def falling(self, done):
        return self.peak * self.wave(done) + 0.0 * self.end


@mistake("WarmupCosine")
class TakesTheLarger(WarmsUp):
    """The cosine falls to 0, and is cut off at `end`, so that it arrives too early. It is stretched:
    end + (peak - end) * ..."""

    def falling(self, done):
        return ops.maximum(self.peak * self.wave(done), self.end)


@mistake("WarmupCosine")
class InDegrees(WarmsUp):
    """The cosine gets degrees, 180 * f. ops.cos wants radians: pi * f."""

    def wave(self, done):
        return (1 + ops.cos(180.0 * done)) / 2


@mistake("WarmupCosine")
class AQuarterWave(WarmsUp):
    """The cosine goes over a quarter of its wave, cos(pi / 2 * f), which is steepest at its end. It is half
    a wave, from 1 to -1, moved up and halved: (1 + cos(pi * f)) / 2."""

    def wave(self, done):
        return ops.cos(math.pi / 2 * done)


@mistake("WarmupCosine")
class ForgetsTheOne(WarmsUp):
    """The cosine itself is taken, which goes from 1 to -1, so that rates become negative. It has to go from
    1 to 0: (1 + cos(pi * f)) / 2."""

    def wave(self, done):
        return ops.cos(math.pi * done)


@mistake("WarmupCosine")
class FallsAlongALine(WarmsUp):
    """The rate falls along a straight line. It should fall along half a cosine."""

    def wave(self, done):
        return 1 - done


@mistake("WarmupCosine")
class DividesByNoWarmup(WarmsUp):
    """Without a warm-up something is divided by 0: an error, or a NaN. Where nothing is to rise, nothing is
    to be divided: divide by max(warmup_steps, 1)."""

    def rising(self, step):
        slope = (self.peak - self.start) / self.warmup_steps
        return self.start + slope * step


@mistake("WarmupCosine")
class NoWarmupIsNaN(WarmsUp):
    """Without a warm-up the rate of step 0 is NaN: 0 / 0, which multiplied by 0 still is NaN. Divide by
    max(warmup_steps, 1), and let ops.where pick one of the two pieces."""

    def __call__(self, step):
        step = ops.cast(step, "float32")
        below = ops.cast(step < self.warmup_steps, "float32")
        rising = self.start + (self.peak - self.start) * (step / self.warmup_steps)
        return below * rising + (1 - below) * self.falling(self.done(step))


@mistake("WarmupCosine")
class PicksWithIf(WarmsUp):
    """Python's `if` looks at a tensor. That works as long as the tensor has a value, and ends in an error
    in a tf.function, and so in fit, where it has none while the graph is made. Use ops.where."""

    def __call__(self, step):
        step = ops.cast(step, "float32")
        if step < self.warmup_steps:
            return self.rising(step)
        return self.falling(self.done(step))


@mistake("WarmupCosine")
class WavesInPython(WarmsUp):
    """The cosine is worked out by math or NumPy, from a Python number. Inside a tf.function, and so in fit,
    the step is a tensor without a value. Use ops.cast and ops.cos."""

    def __call__(self, step):
        return super().__call__(float(step))


@mistake("WarmupCosine")
class AcceptsAnyLength(WarmsUp):
    """A warm-up that is longer than everything, or negative, is taken, and so is a peak of 0. Look at the
    arguments in __init__, and raise a ValueError."""

    def __init__(self, peak, total_steps, warmup_steps=0, start=0.0, end=0.0):
        super().__init__(1.0, 2)
        self.peak, self.total_steps, self.warmup_steps = peak, total_steps, warmup_steps
        self.start, self.end = start, end


@mistake("WarmupCosine")
class AcceptsWarmupToTheEnd(WarmsUp):
    """A warm-up as long as the total is taken, and leaves nothing to divide by for the cosine. Raise a
    ValueError."""

    def __init__(self, peak, total_steps, warmup_steps=0, start=0.0, end=0.0):
        super().__init__(peak, total_steps + 1, warmup_steps, start, end)
        self.total_steps = total_steps


@mistake("WarmupCosine")
class ForgetsTheWarmupInTheConfig(WarmsUp):
    """Arguments are missing in get_config: what is made again has their defaults instead. Return all
    five."""

    def get_config(self):
        config = super().get_config()
        return {"peak": config["peak"], "total_steps": config["total_steps"]}


@mistake("WarmupCosine")
class CountsTheJointToTheWarmup(WarmsUp):
    """The warm-up rules at warmup_steps too: step <= warmup_steps. Without warm-up, that is step 0, which
    then has `start` and not the peak. It rules below warmup_steps."""

    def __call__(self, step):
        step = ops.cast(step, "float32")
        return ops.where(step <= self.warmup_steps, self.rising(step), self.falling(self.done(step)))


@mistake("WarmupCosine")
class ForgetsTheEndInTheConfig(WarmsUp):
    """`start` and `end` are missing in get_config: what is made again has 0 for both. Return all five."""

    def get_config(self):
        config = super().get_config()
        return {key: config[key] for key in ("peak", "total_steps", "warmup_steps")}
