"""Optimizers.

README.md next to this file is the lesson.
Put your own code in place of each `raise NotImplementedError` (and of each None), then run

    nnlearn check optimizers   to check your work
    nnlearn hint SGD           for a hint
"""

import keras
import numpy as np
from keras import ops


PREDICTIONS = {
    # Adam has a learning rate of 0.01, everything else by default. A weight's first gradient is
    # 1000. How far does the first step move the weight, as a distance?
    # Allowed: a number.
    "adam_first_step": None,
    # Keras' AdamW with all its defaults: learning rate 0.001, weight decay 0.004. A weight is 1,
    # and its gradient is 0 in every step, the next one included. How much does it lose in that one
    # step?
    # Allowed: a number.
    "shrink": None,
    # SGD with momentum 0.9, and the same gradient in every step. After very many steps, how many
    # times as long as a plain step of SGD is each step?
    # Allowed: a number.
    "momentum_limit": None,
    # keras.optimizers.SGD(weight_decay=0.2), without momentum, takes the same steps as SGD without
    # decay on a model whose weights have keras.regularizers.L2(f), which adds f times the sum of
    # their squares to the loss. What is f?
    # Allowed: a number.
    "sgd_decay": None,
}


class SGD(keras.optimizers.Optimizer):
    """Gradient descent with momentum, as in `keras.optimizers.SGD`.

    For each variable w with gradient g, at the rate lr of the step and with the momentum β:

        v ← β v - lr g
        w ← w + v                  or, with nesterov,  w ← w + β v - lr g  (v is the new one)

    v begins at 0. With momentum 0 that is w ← w - lr g. Variables and gradients are float32 or float64, and
    results are right to 1e-6 * (1 + |w|) after a few steps. What is remembered is in optimizer variables,
    at least as precise as their variable. A model that is saved, loaded with this class known, and trained
    on ends where one that was never interrupted does. `**kwargs`, schedules and a rate that is set later
    work as for any Keras optimizer.
    """

    def __init__(self, learning_rate=0.01, momentum=0.0, nesterov=False, **kwargs):
        """Keep the settings.

        Args:
            learning_rate: A float or a schedule, for the base class.
            momentum: β, an int or a float from 0 to 1, both included.
            nesterov: Whether to look ahead, as above.
            **kwargs: For the base class: `clipnorm`, `weight_decay`, `use_ema`, `name` and so on.

        Raises:
            ValueError: `momentum` is below 0 or above 1.
        """
        raise NotImplementedError("SGD: not written yet")

    def build(self, variables):
        """Make what is remembered for each variable. It is called once, before the first step.

        Args:
            variables: A list of Keras variables.
        """
        raise NotImplementedError("SGD: not written yet")

    def update_step(self, gradient, variable, learning_rate):
        """Move one variable, and update what is remembered for it.

        Args:
            gradient: A tensor of the shape and dtype of the variable.
            variable: The TensorFlow variable.
            learning_rate: The rate of this step, a scalar of float32 also where the variable is float64: cast it.
        """
        raise NotImplementedError("SGD: not written yet")

    def get_config(self):
        """Return the dictionary of the base class, with `momentum` and `nesterov` as they were given."""
        raise NotImplementedError("SGD: not written yet")


