"""Mistakes in `ridge`: degrees of freedom, what comes back, and what is refused."""

from nnlearn.diagnosis import mistake

from .ridge import Regression


@mistake("ridge")
def freedom_is_the_number_of_features(x, y, strength):
    """The degrees of freedom are the number of features, whatever the strength. That is so at strength 0
    alone; of each direction only a share is left."""

    class All(Regression):
        def freedom(self):
            return float(self.x.shape[1])

    return All(x, y, strength).found()


@mistake("ridge")
def freedom_counts_the_bias(x, y, strength):
    """The bias is counted among the degrees of freedom, which are one too many. Here they are those of the
    weights."""

    class More(Regression):
        def freedom(self):
            return super().freedom() + 1

    return More(x, y, strength).found()


@mistake("ridge")
def freedom_without_centering(x, y, strength):
    """The singular values are those of x as it was given. Its means inflate the largest one: center
    first."""

    class Raw(Regression):
        def singular_values(self):
            return np.linalg.svd(self.x, compute_uv=False)

    return Raw(x, y, strength).found()


@mistake("ridge")
def freedom_without_squares(x, y, strength):
    """The shares are d / (d + N * strength). The singular values are to be squared."""

    class NotSquared(Regression):
        def freedom(self):
            d = self.singular_values()
            return np.sum(d / (d + len(self.x) * self.strength))

    return NotSquared(x, y, strength).found()


@mistake("ridge")
def freedom_without_the_number_of_examples(x, y, strength):
    """The weights are right, but the shares are d ** 2 / (d ** 2 + strength): the factor N is missing
    there."""

    class Shares(Regression):
        def freedom(self):
            squares = self.singular_values() ** 2
            return np.sum(squares / (squares + self.strength))

    return Shares(x, y, strength).found()


@mistake("ridge")
def what_is_lost_for_what_is_left(x, y, strength):
    """The shares are N * strength / (d ** 2 + N * strength): what the penalty takes, not what it leaves."""

    class Lost(Regression):
        def freedom(self):
            squares = self.singular_values() ** 2
            return np.sum(self.penalty() / (squares + self.penalty()))

    return Lost(x, y, strength).found()


@mistake("ridge")
def without_the_freedom(x, y, strength):
    """Weights and bias come back, but no degrees of freedom. There should be three results."""
    return Regression(x, y, strength).found()[:2]


@mistake("ridge")
def accepts_a_negative_strength(x, y, strength):
    """A strength below 0 is accepted, which rewards large weights. It has to be a ValueError."""

    class Any(Regression):
        def refuses(self):
            if self.y.shape != (len(self.x),):
                raise ValueError("that is no regression")

    return Any(x, y, strength).found()


@mistake("ridge")
def accepts_a_column(x, y, strength):
    """Targets of shape (N, 1) are accepted. Beside an array of shape (N,) such a column is broadcast to (N,
    N) without an error; it has to be a ValueError."""

    class Any(Regression):
        def refuses(self):
            if self.strength < 0 or len(self.y) != len(self.x):
                raise ValueError("that is no regression")

    return Any(x, y, strength).found()


@mistake("ridge")
def solves_in_float32(x, y, strength):
    """Everything is cast to float32, and eight digits are not to be had. NumPy computes in float64 by
    itself."""
    return Regression(x.astype("float32"), y.astype("float32"), strength).found()


@mistake("ridge")
def centers_in_place(x, y, strength):
    """The inputs are centered in place, x -= ..., so the caller's array is changed. Make a new one."""
    found = Regression(x, y, strength).found()
    x -= x.mean(axis=0)
    return found
