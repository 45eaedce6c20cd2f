import numpy as np

from nnlearn.checking import check, expect


def secret_oracle(z):
    e = np.exp(z - z.max())
    return e / e.sum()


@check("softmax")
def test_rows_add_up_to_one(learner, rng):
    """Each row of softmax(z) adds up to 1."""
    p = learner.softmax(rng.normal(size=(4, 3)).astype("float32"))
    expect.shape(p, (4, 3))
    expect.close(
        p.sum(axis=-1),
        np.ones(4),
        "each row should add up to 1",
        but="row {0} adds up to {got}",
    )


@check("softmax", hidden=True, points=2, after=test_rows_add_up_to_one)
def test_survives_huge_logits(learner):
    """softmax survives huge logits."""
    p = learner.softmax(np.array([1000.0, 0.0], "float32"))
    expect.close(p, [1.0, 0.0], "softmax of huge logits should be finite")


@check("softmax", hidden=True)
def test_gradient(learner, rng):
    """The gradient of softmax is right."""
    z, upstream = rng.normal(size=5).astype("float32"), rng.normal(size=5)
    p = secret_oracle(z.astype("float64"))
    gradient = learner.kit.gradient(learner.softmax, z, upstream=upstream)
    expect.close(gradient, p * (upstream - (p * upstream).sum()), "the gradient should be right")


@check("Scale")
def test_multiplies(learner, rng):
    """Scale(3) multiplies by 3."""
    x = rng.normal(size=(2, 5)).astype("float32")
    expect.close(learner.Scale(3.0)(x), 3 * x, "the output should be three times the input")
