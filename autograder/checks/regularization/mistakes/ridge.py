"""Mistakes in `ridge`."""

from nnlearn.diagnosis import mistake


class Regression:
    """The pieces of a ridge regression, so that one of them can be wrong."""

    def __init__(self, x, y, strength):
        self.x, self.y, self.strength = x, y, strength
        self.refuses()

    def refuses(self):
        if self.strength < 0 or self.y.shape != (len(self.x),):
            raise ValueError("that is no regression")

    def centered(self):
        return self.x - self.x.mean(axis=0)

    def wanted(self):
        return self.y - self.y.mean()

    def penalty(self):
        return len(self.x) * self.strength

    def weights(self):
        x = self.centered()
        return np.linalg.solve(x.T @ x + self.penalty() * np.eye(x.shape[1]), x.T @ self.wanted())

    def bias(self, weights):
        return self.y.mean() - self.x.mean(axis=0) @ weights

    def singular_values(self):
        return np.linalg.svd(self.centered(), compute_uv=False)

    def freedom(self):
        squares = self.singular_values() ** 2
        return np.sum(squares / (squares + len(self.x) * self.strength))

    def found(self):
        weights = self.weights()
        return weights, self.bias(weights), self.freedom()


@mistake("ridge")
def without_the_number_of_examples(x, y, strength):
    """The strength is added to x.T @ x as it is. The errors are a *mean*, so it is N times the strength, or
    x.T @ x divided by N."""

    class Sum(Regression):
        def penalty(self):
            return self.strength

        def freedom(self):
            squares = self.singular_values() ** 2
            return np.sum(squares / (squares + self.strength))

    return Sum(x, y, strength).found()


@mistake("ridge")
def weights_without_the_number_of_examples(x, y, strength):
    """The degrees of freedom are right, but in the equation for the weights the strength is added as it is.
    The errors are a *mean*, so it is N times the strength there, too."""

    class Sum(Regression):
        def penalty(self):
            return self.strength

    return Sum(x, y, strength).found()


@mistake("ridge")
def half_the_penalty(x, y, strength):
    """The strength is halved, or doubled errors are minimized. There is no half in what is minimized."""

    class Half(Regression):
        def penalty(self):
            return len(self.x) * self.strength / 2

    return Half(x, y, strength).found()


@mistake("ridge")
def square_of_the_strength(x, y, strength):
    """The strength is squared: where rows are appended to x for the penalty, they are the *root* of N *
    strength times the identity."""

    class Squared(Regression):
        def penalty(self):
            return len(self.x) * self.strength**2

    return Squared(x, y, strength).found()


@mistake("ridge")
def penalizes_the_bias(x, y, strength):
    """The bias is penalized as the weights are: a column of ones is appended to x, and everything gets the
    penalty. Then the result depends on where the targets lie. Center, or leave the bias out of the
    penalty."""

    class Penalized(Regression):
        def solution(self):
            ones = np.concatenate([self.x, np.ones((len(self.x), 1))], axis=1)
            return np.linalg.solve(ones.T @ ones + self.penalty() * np.eye(ones.shape[1]), ones.T @ self.y)

        def weights(self):
            return self.solution()[:-1]

        def bias(self, weights):  # noqa: ARG002
            return self.solution()[-1]

    return Penalized(x, y, strength).found()


@mistake("ridge")
def without_a_bias(x, y, strength):
    """No bias is fitted: the line goes through the origin. Center x and y first, and work out the bias from
    their means."""

    class Through0(Regression):
        def centered(self):
            return self.x

        def wanted(self):
            return self.y

        def bias(self, weights):  # noqa: ARG002
            return 0.0

    return Through0(x, y, strength).found()


@mistake("ridge")
def mean_of_the_targets_for_the_bias(x, y, strength):
    """The bias is the mean of the targets. That is right only where the means of the inputs are 0;
    otherwise subtract what the weights make of them."""

    class MeanOnly(Regression):
        def bias(self, weights):  # noqa: ARG002
            return self.y.mean()

    return MeanOnly(x, y, strength).found()


@mistake("ridge")
def inputs_not_centered(x, y, strength):
    """The targets are centered, the inputs are not. The means of the inputs then take part in the
    weights."""

    class Half(Regression):
        def weights(self):
            return np.linalg.solve(
                self.x.T @ self.x + self.penalty() * np.eye(self.x.shape[1]), self.x.T @ self.wanted()
            )

    return Half(x, y, strength).found()


@mistake("ridge")
def standardizes_the_inputs(x, y, strength):
    """The inputs are divided by their standard deviations before the penalty, so it is another problem: the
    penalty is on the weights of the inputs as they were given."""

    class Standardized(Regression):
        def weights(self):
            spread = self.x.std(axis=0)
            x = self.centered() / spread
            scaled = np.linalg.solve(x.T @ x + self.penalty() * np.eye(x.shape[1]), x.T @ self.wanted())
            return scaled / spread

    return Standardized(x, y, strength).found()


@mistake("ridge")
def shrinks_all_alike(x, y, strength):
    """The weights of plain regression are divided by 1 + strength. A penalty does not shrink all directions
    alike: those in which the inputs spread widely lose little."""

    class Alike(Regression):
        def weights(self):
            x = self.centered()
            return np.linalg.solve(x.T @ x, x.T @ self.wanted()) / (1 + self.strength)

    return Alike(x, y, strength).found()


@mistake("ridge")
def without_any_penalty(x, y, strength):
    """The strength does not reach the weights: it is plain linear regression."""

    class Plain(Regression):
        def penalty(self):
            return 0.0

    return Plain(x, y, strength).found()


@mistake("ridge")
def squares_of_means(x, y, strength):
    """The inputs are centered after they were multiplied: the mean of products less the product of means.
    Far from 0 that is a small difference of two huge numbers, and all digits are lost. Subtract the means
    first."""

    class Late(Regression):
        def weights(self):
            count, means = len(self.x), self.x.mean(axis=0)
            products = self.x.T @ self.x / count - np.outer(means, means)
            wanted = self.x.T @ self.y / count - means * self.y.mean()
            return np.linalg.solve(products + self.strength * np.eye(len(means)), wanted)

    return Late(x, y, strength).found()
