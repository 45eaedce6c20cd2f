"""The backward pass of batch normalization in pieces, for mistakes to change one of them."""

from .pieces import arrays


class Norm:
    """What is known of a batch; each method is a step that a mistake may get wrong."""

    def __call__(self, upstream, x, gamma, epsilon=1e-3):
        self.dtype = np.asarray(as_floating(x)).dtype
        self.upstream, self.x, self.gamma = (each.astype(self.wide()) for each in arrays(upstream, x, gamma))
        self.epsilon = epsilon
        self.axes = self.pooled()
        self.m = self.count()
        self.mean, self.variance = self.moments()
        self.scale = self.spread()
        self.normal = (self.x - self.mean) * self.scale
        return tuple(np.asarray(each).astype(self.dtype) for each in (self.dx(), self.dgamma(), self.dbeta()))

    def wide(self):
        return np.promote_types(self.dtype, "float32")

    def pooled(self):
        return tuple(range(self.x.ndim - 1))

    def count(self):
        return self.x.size // self.x.shape[-1]

    def moments(self):
        return self.x.mean(axis=self.axes), self.x.var(axis=self.axes)

    def spread(self):
        return 1 / np.sqrt(self.variance + self.epsilon)

    def sum(self, values):
        return values.sum(axis=self.axes)

    def dgamma(self):
        return self.sum(self.upstream * self.normal)

    def dbeta(self):
        return self.sum(self.upstream)

    def direct(self):
        """Of dx, the way through the numerator."""
        return self.gamma * self.scale * self.upstream

    def through_mean(self):
        return -self.gamma * self.scale * self.sum(self.upstream) / self.m

    def through_variance(self):
        return -self.gamma * self.scale * self.normal * self.sum(self.upstream * self.normal) / self.m

    def dx(self):
        return self.direct() + self.through_mean() + self.through_variance()


def norm_mistake(mistake):
    """Makes a class derived from `Norm` a mistake in `batchnorm_backward`."""

    def decorate(kind):
        def wrong(upstream, x, gamma, epsilon=1e-3):
            return kind()(upstream, x, gamma, epsilon)

        wrong.__name__, wrong.__doc__ = kind.__name__, kind.__doc__
        mistake("batchnorm_backward")(wrong)
        return kind

    return decorate
