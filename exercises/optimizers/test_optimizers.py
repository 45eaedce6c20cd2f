"""Checks of the topic `optimizers`.

What is right comes from NumPy in float64: `walk` follows a rule, one of those below, which mirrors what
Keras' own class does (`tests/topics/test_optimizers_mirrors_keras.py` holds the reference to that). Gradients
are given, so that no model is needed but where `fit` is what is asked about.
"""

import numpy as np

from nnlearn.checking import check, expect, laws

CLOSE = {"rtol": 1e-6, "atol": 1e-6}


STARTS = [
    np.array([[0.5, -1.0, 2.0], [1.5, 0.25, -0.75]], "float32"),
    np.array([1.0, -0.5, 3.0, 0.125], "float32"),
    np.array(-2.0, "float32"),
]
ONE = [np.array([1.0, -0.5], "float32")]
AGAIN = [[np.array(pair, "float32")] for pair in ([0.5, -2.0], [0.25, 4.0])]
THRICE = [*AGAIN, [np.array([-1.0, 1.0], "float32")]]


def drawn(steps, starts, seed=3):
    """Gradients for some steps, of other sizes for each variable."""
    draw = np.random.default_rng(seed)
    scales = 0.3 * 3.0 ** np.arange(len(starts))
    return [
        [
            (scale * draw.normal(size=start.shape)).astype("float32")
            for start, scale in zip(starts, scales, strict=True)
        ]
        for _ in range(steps)
    ]


def right(name, settings):
    """The rule of an optimizer with these settings."""
    return RULES[name](**{**DEFAULTS[name], **settings})


# What is right -----------------------------------------------------------------------------------


def sgd(momentum=0.0, nesterov=False):
    """Descent with momentum: what is left of w, and what is remembered."""

    def rule(w, g, rate, t, memory):  # noqa: ARG001
        memory["v"] = momentum * memory.get("v", 0.0) - rate * g
        return w + (momentum * memory["v"] - rate * g if nesterov else memory["v"])

    return rule


def rmsprop(rho=0.9, momentum=0.0, epsilon=1e-7, centered=False):
    """Steps over the root of a mean of squares."""

    def rule(w, g, rate, t, memory):  # noqa: ARG001
        memory["s"] = rho * memory.get("s", 0.0) + (1 - rho) * g**2
        memory["a"] = rho * memory.get("a", 0.0) + (1 - rho) * g
        spread = memory["s"] - memory["a"] ** 2 if centered else memory["s"]
        memory["m"] = momentum * memory.get("m", 0.0) + rate * g / np.sqrt(spread + epsilon)
        return w - memory["m"]

    return rule


def adam(beta_1=0.9, beta_2=0.999, epsilon=1e-7, weight_decay=0.0, decay_vectors=True):
    """Both means, corrected; with a decay it is AdamW."""

    def rule(w, g, rate, t, memory):
        memory["m"] = beta_1 * memory.get("m", 0.0) + (1 - beta_1) * g
        memory["v"] = beta_2 * memory.get("v", 0.0) + (1 - beta_2) * g**2
        corrected = rate * np.sqrt(1 - beta_2**t) / (1 - beta_1**t)
        decay = weight_decay if decay_vectors or np.ndim(w) > 1 else 0.0
        return w - rate * decay * w - corrected * memory["m"] / (np.sqrt(memory["v"]) + epsilon)

    return rule


RULES = {"SGD": sgd, "RMSprop": rmsprop, "Adam": adam, "AdamW": adam}
DEFAULTS = {"SGD": {}, "RMSprop": {}, "Adam": {}, "AdamW": {"weight_decay": 0.004}}


def walk(rule, starts, gradients, rates, first=1):
    """Where variables are after each step; `rates` is one for all steps, or one for each."""
    places = [np.asarray(start, "float64") for start in starts]
    memories = [{} for _ in starts]
    rates = np.broadcast_to(np.asarray(rates, "float32").astype("float64"), len(gradients))
    walked = []
    for t, (step, rate) in enumerate(zip(gradients, rates, strict=True), first):
        places = [
            w if g is None else rule(w, np.asarray(g, "float64"), rate, t, memory)
            for w, g, memory in zip(places, step, memories, strict=True)
        ]
        walked.append(places)
    return walked