class RMSprop(keras.optimizers.Optimizer):
    """Steps divided by the root of a mean of squares, as in `keras.optimizers.RMSprop`.

    For each variable w with gradient g, at the rate lr of the step:

        s ← rho s + (1 - rho) g²                    s begins at 0
        d = s,  or if centered:  a ← rho a + (1 - rho) g  and  d = s - a²       a begins at 0
        step = lr g / √(d + ε)
        m ← β m + step                              β is the momentum, m begins at 0
        w ← w - m

    s, a and m in a line are the new ones. With momentum 0 that is w ← w - step. Variables and gradients are
    float32 or float64, and results are right to 1e-6 * (1 + |w|) after a few steps. What is remembered is
    in optimizer variables, at least as precise as their variable. A model that is saved, loaded with this
    class known, and trained on ends where one that was never interrupted does. `**kwargs`, schedules and a
    rate that is set later work as for any Keras optimizer.
    """

    def __init__(self, learning_rate=0.001, rho=0.9, momentum=0.0, epsilon=1e-7, centered=False, **kwargs):
        """Keep the settings.

        Args:
            learning_rate: A float or a schedule, for the base class.
            rho: The share of the old mean that is kept.
            momentum: β, for the sum of steps.
            epsilon: ε, above 0, inside the root.
            centered: Whether to subtract the square of the mean gradient.
            **kwargs: For the base class.
        """
        raise NotImplementedError("RMSprop: not written yet")

    def build(self, variables):
        """Make what is remembered for each variable. It is called once, before the first step.

        Args:
            variables: A list of Keras variables.
        """
        raise NotImplementedError("RMSprop: not written yet")

    def update_step(self, gradient, variable, learning_rate):
        """Move one variable, and update what is remembered for it.

        Args:
            gradient: A tensor of the shape and dtype of the variable.
            variable: The TensorFlow variable.
            learning_rate: The rate of this step, a scalar of float32 also where the variable is float64: cast it.
        """
        raise NotImplementedError("RMSprop: not written yet")

    def get_config(self):
        """Return the dictionary of the base class, with `rho`, `momentum`, `epsilon` and `centered` as given."""
        raise NotImplementedError("RMSprop: not written yet")


class Adam(keras.optimizers.Optimizer):
    """Means of gradients and of squares, both corrected, as in `keras.optimizers.Adam`.

    For each variable w with gradient g, at the rate lr of the step; t is the number of this step, from 1:

        m ← β₁ m + (1 - β₁) g                      m begins at 0
        v ← β₂ v + (1 - β₂) g²                     v begins at 0
        w ← w - lr √(1 - β₂ᵗ) / (1 - β₁ᵗ) · m / (√v + ε)

    m and v in the last line are the new ones. t is one for all variables, `self.iterations + 1`: a variable
    without a gradient in some step does not get behind, and gradients that are accumulated count when a
    step is taken. Variables and gradients are float32 or float64, and results are right to 1e-6 * (1 + |w|)
    after a few steps at rates up to 0.02. What is remembered is in optimizer variables, at least as precise
    as their variable. A model that is saved, loaded with this class known, and trained on ends where one
    that was never interrupted does. `**kwargs`, schedules and a rate that is set later work as for any
    Keras optimizer.
    """

    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7, **kwargs):
        """Keep the settings.

        Args:
            learning_rate: A float or a schedule, for the base class.
            beta_1: β₁, the share of the old mean that is kept.
            beta_2: β₂, the share of the old mean of squares that is kept.
            epsilon: ε, above 0, outside the root.
            **kwargs: For the base class.
        """
        raise NotImplementedError("Adam: not written yet")

    def build(self, variables):
        """Make what is remembered for each variable. It is called once, before the first step.

        Args:
            variables: A list of Keras variables.
        """
        raise NotImplementedError("Adam: not written yet")

    def update_step(self, gradient, variable, learning_rate):
        """Move one variable, and update what is remembered for it.

        Args:
            gradient: A tensor of the shape and dtype of the variable.
            variable: The TensorFlow variable.
            learning_rate: The rate of this step, a scalar of float32 also where the variable is float64: cast it.
        """
        raise NotImplementedError("Adam: not written yet")

    def get_config(self):
        """Return the dictionary of the base class, with `beta_1`, `beta_2` and `epsilon` as they were given."""
        raise NotImplementedError("Adam: not written yet")


