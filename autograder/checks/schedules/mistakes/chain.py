"""Mistakes in `Chain`: which schedule rules, and what it is asked."""

from nnlearn.diagnosis import mistake


class Picks(Chain):
    """The pieces of the choice, so that one of them can be wrong."""

    def own_step(self, step, begin):
        return ops.maximum(step - begin, 0)

    def rules(self, step, begin):
        return step >= begin

    def asked(self, schedule, step):
        return schedule(step) if callable(schedule) else schedule

    def __call__(self, step):
        step = ops.cast(step, "int32")
        rate = 0.0
        for begin, schedule in zip([0, *self.boundaries], self.schedules, strict=True):
            own = ops.cast(self.asked(schedule, self.own_step(step, begin)), "float32")
            rate = ops.where(self.rules(step, begin), own, rate)
        return rate


@mistake("Chain")
class HandsOnTheGlobalStep(Picks):
    """Each schedule gets the chain's step, so that a cosine over 100 updates that takes over at step 500 is
    long over. Each counts from 0 where it begins: hand on step minus its boundary."""

    def own_step(self, step, begin):  # noqa: ARG002
        return step


@mistake("Chain")
class CountsFromOne(Picks):
    """A schedule gets step 1 where it begins. It begins at its step 0: step minus boundary."""

    def own_step(self, step, begin):
        return ops.maximum(step - begin + (begin > 0), 0)


@mistake("Chain")
class SubtractsLengths(Picks):
    """What a schedule counts from is the length of the one before, not the boundary. Boundaries are counted
    from the chain's beginning: hand on step minus boundaries[k - 1]."""

    def own_step(self, step, begin):
        edges = [0, 0, *self.boundaries]
        place = edges.index(begin, 1)
        return ops.maximum(step - (begin - edges[place - 1]), 0)


@mistake("Chain")
class BoundaryToTheOneBefore(Picks):
    """At a boundary the schedule before it still rules, and the change comes a step late, as in Keras'
    PiecewiseConstantDecay. A boundary belongs to what begins there: step >= boundary."""

    def rules(self, step, begin):
        return step > begin if begin else step >= begin


@mistake("Chain")
class BoundariesAreLengths(Picks):
    """Boundaries are taken for lengths, and added up. They are steps of the chain."""

    def __call__(self, step):
        step = ops.cast(step, "int32")
        rate, begin = 0.0, 0
        for length, schedule in zip([0, *self.boundaries], self.schedules, strict=True):
            begin += length
            own = ops.cast(self.asked(schedule, ops.maximum(step - begin, 0)), "float32")
            rate = ops.where(step >= begin, own, rate)
        return rate


@mistake("Chain")
class AsksBelowZero(Picks):
    """A schedule is asked for a step below 0 while it does not rule yet. What it makes of that nobody
    knows: an error, a NaN, a look past the end of a list. Hand on ops.maximum(step - begin, 0)."""

    def own_step(self, step, begin):
        return step - begin


@mistake("Chain")
class CallsNumbers(Picks):
    """A number is called like a schedule, or is taken for none. An entry may be a number: a constant
    rate."""

    def asked(self, schedule, step):
        return schedule(step)


@mistake("Chain")
class AddsTheRates(Picks):
    """The rates of all schedules that have begun are added up. Only the last one that has begun rules."""

    def __call__(self, step):
        step = ops.cast(step, "int32")
        rate = 0.0
        for begin, schedule in zip([0, *self.boundaries], self.schedules, strict=True):
            own = ops.cast(self.asked(schedule, self.own_step(step, begin)), "float32")
            rate = rate + ops.where(step >= begin, own, 0.0)
        return rate


@mistake("Chain")
class MultipliesTheRates(Picks):
    """The rates of all schedules that have begun are multiplied. Only the last one that has begun rules."""

    def __call__(self, step):
        step = ops.cast(step, "int32")
        rate = 1.0
        for begin, schedule in zip([0, *self.boundaries], self.schedules, strict=True):
            own = ops.cast(self.asked(schedule, self.own_step(step, begin)), "float32")
            rate = rate * ops.where(step >= begin, own, 1.0)
        return rate


@mistake("Chain")
class StopsAfterTheLastBoundary(Picks):
    """The last schedule does not rule for ever: past the last boundary the rate is 0, or stays. It has no
    boundary of its own, and rules from its beginning on."""

    def __call__(self, step):
        rate = super().__call__(step)
        last = self.boundaries[-1] if self.boundaries else 0
        return ops.where(ops.cast(step, "int32") > last, 0.0, rate) if self.boundaries else rate


@mistake("Chain")
class LooksForItWithIf(Picks):
    """The schedule is looked for with Python's `if`, `while` or bisect. That works as long as the step has
    a value, and ends in an error in a tf.function, and so in fit. Ask all, and pick with ops.where."""

    def __call__(self, step):
        step = ops.cast(step, "int32")
        place, begin = 0, 0
        for number, boundary in enumerate(self.boundaries):
            if step >= boundary:
                place, begin = number + 1, boundary
        return ops.cast(self.asked(self.schedules[place], step - begin), "float32")


@mistake("Chain")
class PicksByInt(Picks):
    """The step is made a Python number, by int. Inside a tf.function, and so in fit, it is a tensor without
    a value. Ask all schedules, and pick with ops.where."""

    def __call__(self, step):
        step = int(step)
        place = sum(step >= boundary for boundary in self.boundaries)
        own = self.asked(self.schedules[place], step - [0, *self.boundaries][place])
        return ops.cast(own, "float32")


@mistake("Chain")
class LeavesPythonNumbers(Picks):
    """A rate that is a number comes back in another dtype than float32, or as a Python number. Cast it."""

    def __call__(self, step):
        return ops.cast(super().__call__(step), "float64")


@mistake("Chain")
class MixesByMultiplying(Picks):
    """Rates are multiplied by 1 where their schedule rules and by 0 elsewhere, and added up. What a
    schedule gives where it does not rule may be infinite, and 0 times that is NaN. Pick with ops.where."""

    def __call__(self, step):
        step = ops.cast(step, "int32")
        rate = ops.cast(0.0, "float32")
        ends = [*self.boundaries, 2**31 - 1]
        for begin, end, schedule in zip([0, *self.boundaries], ends, self.schedules, strict=True):
            own = ops.cast(self.asked(schedule, self.own_step(step, begin)), "float32")
            rate = rate + own * ops.cast(ops.logical_and(step >= begin, step < end), "float32")
        return rate


@mistake("Chain")
class GivesTheOnlyNumberBack(Picks):
    """Where there is one schedule alone, and it is a number, that number comes back as it is. A rate is a
    float32 tensor in any case."""

    def __call__(self, step):
        only = self.schedules[0] if len(self.schedules) == 1 else None
        return only if isinstance(only, (int, float)) else super().__call__(step)