def arrives(walked, wanted, claim, first=1, close=CLOSE):
    """Each variable is where it should be after each step; `walked` comes of `learner.kit.steps`."""
    with expect.about(walked):
        for step, (found, want) in enumerate(zip(walked, wanted, strict=True), first):
            for got, right in zip(found, want, strict=True):
                words = claim if len(wanted) == 1 and first == 1 else f"{claim} (here after step {step})"
                expect.right_and_finite(got, right, words, **close)


def moves(learner, name, claim, gradients=AGAIN, starts=ONE, rate=0.1, **settings):
    """An optimizer of the learner's goes where its rule leads."""
    optimizer = getattr(learner, name)(rate, **settings)
    walked = learner.kit.steps(optimizer.apply, gradients, starts)
    arrives(walked, walk(right(name, settings), starts, gradients, rate), claim)


def has_memories(learner, name, claim, rate=0.02, **settings):
    """Two steps of three variables, of which one has no gradient at first."""
    gradients = drawn(2, STARTS)
    gradients[0][1] = None
    moves(learner, name, claim, gradients, STARTS, rate, **settings)


def follows_the_rate(learner, name, **settings):
    """The rate of each step is the one that a schedule gives, in float64, and no other is remembered."""
    rates, start = [0.02, 0.005, 0.01], [ONE[0].astype("float64")]
    optimizer = getattr(learner, name)(learner.kit.rates_by_step(rates), **settings)
    gradients = [[one.astype("float64")] for (one,) in THRICE]
    walked = learner.kit.steps(optimizer.apply, gradients, start)
    wanted = walk(right(name, settings), start, gradients, rates)
    arrives(walked, wanted, "each step should be at the rate that the schedule gives for it")


def remembers_when_traced(learner, name, **settings):
    """Steps in one compiled function go where others go: what is remembered is in variables."""
    optimizer = getattr(learner, name)(0.1, **settings)
    variable = learner.keras.Variable(ONE[0])
    optimizer.build([variable])
    step = learner.kit.compiled(optimizer.apply)
    for gradients in THRICE:
        step(gradients)
    wanted = walk(right(name, settings), ONE, THRICE, 0.1)[-1]
    claim = (
        "three steps in a tf.function should lead where three outside of one do: memory belongs in variables"
    )
    expect.right_and_finite(np.asarray(variable), wanted[0], claim, **CLOSE)


def keeps_settings(learner, name, **settings):
    """What is made again from its configuration has all settings, those of the base class too."""
    kind = getattr(learner, name)
    made = kind(0.25, clipnorm=0.5, name="mine", **settings)
    config = laws.config_holds(made, name="mine", learning_rate=0.25, clipnorm=0.5, **settings)
    copy = kind.from_config(config)
    laws.config_holds(copy, name="mine", learning_rate=0.25, clipnorm=0.5, **settings)


def hands_on(learner, name, **settings):
    """`clipnorm` reaches the base class."""
    optimizer = getattr(learner, name)(0.02, clipnorm=0.4, **settings)
    walked = learner.kit.steps(optimizer.apply, AGAIN[:1], ONE)
    g = AGAIN[0][0]
    wanted = walk(right(name, settings), ONE, [[g * 0.4 / np.linalg.norm(g)]], 0.02)
    arrives(walked, wanted, "with clipnorm=0.4 each gradient should be shortened to 0.4 before the step")


# SGD ---------------------------------------------------------------------------------------------


@check("SGD")
def test_sgd_without_momentum_descends(learner):
    """Without momentum each step is the rate times the gradient, downhill."""
    moves(learner, "SGD", "without momentum w should lose lr * g in each step", AGAIN)


@check("SGD", after=test_sgd_without_momentum_descends)
def test_sgd_with_momentum_remembers(learner):
    """With momentum the velocity fades, and the rate times the gradient is added to it."""
    claim = "with momentum w should move by v, which is momentum * v - lr * g"
    moves(learner, "SGD", claim, momentum=0.6)


@check("SGD", after=test_sgd_with_momentum_remembers)
def test_sgd_remembers_each_variable(learner):
    """Each of three variables has its own velocity."""
    has_memories(learner, "SGD", "each variable should have a velocity of its own", momentum=0.9)