class AdamW(keras.optimizers.Optimizer):
    """Adam with decoupled weight decay, as in `keras.optimizers.AdamW`.

    For each variable w with gradient g, at the rate lr of the step; λ is `weight_decay`, t the number of this step,
    from 1, one for all variables:

        m ← β₁ m + (1 - β₁) g                      m begins at 0
        v ← β₂ v + (1 - β₂) g²                     v begins at 0
        w ← w - lr λ w - lr √(1 - β₂ᵗ) / (1 - β₁ᵗ) · m / (√v + ε)

    m and v in the last line are the new ones, w on the right is w before the step. With
    decay_vectors=False, variables of rank 0 and 1 lose nothing to the decay. A variable without a gradient
    is left where it is. Neither m, v nor clipping sees the decay, which may happen in `update_step` or in
    the base class. (`exclude_from_weight_decay` need not work.) Variables and gradients are float32 or
    float64, and results are right to 1e-6 * (1 + |w|) after a few steps at rates up to 0.02. What is
    remembered is in optimizer variables, at least as precise as their variable. A model that is saved,
    loaded with this class known, and trained on ends where one that was never interrupted does. `**kwargs`,
    schedules and a rate that is set later work as for any Keras optimizer.
    """

    def __init__(
        self,
        learning_rate=0.001,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-7,
        weight_decay=0.004,
        decay_vectors=True,
        **kwargs,
    ):
        """Keep the settings.

        Args:
            learning_rate: A float or a schedule, for the base class.
            beta_1: β₁, the share of the old mean that is kept.
            beta_2: β₂, the share of the old mean of squares that is kept.
            epsilon: ε, above 0, outside the root.
            weight_decay: λ, a number, 0 or more.
            decay_vectors: Whether variables of rank 0 and 1 decay too.
            **kwargs: For the base class.

        Raises:
            ValueError: `weight_decay` is below 0.
        """
        raise NotImplementedError("AdamW: not written yet")

    def build(self, variables):
        """Make what is remembered for each variable. It is called once, before the first step.

        Args:
            variables: A list of Keras variables.
        """
        raise NotImplementedError("AdamW: not written yet")

    def update_step(self, gradient, variable, learning_rate):
        """Move one variable, and update what is remembered for it.

        Args:
            gradient: A tensor of the shape and dtype of the variable.
            variable: The TensorFlow variable.
            learning_rate: The rate of this step, a scalar of float32 also where the variable is float64: cast it.
        """
        raise NotImplementedError("AdamW: not written yet")

    def get_config(self):
        """Return the dictionary of the base class, with the five settings under the names of their arguments.

        `weight_decay` in it is what was given, whatever attribute it is kept in.
        """
        raise NotImplementedError("AdamW: not written yet")


def contraction(curvatures, learning_rate, momentum=0.0):
    """Say by what factor the distance from the minimum shrinks per step, in the long run.

    It is that of gradient descent with momentum (v ← β v - lr h w, w ← w + v, without nesterov) on the losses
    ½ h w²: the largest spectral radius of [[1 + β - lr h, -β], [1, 0]] over all curvatures h.

    Args:
        curvatures: The curvatures h, all above 0: a list or an array of rank 1, with one entry at least.
        learning_rate: lr, above 0.
        momentum: β, from 0 on and below 1.

    Returns:
        A Python float, right to 1e-6 also where eigenvalues coincide. It is above 1 where descent diverges.
        `curvatures` is left as it is.

    Raises:
        ValueError: There are no curvatures, one is 0 or below, the rate is 0 or below, or the momentum is below 0
            or not below 1.
    """
    raise NotImplementedError("contraction: not written yet")


def tune_heavy_ball(curvatures):
    """Choose the learning rate and the momentum that contract most, by the formulas of Polyak's heavy ball.

    With the largest curvature L and the smallest μ, the rate is (2 / (√L + √μ))² and the momentum
    ((√L - √μ) / (√L + √μ))².

    Args:
        curvatures: The curvatures, all above 0: a list or an array of rank 1, in any order, with one entry at least.

    Returns:
        A tuple of two Python floats, the learning rate and the momentum, right to 1e-6. `curvatures` is left as
        it is.

    Raises:
        ValueError: There are no curvatures, or one is 0 or below.
    """
    raise NotImplementedError("tune_heavy_ball: not written yet")


# Answered in words, between the quotes: a person reads it.
ANSWERS = {
    # In your own words
    #
    # Somebody trains a network with SGD at rate 0.001. Nothing happens. With Adam, at the same rate, it
    # trains. "Adam is the better optimizer", says the report.
    #
    # Explain in five to ten sentences: why the same rate means something else in the two; what Adam does
    # that depends on neither the scale of the loss nor on that of a weight's gradient; what a fair
    # comparison would be; what becomes of an L2 penalty when one changes from SGD to Adam; and what the
    # training loss can say about new data.
    "why_adam_trains": r"""

""",
}
