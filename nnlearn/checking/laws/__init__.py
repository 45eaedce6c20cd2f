"""Laws: what has to hold whatever is computed. Topics bring the learner's code and what is right.

>>> from nnlearn.checking import laws, oracles
>>> laws.keeps_dtypes(learner.softmax, oracles.softmax, logits)

A law takes the learner's object, or a function of the check that calls it, and plain data, and raises
`CheckFailed` where the law is broken. What is right comes from an oracle or from the check, never from the
learner's code.

`functions` holds the laws of whatever is called with arrays; a layer, a metric's `update_state`, a schedule
or a regularizer can be called as well. `objects` holds those of what Keras configures, saves and traces,
`draws` those of random numbers.
"""

from nnlearn.checking.laws.draws import follows_generator, follows_seed
from nnlearn.checking.laws.functions import (
    FLOATS,
    INTEGERS,
    changes_no_argument,
    changes_no_weight,
    gradient_is,
    keeps_dtypes,
    refuses,
    takes_integers,
    value_and_gradient_are,
)
from nnlearn.checking.laws.objects import (
    POLICIES,
    config_holds,
    follows_policy,
    infers_shape,
    same_when_traced,
    survives_config,
    survives_saving,
    weight_gradients_are,
)

__all__ = [
    "FLOATS",
    "INTEGERS",
    "POLICIES",
    "changes_no_argument",
    "changes_no_weight",
    "config_holds",
    "follows_generator",
    "follows_policy",
    "follows_seed",
    "gradient_is",
    "infers_shape",
    "keeps_dtypes",
    "refuses",
    "same_when_traced",
    "survives_config",
    "survives_saving",
    "takes_integers",
    "value_and_gradient_are",
    "weight_gradients_are",
]