@check("SGD", after=test_sgd_with_momentum_remembers)
def test_sgd_with_nesterov_looks_ahead(learner):
    """Nesterov's variant steps by momentum * v - lr * g, v being the new one."""
    claim = "with nesterov w should move by momentum * v - lr * g, v being the new velocity"
    moves(learner, "SGD", claim, momentum=0.6, nesterov=True)


@check("SGD", after=test_sgd_with_momentum_remembers)
def test_sgd_follows_the_rate(learner):
    """The rate is that of each step, and stays inside the velocity."""
    follows_the_rate(learner, "SGD", momentum=0.5)


@check("SGD", after=test_sgd_with_momentum_remembers)
def test_sgd_remembers_when_traced(learner):
    """Inside a tf.function, as in `fit`, the velocity is remembered from step to step."""
    remembers_when_traced(learner, "SGD", momentum=0.5)


@check("SGD")
def test_sgd_refuses_a_momentum(learner):
    """A momentum outside of 0 to 1 raises a ValueError."""
    for momentum in (-0.1, 1.5):
        with expect.raises(ValueError, f"momentum={momentum} should raise a ValueError"):
            learner.SGD(0.1, momentum=momentum)


@check("SGD", after=test_sgd_without_momentum_descends)
def test_sgd_keeps_its_settings(learner):
    """get_config has all settings, and from_config makes the optimizer again."""
    keeps_settings(learner, "SGD", momentum=0.75, nesterov=True)


@check("SGD", after=test_sgd_without_momentum_descends)
def test_sgd_hands_on_what_is_not_its_own(learner):
    """What else is given, such as clipnorm, reaches the base class."""
    hands_on(learner, "SGD", momentum=0.5)


# RMSprop -----------------------------------------------------------------------------------------


@check("RMSprop")
def test_rmsprop_divides_by_the_root(learner):
    """Each step is the rate times the gradient over the root of the mean of squares."""
    claim = "w should lose lr * g / sqrt(s + epsilon), s being rho * s + (1 - rho) * g**2"
    moves(learner, "RMSprop", claim, rate=0.02, rho=0.7)


@check("RMSprop", after=test_rmsprop_divides_by_the_root)
def test_rmsprop_has_epsilon_inside(learner):
    """Epsilon is added inside the root."""
    claim = "epsilon should be added to s, inside the root"
    moves(learner, "RMSprop", claim, rate=0.02, epsilon=0.05)


@check("RMSprop", after=test_rmsprop_divides_by_the_root)
def test_rmsprop_centered(learner):
    """Centered, the square of the mean gradient is subtracted from the mean of squares."""
    claim = "centered, s less the square of the mean gradient should be under the root"
    moves(learner, "RMSprop", claim, rate=0.02, rho=0.8, centered=True)


@check("RMSprop", after=test_rmsprop_divides_by_the_root)
def test_rmsprop_with_momentum(learner):
    """With momentum it is the steps that are added up."""
    claim = "with momentum w should lose m, which is momentum * m + step"
    moves(learner, "RMSprop", claim, rate=0.02, momentum=0.6)


@check("RMSprop", after=test_rmsprop_divides_by_the_root)
def test_rmsprop_remembers_each_variable(learner):
    """Each of three variables has its own memory."""
    claim = "each variable should have a memory of its own"
    has_memories(learner, "RMSprop", claim, momentum=0.5, centered=True)


@check("RMSprop", after=test_rmsprop_with_momentum)
def test_rmsprop_follows_the_rate(learner):
    """The rate is that of each step."""
    follows_the_rate(learner, "RMSprop", momentum=0.5)


@check("RMSprop", after=test_rmsprop_divides_by_the_root)
def test_rmsprop_keeps_its_settings(learner):
    """get_config has all settings, and from_config makes the optimizer again."""
    keeps_settings(learner, "RMSprop", rho=0.75, momentum=0.5, epsilon=0.125, centered=True)


# Adam --------------------------------------------------------------------------------------------


@check("Adam")
def test_adam_begins_with_one_rate(learner):
    """The first step is one rate long, whatever the gradient."""
    claim = "steps along equal gradients should be one rate long, against their sign"
    moves(learner, "Adam", claim, [[np.array([1000.0, -0.5], "float32")]] * 2, rate=0.02, epsilon=1e-12)


