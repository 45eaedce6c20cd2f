"""Mistakes in `conv_stack`."""

from nnlearn.diagnosis import mistake


class Stack:
    """The function in small methods, so that a mistake is the one that goes wrong."""

    padding = "same"

    def __call__(self, pattern, filters, kernel_size=3):
        words = pattern.split("-")
        self.refuse(words, filters)
        repeated = self.repeated(words, filters)
        counts, layers = iter(filters), []
        for place, word in enumerate(repeated):
            if word == "conv":
                bias = self.bias(words, repeated, place)
                layers.append(self.conv(next(counts), self.size(kernel_size), bias))
            else:
                layers.append(self.bn() if word == "bn" else self.relu())
        return layers

    def repeated(self, words, filters):
        return words * len(filters)

    def refuse(self, words, filters):  # noqa: ARG002
        if not self.known(words) or not self.once(words):
            raise ValueError(f"no such pattern: {words}")

    def known(self, words):
        return {*words} <= {"conv", "bn", "relu"}

    def once(self, words):
        return words.count("conv") == 1

    def size(self, kernel_size):
        return kernel_size

    def bias(self, words, repeated, place):  # noqa: ARG002
        return [*repeated, None][place + 1] != "bn"

    def conv(self, filters, size, bias):
        return keras.layers.Conv2D(filters, size, padding=self.padding, use_bias=bias)

    def bn(self):
        return keras.layers.BatchNormalization()

    def relu(self):
        return keras.layers.Activation("relu")


def of(kind):
    """A mistake of a kind of stack, under the kind's name."""

    def conv_stack(pattern, filters, kernel_size=3):
        return kind()(pattern, filters, kernel_size)

    conv_stack.__name__, conv_stack.__doc__ = kind.__name__, kind.__doc__
    return mistake("conv_stack")(conv_stack)


@of
class DropsTheBiasNearABn(Stack):
    """The bias is dropped because there is a bn somewhere in the pattern. Only one *right behind* the
    convolution subtracts it again; a relu between the two bends at a place that the bias decides."""

    def bias(self, words, repeated, place):  # noqa: ARG002
        return "bn" not in words


@of
class LooksWithinThePattern(Stack):
    """What follows is looked up within one pattern. Behind its last word comes the first of the next
    repeat: in "bn-relu-conv" every convolution but the last has a bn behind it."""

    def bias(self, words, repeated, place):  # noqa: ARG002
        return [*words, None][words.index("conv") + 1] != "bn"


@of
class GoesRoundAtTheEnd(Stack):
    """Behind the last layer of the stack the pattern is taken to begin again. Nothing stands there, so
    a convolution at the very end has a bias."""

    def bias(self, words, repeated, place):  # noqa: ARG002
        return repeated[(place + 1) % len(repeated)] != "bn"


@of
class LooksBack(Stack):
    """A convolution has no bias where a bn stands *before* it. It is the bn behind it that takes a bias
    away again."""

    def bias(self, words, repeated, place):  # noqa: ARG002
        return place == 0 or repeated[place - 1] != "bn"


@of
class LooksAnywhereBehind(Stack):
    """A convolution has no bias if a bn comes anywhere behind it. It has to be the very next layer:
    after a relu, or another layer between, normalization does not take the bias away."""

    def bias(self, words, repeated, place):  # noqa: ARG002
        return "bn" not in repeated[place + 1 :]


@of
class KeepsEveryBias(Stack):
    """Every convolution has a bias. Right before a normalization it is subtracted again with the mean:
    a weight that does nothing."""

    def bias(self, words, repeated, place):  # noqa: ARG002
        return True


@of
class DropsEveryBias(Stack):
    """No convolution has a bias. It is useless only where a normalization comes right behind."""

    def bias(self, words, repeated, place):  # noqa: ARG002
        return False


@of
class AllowsOtherWords(Stack):
    """A word that is none of conv, bn and relu is taken for a relu. It should raise a ValueError, or a
    slip of the pen becomes another network."""

    def known(self, words):  # noqa: ARG002
        return True


@of
class AllowsManyConvolutions(Stack):
    """A pattern with two convolutions is not refused. There is one number of filters for each repeat,
    so exactly one conv is allowed: ValueError."""

    def once(self, words):
        return words.count("conv") >= 1

    def __call__(self, pattern, filters, kernel_size=3):
        several = [each for each in filters for _ in range(pattern.split("-").count("conv"))]
        self.count = len(filters)
        return super().__call__(pattern, several, kernel_size)

    def repeated(self, words, filters):  # noqa: ARG002
        return words * self.count


@of
class AllowsNoConvolution(Stack):
    """A pattern without a convolution is not refused. Exactly one conv has to be there: ValueError."""

    def once(self, words):
        return words.count("conv") <= 1


@of
class ChecksWhileItBuilds(Stack):
    """The pattern is only looked at while layers are made, so that a wrong one passes if there are no
    filters. Check it first."""

    def refuse(self, words, filters):
        if filters:
            super().refuse(words, filters)


@of
class PadsNothing(Stack):
    """The convolutions have padding "valid", Keras' default, and make the image smaller each time. It
    should be "same"."""

    padding = "valid"


@of
class ActivatesInside(Stack):
    """The convolution has activation="relu" of its own besides the Activation layer, so relu comes
    before the normalization as well. It should have none."""

    def conv(self, filters, size, bias):
        return keras.layers.Conv2D(filters, size, padding="same", use_bias=bias, activation="relu")


@of
class AlwaysThreeByThree(Stack):
    """`kernel_size` is ignored: all kernels are 3 x 3."""

    def size(self, kernel_size):  # noqa: ARG002
        return 3


@of
class TakesAnotherLayerForRelu(Stack):
    """relu is keras.layers.ReLU. It computes the same, but the docstring asks for
    keras.layers.Activation("relu")."""

    def relu(self):
        return keras.layers.ReLU()


@of
class BuildsOnePattern(Stack):
    """The pattern is built once, for the first number of filters. It should be repeated for each."""

    def repeated(self, words, filters):
        return words if filters else []


@of
class RepeatsByKind(Stack):
    """All convolutions come first, then all normalizations, then all relus. The whole pattern should be
    repeated, one after the other."""

    def repeated(self, words, filters):
        return [word for word in words for _ in filters]


class Reused(Stack):
    """Layers that are made once for a stack."""

    def __init__(self):
        self.made = {}


@of
class UsesOneLayerAgain(Reused):
    """One BatchNormalization is in the list several times. All places then share its gamma, beta and
    statistics, and it fits one number of filters alone. Make a new layer each time."""

    def bn(self):
        return self.made.setdefault("bn", keras.layers.BatchNormalization())


@of
class UsesOneReluAgain(Reused):
    """One Activation is in the list several times. It has no weights, and all the same the list should be
    of new layers: Keras wants a name of its own for each. Make a new one each time."""

    def relu(self):
        return self.made.setdefault("relu", keras.layers.Activation("relu"))
