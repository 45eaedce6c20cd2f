"""Mistakes in `MaxNorm`."""

from nnlearn.diagnosis import mistake


class Limit(MaxNorm):
    """The pieces of the limit, so that one of them can be wrong."""

    def axes(self, w):  # noqa: ARG002
        return self.axis

    def norms(self, w):
        return ops.sqrt(ops.sum(ops.square(w), axis=self.axes(w), keepdims=True))

    def factor(self, norms):
        return self.max_value / ops.maximum(norms, self.max_value)

    def __call__(self, w):
        w = ops.convert_to_tensor(w)
        return w * self.factor(self.norms(w))


@mistake("MaxNorm")
class ScalesUpToo(Limit):
    """Every column is scaled to the limit, also one that is shorter. It is a largest norm: what is within
    it stays."""

    def factor(self, norms):
        return self.max_value / ops.maximum(norms, 1e-7)


@mistake("MaxNorm")
class MakesUnitsOfLength1(Limit):
    """What is too long is divided by its norm, and ends with the length 1 instead of max_value."""

    def factor(self, norms):
        return ops.where(norms > self.max_value, 1 / ops.maximum(norms, self.max_value), ops.ones_like(norms))


@mistake("MaxNorm")
class ScalesTheOthers(Limit):
    """The factor is the larger of 1 and max_value / norm, so short columns are stretched and long ones
    stay. Take the smaller."""

    def factor(self, norms):
        return ops.maximum(1.0, self.max_value / ops.maximum(norms, 1e-7))


@mistake("MaxNorm")
class OverTheOtherAxis(Limit):
    """The sum goes over the last axis, whatever `axis` says, or over all axes that are *not* named. What
    leads into a unit of a Dense layer is a column of the kernel: axis 0."""

    def axes(self, w):  # noqa: ARG002
        return -1


@mistake("MaxNorm")
class AlwaysTheFirstAxis(Limit):
    """The sum goes over axis 0, whatever `axis` says. A kernel of a convolution needs three."""

    def axes(self, w):  # noqa: ARG002
        return 0


@mistake("MaxNorm")
class AxesByTheRank(Limit):
    """The axes are worked out from the rank, all but the last, whatever `axis` says. That is right for the
    kernels of Dense and Conv2D; others need other axes."""

    def axes(self, w):
        return list(range(len(w.shape) - 1)) if len(w.shape) > 2 else self.axis


@mistake("MaxNorm")
class OneAxisOfSeveral(Limit):
    """Of several axes only the first is summed over. They count together."""

    def axes(self, w):  # noqa: ARG002
        return int(np.atleast_1d(self.axis)[0])


@mistake("MaxNorm")
class LimitsTheWhole(Limit):
    """The norm is that of all weights together, so one long column shortens all the others. Each unit has a
    limit of its own."""

    def axes(self, w):  # noqa: ARG002
        return None


@mistake("MaxNorm")
class ClipsEachWeight(Limit):
    """Each weight is clipped by itself. That turns the column; the norm of a column is limited, and its
    direction stays."""

    def __call__(self, w):
        return ops.clip(ops.convert_to_tensor(w), -self.max_value, self.max_value)


@mistake("MaxNorm")
class SumOfAbsoluteValues(Limit):
    """The norm is the sum of absolute values. It is the root of the sum of squares."""

    def norms(self, w):
        return ops.sum(ops.abs(w), axis=self.axes(w), keepdims=True)


@mistake("MaxNorm")
class LargestAbsoluteValue(Limit):
    """The norm is the largest absolute value. It is the root of the sum of squares."""

    def norms(self, w):
        return ops.max(ops.abs(w), axis=self.axes(w), keepdims=True)


@mistake("MaxNorm")
class ForgetsTheRoot(Limit):
    """The norm is the sum of squares, without the root."""

    def norms(self, w):
        return ops.sum(ops.square(w), axis=self.axes(w), keepdims=True)


@mistake("MaxNorm")
class RootOfTheMean(Limit):
    """The norm is the root of the *mean* of squares, so the limit depends on how many weights there are. It
    is the root of their sum."""

    def norms(self, w):
        return ops.sqrt(ops.mean(ops.square(w), axis=self.axes(w), keepdims=True))


@mistake("MaxNorm")
class DividesZeroByZero(Limit):
    """A column of zeros is divided by its norm, 0, and becomes NaN. A unit that is dead stays NaN for ever;
    keep the divisor above 0."""

    def __call__(self, w):
        w = ops.convert_to_tensor(w)
        norms = self.norms(w)
        return w / norms * ops.minimum(norms, self.max_value)


@mistake("MaxNorm")
class ForgetsKeepdims(Limit):
    """The norms have lost their axis, so they line up with the wrong one when they are broadcast, or with
    none."""

    def norms(self, w):
        return ops.sqrt(ops.sum(ops.square(w), axis=self.axes(w)))


@mistake("MaxNorm")
class LimitsInFloat32(Limit):
    """Weights are cast to float32 and stay that. The dtype of the result is that of the weights."""

    def __call__(self, w):
        return super().__call__(ops.cast(w, "float32"))


@mistake("MaxNorm")
class AcceptsZero(Limit):
    """A limit of 0 is accepted, and makes all weights 0. It has to be above 0."""

    def __init__(self, max_value=2.0, axis=0):
        super().__init__(max_value or 2.0, axis)
        self.max_value = max_value


@mistake("MaxNorm")
class AcceptsAnyLimit(Limit):
    """A limit of 0 or below is accepted. Then weights vanish, or their signs are turned in each update."""

    def __init__(self, max_value=2.0, axis=0):
        super().__init__(2.0, axis)
        self.max_value = max_value


@mistake("MaxNorm")
class ForgetsTheAxisInTheConfig(Limit):
    """The config has no axis, so a model that was saved and loaded limits along axis 0."""

    def get_config(self):
        return {"max_value": self.max_value}


@mistake("MaxNorm")
class ForgetsTheLimit(Limit):
    """The config is empty, so a model that was saved and loaded has the limit 2 along axis 0."""

    def get_config(self):
        return {}


@mistake("MaxNorm")
class MakesATupleOfTheAxis(Limit):
    """The config has a tuple of axes instead of what was given. Text has no tuples, and what is made again
    from the config is not as it was."""

    def get_config(self):
        return {"max_value": self.max_value, "axis": tuple(np.atleast_1d(self.axis).tolist())}