@check("Adam", after=test_adam_begins_with_one_rate)
def test_adam_steps(learner):
    """Later steps have both means, and t that grows."""
    claim = "w should lose lr * sqrt(1 - beta_2**t) / (1 - beta_1**t) * m / (sqrt(v) + epsilon), t from 1"
    moves(learner, "Adam", claim, rate=0.02, beta_1=0.7, beta_2=0.9, epsilon=1e-12)


@check("Adam", after=test_adam_steps)
def test_adam_has_epsilon_outside(learner):
    """Epsilon is added to the root of v, which is not corrected."""
    claim = "epsilon should be added to sqrt(v), v not being corrected"
    moves(learner, "Adam", claim, rate=0.02, beta_2=0.9, epsilon=0.05)


@check("Adam", after=test_adam_steps)
def test_adam_remembers_each_variable(learner):
    """Each of three variables has its own memory, and t is one for all."""
    claim = "each variable should have means of its own, and t be one for all"
    has_memories(learner, "Adam", claim, beta_1=0.8, beta_2=0.95, epsilon=1e-12)


@check("Adam", after=test_adam_steps)
def test_adam_follows_the_rate(learner):
    """The rate is that of each step."""
    follows_the_rate(learner, "Adam", beta_2=0.9, epsilon=1e-12)


@check("Adam", after=test_adam_begins_with_one_rate)
def test_adam_keeps_its_settings(learner):
    """get_config has all settings, and from_config makes the optimizer again."""
    keeps_settings(learner, "Adam", beta_1=0.75, beta_2=0.875, epsilon=0.125)


# AdamW -------------------------------------------------------------------------------------------


@check("AdamW")
def test_adamw_decays_without_a_slope(learner):
    """With gradients of 0 a weight loses the rate times the decay times itself."""
    nothing = [[np.zeros_like(start) for start in STARTS[:2]]] * 2
    claim = "with gradients of 0 w should lose lr * weight_decay * w in each step"
    moves(learner, "AdamW", claim, nothing, STARTS[:2], 0.02, weight_decay=0.5)


@check("AdamW", after=test_adamw_decays_without_a_slope)
def test_adamw_decouples(learner):
    """Beside Adam's step, which knows nothing of it, w loses its share, w being that before the step."""
    claim = "w should lose lr * weight_decay * w, w before the step, and Adam's step besides"
    moves(learner, "AdamW", claim, rate=0.02, weight_decay=2.0, epsilon=0.05, beta_2=0.9)


@check("AdamW", after=test_adamw_decouples)
def test_adamw_spares_vectors(learner):
    """decay_vectors=False spares variables of rank 0 and 1, and no others."""
    claim = "with decay_vectors=False variables of rank 0 and 1 should not decay, and others should"
    settings = {"weight_decay": 1.5, "decay_vectors": False, "beta_2": 0.95}
    moves(learner, "AdamW", claim, drawn(1, STARTS), STARTS, 0.02, **settings)


@check("AdamW", after=test_adamw_decouples)
def test_adamw_follows_the_rate(learner):
    """The rate is that of each step, in the decay too."""
    follows_the_rate(learner, "AdamW", weight_decay=1.5, beta_2=0.9)


@check("AdamW")
def test_adamw_refuses_a_decay(learner):
    """A decay below 0 raises a ValueError."""
    with expect.raises(ValueError, "weight_decay=-0.1 should raise a ValueError"):
        learner.AdamW(0.1, weight_decay=-0.1)


@check("AdamW", after=test_adamw_decays_without_a_slope)
def test_adamw_keeps_its_settings(learner):
    """get_config has all settings, weight_decay among them, and from_config makes the optimizer again."""
    settings = {"beta_1": 0.75, "beta_2": 0.875, "epsilon": 0.125}
    keeps_settings(learner, "AdamW", weight_decay=0.25, decay_vectors=False, **settings)


# contraction -------------------------------------------------------------------------------------


def radius(curvatures, rate, momentum=0.0):
    """The largest spectral radius, by the formula for the roots of a quadratic."""
    trace = 1 + momentum - rate * np.asarray(curvatures, "float64")
    root = np.sqrt((trace**2 - 4 * momentum).astype("complex128"))
    return float(np.max(np.maximum(np.abs(trace + root), np.abs(trace - root)) / 2))


def contracts(learner, claim, *cases):
    """`contraction` is right for each of the cases."""
    answers = [learner.contraction(*case) for case in cases]
    for got, (curvatures, rate, *momentum) in zip(answers, cases, strict=True):
        words = claim.format(*momentum)
        expect.right_and_finite(got, radius(curvatures, rate, *momentum), words, rtol=0, atol=1e-6)


