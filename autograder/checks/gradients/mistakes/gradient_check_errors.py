"""Mistakes in `gradient_check`: how the two gradients are compared, and what is given back."""

from nnlearn.diagnosis import mistake

from .gradient_check import compared


@mistake("gradient_check")
def absolute_errors(fn, inputs, step=None):
    """The errors are differences, not divided by the size of the gradients: two that differ by 0.5 may be
    equal for all practical purposes, or have nothing in common."""
    return compared(fn, inputs, step, error=lambda a, b: float(np.max(np.abs(a - b))))


@mistake("gradient_check")
def mean_errors(fn, inputs, step=None):
    """The errors of an input are averaged, so that one wrong entry is diluted by the right ones. The largest
    counts."""

    def mean(a, b):
        return float(np.mean(np.abs(a - b) / np.maximum(np.maximum(np.abs(a), np.abs(b)), 1e-8)))

    return compared(fn, inputs, step, error=mean)


@mistake("gradient_check")
def errors_of_lengths(fn, inputs, step=None):
    """The lengths of whole gradients are compared: one number, in which a wrong entry hardly shows. Take
    the largest relative error over the entries."""

    def length(a, b):
        sizes = [float(np.sqrt(np.sum(np.square(one)))) for one in (a - b, a, b)]
        return sizes[0] / max(*sizes[1:], 1e-8)

    return compared(fn, inputs, step, error=length)


@mistake("gradient_check")
def errors_by_the_sum(fn, inputs, step=None):
    """The difference is divided by the sum of the two sizes, which gives about half of what is asked for:
    divide by the larger of the two."""

    def by_the_sum(a, b):
        return float(np.max(np.abs(a - b) / np.maximum(np.abs(a) + np.abs(b), 1e-8)))

    return compared(fn, inputs, step, error=by_the_sum)


@mistake("gradient_check")
def errors_by_the_tape(fn, inputs, step=None):
    """The difference is divided by the tape's gradient alone. If that is half of what it should be the
    error comes out as 1, and if it is 0 as a hundred million: divide by the larger of the two."""

    def by_one(a, b):
        return float(np.max(np.abs(a - b) / np.maximum(np.abs(a), 1e-8)))

    return compared(fn, inputs, step, error=by_one)


@mistake("gradient_check")
def errors_by_the_measured(fn, inputs, step=None):
    """The difference is divided by the measured gradient alone: a gradient that is twice too large has an
    error of 1 then. Divide by the larger of the two."""

    def by_one(a, b):
        return float(np.max(np.abs(a - b) / np.maximum(np.abs(b), 1e-8)))

    return compared(fn, inputs, step, error=by_one)


@mistake("gradient_check")
def nan_is_right(fn, inputs, step=None):
    """A gradient that is NaN passes: comparisons with NaN are False, and Python's max keeps what it has. Ask
    np.isfinite, and make the error infinite."""

    def ignoring(a, b):
        with np.errstate(all="ignore"):
            errors = np.abs(a - b) / np.maximum(np.maximum(np.abs(a), np.abs(b)), 1e-8)
        return float(np.max(np.where(np.isnan(errors), 0.0, errors)))

    return compared(fn, inputs, step, error=ignoring)


@mistake("gradient_check")
def nan_stays(fn, inputs, step=None):
    """The error of a gradient that is NaN is NaN, which is below every limit, as comparisons go. Make it
    infinite."""
    return [error if np.isfinite(error) else float("nan") for error in gradient_check(fn, inputs, step)]


@mistake("gradient_check")
def checks_the_first_input(fn, inputs, step=None):
    """Only the first input is checked. There is one error for each."""
    return gradient_check(fn, inputs, step)[:1]


@mistake("gradient_check")
def one_error_for_all(fn, inputs, step=None):
    """The result is one number, the largest error of all. Which input is wrong is the first thing one
    wants to know: return a list with one error for each."""
    return max(gradient_check(fn, inputs, step))


@mistake("gradient_check")
def checks_the_first_entry(fn, inputs, step=None):
    """One entry of each input is checked. A gradient can be right in one place and wrong in the next: go
    through all."""
    return compared(fn, inputs, step, error=lambda a, b: relative_error(np.ravel(a)[:1], np.ravel(b)[:1]))


@mistake("gradient_check")
def errors_are_tensors(fn, inputs, step=None):
    """The errors are tensors, or numbers of NumPy. Make each a Python float."""
    return [np.float64(error) for error in gradient_check(fn, inputs, step)]
