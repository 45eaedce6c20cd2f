"""Mistakes in `conditioning`."""

from nnlearn.diagnosis import mistake


def curvatures(x, dtype="float64", factor=2.0, bias=True):
    """The eigenvalues of the right matrix, but for what is given, the smallest first."""
    x = np.asarray(x, dtype)
    columns = np.concatenate([x, np.ones((len(x), 1), dtype)], axis=1) if bias else x
    return np.linalg.eigvalsh(np.asarray(factor / len(x), dtype) * columns.T @ columns)


def told(x, values):
    """The two numbers, of these eigenvalues, as they should be."""
    is_flat = len(x) <= np.shape(x)[1] or values[0] < 1e-14 * values[-1]
    return float(2 / values[-1]), math.inf if is_flat else float(values[-1] / values[0])


@mistake("conditioning")
def condition_of_the_columns(x):
    """The condition number is that of the matrix A, as np.linalg.cond gives it: the root of the right one.
    What counts is H, and its eigenvalues are the squares of A's singular values."""
    rate, condition = conditioning(x)
    return rate, math.sqrt(condition)


@mistake("conditioning")
def no_bias_column(x):
    """The column of ones is missing. The model has a bias, and a mean far from 0 makes a valley with it,
    which cannot be seen without that column."""
    return told(x, curvatures(x, bias=False))


@mistake("conditioning")
def one_over_the_largest(x):
    """The rate is 1/λ where it should be 2/λ. At 1/λ the steepest axis is done in one step, and it is up to
    2/λ that descent converges."""
    rate, condition = conditioning(x)
    return rate / 2, condition


@mistake("conditioning")
def leaves_out_the_two(x):
    """The 2 of H is missing, so the rate is twice as large as it may be. The derivative of a square brings
    it in."""
    return told(x, curvatures(x, factor=1.0))


@mistake("conditioning")
def forgets_the_mean(x):
    """H is 2 AᵀA and is not divided by N, as if the loss were a sum. It is a mean: the rate comes out too
    small by the number of rows."""
    rate, condition = conditioning(x)
    return rate / len(x), condition


@mistake("conditioning")
def rate_of_the_flattest(x):
    """The rate comes from the smallest eigenvalue. The steepest axis, with the largest one, is where
    descent runs away first."""
    values = curvatures(x)
    condition = conditioning(x)[1]
    return float(2 / values[0]) if values[0] > 0 else math.inf, condition


@mistake("conditioning")
def centres_first(x):
    """The mean of each feature is subtracted first, so that the harm of a mean far from 0 goes unnoticed.
    Take x as it is."""
    return conditioning(np.asarray(x, "float64") - np.mean(np.asarray(x, "float64"), axis=0))


@mistake("conditioning")
def looks_at_the_diagonal(x):
    """Only the diagonal of H is looked at, as if features had nothing to do with each other or with the
    bias. The curvatures are its eigenvalues."""
    columns = np.concatenate([np.asarray(x, "float64"), np.ones((len(x), 1))], axis=1)
    return told(x, np.sort(2 * np.mean(columns**2, axis=0)))


@mistake("conditioning")
def upside_down(x):
    """The condition number is the largest eigenvalue divided by the smallest, and not the other way
    round."""
    rate, condition = conditioning(x)
    return rate, 1 / condition


@mistake("conditioning")
def flat_is_a_large_number(x):
    """A direction that is flat gives a huge number, or a negative one, of what rounding has left. Say
    infinity where N <= F, or where the smallest eigenvalue is below 1e-14 times the largest."""
    values = curvatures(x)
    with np.errstate(all="ignore"):
        return float(2 / values[-1]), float(values[-1] / values[0])


@mistake("conditioning")
def misses_features_that_go_together(x):
    """Infinity is given for N <= F alone, or where the smallest eigenvalue is exactly 0. A constant column,
    or one that is a multiple of another, makes a flat direction as well, of which rounding leaves
    something: compare the smallest eigenvalue with 1e-14 times the largest."""
    values = np.abs(curvatures(x)) + 1e-300
    return float(2 / values[-1]), math.inf if len(x) <= np.shape(x)[1] else float(values[-1] / values[0])


@mistake("conditioning")
def needs_a_row_for_each_feature(x):
    """N rows are taken to be enough for N features. With the column of ones there are F + 1 columns, so it
    takes F + 1 rows: the condition number is infinity for N = F, too. A singular value decomposition gives
    N values only, and none of them is 0."""
    x = np.asarray(x, "float64")
    values = 2 / len(x) * np.linalg.svd(np.c_[x, np.ones(len(x))], compute_uv=False) ** 2
    if len(x) == x.shape[1]:
        return float(2 / values[0]), float(values[0] / values[-1])
    return conditioning(x)


@mistake("conditioning")
def curvatures_in_float32(x):
    """The eigenvalues are computed in float32, which has seven digits: of raw data with a condition number
    of millions, the smallest is noise. Make float64 of x first."""
    rate, condition = told(x, curvatures(x, "float32").astype("float64"))
    return rate, condition


@mistake("conditioning")
def gives_arrays(x):
    """The two numbers are arrays of NumPy. The docstring promises Python floats: float(...)."""
    return tuple(np.asarray(number) for number in conditioning(x))


@mistake("conditioning")
def swaps_the_two(x):
    """The condition number comes first and the rate second. It should be the other way round."""
    return conditioning(x)[::-1]


@mistake("conditioning")
def curvatures_in_the_dtype_given(x):
    """The eigenvalues are computed in the dtype of x. float32 has seven digits, which is not enough for a
    matrix with a large condition number: make float64 of x first."""
    x = np.asarray(x)
    return told(x, curvatures(x, "float32").astype("float64")) if x.dtype == "float32" else conditioning(x)