@check("contraction")
def test_contraction_without_momentum(learner):
    """Without momentum the slowest axis has |1 - lr h|."""
    claim = "without momentum it should be the largest |1 - lr * h|"
    contracts(learner, claim, ([2.0], 0.8), ([1.0, 9.0], 0.18), ([9.0, 4.0, 1.0], 0.05), ([1.0, 9.0], 0.3))


@check("contraction", after=test_contraction_without_momentum)
def test_contraction_with_momentum(learner):
    """With momentum it is the largest absolute value of the eigenvalues of [[1 + β - lr h, -β], [1, 0]]."""
    claim = "with momentum {} it should be the largest absolute value of all eigenvalues"
    cases = (([1.0, 9.0], 0.2, 0.5), ([1.0], 0.1, 0.2), ([1.0, 30.0], 0.1, 0.25), ([9.0, 1.0], 0.45, 0.3))
    contracts(learner, claim, *cases)


@check("contraction")
def test_contraction_refuses(learner):
    """What makes no sense raises a ValueError."""
    laws.refuses(
        learner.contraction,
        {
            "no curvatures": ([], 0.1),
            "a curvature of 0": ([1.0, 0.0], 0.1),
            "a negative curvature": ([-1.0, 2.0], 0.1),
            "a rate of 0": ([1.0], 0.0),
            "a negative rate": ([1.0], -0.1),
            "a momentum of 1": ([1.0], 0.1, 1.0),
            "a negative momentum": ([1.0], 0.1, -0.1),
        },
    )


@check("contraction", after=test_contraction_without_momentum)
def test_contraction_is_a_float(learner):
    """The result is a Python float."""
    for momentum in (0.0, 0.9):
        is_float(learner.contraction([1.0, 2.0], 0.1, momentum), "the contraction should be a Python float")


def is_float(answer, claim, about=None):
    with expect.about(answer if about is None else about):
        kind = str(answer.dtype) if expect.is_array(answer) else type(answer).__name__
        expect.true(type(answer) is float, claim, f"it is {kind}")


# tune_heavy_ball ---------------------------------------------------------------------------------


def tuned(learner, curvatures):
    """What the learner chooses, known to be two floats."""
    answer = learner.tune_heavy_ball(curvatures)
    pair = expect.items(answer, 2, "there should be a tuple of the rate and the momentum")
    for value, name in zip(pair, ("rate", "momentum"), strict=True):
        is_float(value, f"the {name} should be a Python float", about=answer)
    return answer


def tunes(learner, curvatures):
    """Both are as the formulas say."""
    answer = tuned(learner, curvatures)
    high, low = (float(limit(curvatures)) ** 0.5 for limit in (np.max, np.min))
    with expect.about(answer):
        claim = "the rate should be (2 / (sqrt(L) + sqrt(mu)))**2"
        expect.right_and_finite(answer[0], (2 / (high + low)) ** 2, claim, rtol=1e-6, atol=1e-6)
        claim = "the momentum should be ((sqrt(L) - sqrt(mu)) / (sqrt(L) + sqrt(mu)))**2"
        expect.right_and_finite(answer[1], ((high - low) / (high + low)) ** 2, claim, rtol=1e-6, atol=1e-6)


@check("tune_heavy_ball")
def test_tune_by_the_formulas(learner):
    """Rate and momentum are those of the formulas, whatever the order of the curvatures."""
    for curvatures in ([1.0, 9.0], [9.0, 4.0, 1.0], [2.0, 0.5, 8.0, 3.0]):
        tunes(learner, curvatures)


@check("tune_heavy_ball", after=test_tune_by_the_formulas)
def test_tune_for_one_curvature(learner):
    """One curvature needs no momentum: one step at rate 1 / h arrives."""
    for curvatures in ([4.0], [2.0, 2.0]):
        tunes(learner, curvatures)


@check("tune_heavy_ball")
def test_tune_refuses(learner):
    """No curvatures, and curvatures of 0 or below, raise a ValueError."""
    cases = {"no curvatures": ([],), "a curvature of 0": ([1.0, 0.0],), "a negative one": ([4.0, -1.0],)}
    laws.refuses(learner.tune_heavy_ball, cases)
