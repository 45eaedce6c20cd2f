"""Mistakes in `batchnorm_backward`: the formula."""

from nnlearn.diagnosis import mistake

from .norm_pieces import Norm, norm_mistake


@norm_mistake(mistake)
class StatisticsAreConstant(Norm):
    """dx is gamma * upstream / sqrt(variance + epsilon): mean and variance are treated as constants. They
    are computed from x, so x is used in them too, and two more terms are added. That dx of a feature
    does not add up to 0 gives it away."""

    def dx(self):
        return self.direct()


@norm_mistake(mistake)
class VarianceIsConstant(Norm):
    """The way through the variance is missing: only the mean of the upstream gradient is taken out. x
    is used in the variance too, which adds -s * x_hat * mean(g * x_hat), with g = gamma * upstream, s =
    1 / sqrt(variance + epsilon) and x_hat = (x - mean) * s."""

    def dx(self):
        return self.direct() + self.through_mean()


@norm_mistake(mistake)
class MeanIsConstant(Norm):
    """The way through the mean is missing. x is used in the mean too, which adds -s * mean(g), with g =
    gamma * upstream and s = 1 / sqrt(variance + epsilon). Without it dx of a feature does not add up to
    0."""

    def dx(self):
        return self.direct() + self.through_variance()


@norm_mistake(mistake)
class DividesByOneLess(Norm):
    """The variance is divided by m - 1. Batch normalization uses the biased one, which is divided by
    m."""

    def moments(self):
        apart = self.x - self.x.mean(axis=self.axes)
        return self.x.mean(axis=self.axes), (apart**2).sum(axis=self.axes) / max(self.m - 1, 1)


@norm_mistake(mistake)
class GradientOfTheUnbiasedVariance(Norm):
    """In dx the way through the variance is divided by m - 1. Batch normalization uses the biased
    variance, which is divided by m, and so is what comes back through it."""

    def through_variance(self):
        return super().through_variance() * self.m / max(self.m - 1, 1)


@norm_mistake(mistake)
class ForgetsGamma(Norm):
    """gamma is missing in dx. The normalized x was multiplied by gamma, so what arrives at it is gamma
    * upstream."""

    def dx(self):
        self.gamma = np.ones_like(self.gamma)
        return super().dx()


@norm_mistake(mistake)
class GammaInTheFirstTermOnly(Norm):
    """gamma multiplies the first term of dx only. What arrives at the normalized x is gamma * upstream,
    and all three terms are made of that."""

    def dx(self):
        first = self.direct()
        self.gamma = np.ones_like(self.gamma)
        return first + self.through_mean() + self.through_variance()


@norm_mistake(mistake)
class GammaInItsOwnGradient(Norm):
    """dgamma contains gamma. Its slope is what gamma is multiplied by, the normalized x, and nothing
    else: sum(upstream * x_hat), with x_hat = (x - mean) / sqrt(variance + epsilon)."""

    def dgamma(self):
        return self.gamma * super().dgamma()


@norm_mistake(mistake)
class GammaInTheGradientOfBeta(Norm):
    """dbeta contains gamma. beta is added at the end, behind gamma, with slope 1: sum(upstream)."""

    def dbeta(self):
        return self.gamma * super().dbeta()


@norm_mistake(mistake)
class GammaTimesTheInput(Norm):
    """dgamma is made of x as it came in. gamma multiplies the *normalized* x: sum(upstream * x_hat),
    with x_hat = (x - mean) / sqrt(variance + epsilon)."""

    def dgamma(self):
        return self.sum(self.upstream * self.x)


@norm_mistake(mistake)
class GammaTimesTheCentred(Norm):
    """dgamma is made of x minus its mean, which is not divided by the spread. gamma multiplies the
    *normalized* x: sum(upstream * x_hat), with x_hat = (x - mean) / sqrt(variance + epsilon)."""

    def dgamma(self):
        return self.sum(self.upstream * (self.x - self.mean))


@norm_mistake(mistake)
class VarianceForSpread(Norm):
    """x is divided by the variance, not by its root. The spread is sqrt(variance + epsilon)."""

    def spread(self):
        return 1 / (self.variance + self.epsilon)


@norm_mistake(mistake)
class VarianceForSpreadInDx(Norm):
    """dx is divided by the variance; dgamma is right. The local gradient is 1 / sqrt(variance + epsilon):
    look for a root that is missing there, or for a factor 1 / sigma too many."""

    def dx(self):
        self.scale = self.scale**2
        return super().dx()


@norm_mistake(mistake)
class ForgetsTheSpread(Norm):
    """dx is not divided by the spread. x is divided by sqrt(variance + epsilon) going forward, so its
    slope is divided by that, too."""

    def dx(self):
        return super().dx() / self.scale


@norm_mistake(mistake)
class EpsilonOutsideTheRoot(Norm):
    """epsilon is added to the root of the variance. It belongs inside: sqrt(variance + epsilon)."""

    def spread(self):
        return 1 / (np.sqrt(self.variance) + self.epsilon)


@norm_mistake(mistake)
class ForgetsEpsilon(Norm):
    """epsilon is missing under the root. With a feature that is constant over the batch that is a
    division by 0, and next to a small variance it shows in the numbers: sqrt(variance + epsilon)."""

    def spread(self):
        with np.errstate(divide="ignore"):
            return 1 / np.sqrt(self.variance)


@norm_mistake(mistake)
class ForgetsEpsilonGoingBack(Norm):
    """epsilon is missing where dx is divided by the spread; dgamma has it. Forward and backward divide
    by the same number, sqrt(variance + epsilon): keep it."""

    def dx(self):
        with np.errstate(divide="ignore", invalid="ignore"):
            self.scale = 1 / np.sqrt(self.variance)
            return super().dx()


@norm_mistake(mistake)
class AddsTheVarianceTerm(Norm):
    """The term through the variance has the wrong sign: it is added. A larger spread makes the
    normalized x smaller, so the term is subtracted."""

    def dx(self):
        return self.direct() + self.through_mean() - self.through_variance()


@norm_mistake(mistake)
class AddsTheMeanTerm(Norm):
    """The term through the mean has the wrong sign: it is added. The mean is subtracted from x, so what
    comes back through it is subtracted, too."""

    def dx(self):
        return self.direct() - self.through_mean() + self.through_variance()


@norm_mistake(mistake)
class ForgetsTheSquare(Norm):
    """The term through the variance is half of what it should be. The slope of (x - mean)² is 2 (x -
    mean), and that of the root brings a 1/2: the two cancel, and no 1/2 is left."""

    def through_variance(self):
        return super().through_variance() / 2


@norm_mistake(mistake)
class TakesTheVarianceTwice(Norm):
    """The term through the variance is twice what it should be. The slope of (x - mean)² is 2 (x -
    mean), and that of the root brings a 1/2: the two cancel, and no 2 is left."""

    def through_variance(self):
        return super().through_variance() * 2


@norm_mistake(mistake)
class VarianceTermIsOneNumber(Norm):
    """In the term through the variance the normalized x is missing: it is the same for all examples.
    What comes back through the variance goes to each x in proportion to how far it is from the mean."""

    def through_variance(self):
        return -self.gamma * self.scale * self.sum(self.upstream * self.normal) / self.m


@norm_mistake(mistake)
class TermsAreSums(Norm):
    """In dx the last two terms contain sums over the batch where they should contain means. Mean and
    variance are divided by m going forward, so what comes back through them is divided by m, too."""

    def dx(self):
        return self.direct() + self.m * (self.through_mean() + self.through_variance())


@norm_mistake(mistake)
class AveragesTheWeights(Norm):
    """dgamma and dbeta are means over the batch. Both are used for every value of a feature, so they
    are sums. If the loss is a mean, its 1/N is in the upstream gradient already."""

    def dgamma(self):
        return super().dgamma() / self.m

    def dbeta(self):
        return super().dbeta() / self.m


@norm_mistake(mistake)
class UpstreamIsIgnored(Norm):
    """The upstream gradient is ignored, as if it were 1 everywhere; then dx is 0, up to rounding. Every
    local gradient is multiplied by what arrives from above."""

    def moments(self):
        self.upstream = np.ones_like(self.upstream)
        return super().moments()


@norm_mistake(mistake)
class SubtractsLargeNumbers(Norm):
    """The variance is the mean of the squares minus the square of the mean. On paper that is the same.
    For a feature that is always 1000.1 both are about a million, and float32 rounds the difference,
    which can come out negative: its root is NaN. Subtract the mean first, and square what is left."""

    def moments(self):
        mean = self.x.mean(axis=self.axes)
        return mean, (self.x**2).mean(axis=self.axes) - mean**2

    def spread(self):
        with np.errstate(invalid="ignore"):
            return super().spread()


@norm_mistake(mistake)
class ComputesInHalfPrecision(Norm):
    """float16 stays float16 all the way. A spread of 300 has a variance of 90,000, which is beyond
    float16 and becomes infinite. Cast to float32 first, and round the results at the end."""

    def __call__(self, *args):
        with np.errstate(all="ignore"):
            return super().__call__(*args)

    def wide(self):
        return self.dtype
