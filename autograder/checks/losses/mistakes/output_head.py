"""Mistakes in `output_head`."""

from nnlearn.diagnosis import mistake


def heads(task, **changed):
    """The right answer, but for the tasks that are changed."""
    return changed.get(task) or output_head(task)


@mistake("output_head")
def head_multilabel_competes(task):
    """Multi-label got a softmax. Its shares compete for a total of 1, so a photo of a beach *and*
    a dog can never get both right. Several answers that do not exclude each other are several
    yes-or-no questions: a sigmoid each."""
    return heads(task, multilabel=("softmax", "sparse_categorical_crossentropy"))


@mistake("output_head")
def head_multilabel_softmax_with_bce(task):
    """Multi-label got the right loss, with a softmax to read the outputs. The loss trains each
    output as a probability of its own; softmax would make them share a total of 1. Read them with
    sigmoid."""
    return heads(task, multilabel=("softmax", "binary_crossentropy"))


@mistake("output_head")
def head_binary_softmax(task):
    """Binary got a softmax. Over a single output softmax is always 1, whatever the logit. One
    yes-or-no answer takes a sigmoid and binary cross-entropy."""
    return heads(task, binary=("softmax", "sparse_categorical_crossentropy"))


@mistake("output_head")
def head_binary_squared_error(task):
    """Binary is trained with squared error. On a sigmoid it is flat where the network is sure and
    wrong. Binary cross-entropy is steep there."""
    return heads(task, binary=("sigmoid", "mean_squared_error"))


@mistake("output_head")
def head_regression_squeezed(task):
    """Regression got a sigmoid, which can say nothing above 1 and nothing below 0. An amount
    needs no activation: "linear"."""
    return heads(task, regression=("sigmoid", "mean_squared_error"))


@mistake("output_head")
def head_multiclass_independent(task):
    """Multi-class got independent sigmoids, so an image can be a 3 and an 8 at once, or nothing
    at all. Classes that exclude each other share a total of 1: softmax."""
    return heads(task, multiclass=("sigmoid", "binary_crossentropy"))


@mistake("output_head")
def head_multiclass_linear(task):
    """Multi-class is read with "linear". The loss does take raw outputs, that is right, but the
    first name says how predictions are *read*: softmax turns the logits into shares."""
    return heads(task, multiclass=("linear", "sparse_categorical_crossentropy"))


@mistake("output_head")
def head_multiclass_one_hot(task):
    """Multi-class has the cross-entropy for one-hot targets. Its labels are integers here, one for each
    example, and the loss for those is the *sparse* one."""
    return heads(task, multiclass=("softmax", "categorical_crossentropy"))


@mistake("output_head")
def head_swaps_multilabel_and_multiclass(task):
    """Multi-label and multi-class are swapped. Exactly one of several classes: the shares compete, softmax.
    Several answers that do not exclude each other: a sigmoid each."""
    swapped = {"multilabel": "multiclass", "multiclass": "multilabel"}
    return output_head(swapped.get(task, task))


@mistake("output_head")
def head_reads_logits(task):
    """Binary and multi-label are read with "linear". The loss does take raw outputs, that is right, but the
    first name says how predictions are *read*: sigmoid turns a logit into a probability."""
    read = ("linear", "binary_crossentropy")
    return heads(task, binary=read, multilabel=read)


@mistake("output_head")
def head_binary_linear(task):
    """Binary is read with "linear". The loss does take raw outputs, that is right, but the first name says
    how predictions are *read*: sigmoid turns a logit into a probability."""
    return heads(task, binary=("linear", "binary_crossentropy"))


@mistake("output_head")
def head_loss_first(task):
    """The pair is the wrong way round: the activation comes first, then the loss."""
    return output_head(task)[::-1]


@mistake("output_head")
def head_guesses_regression(task):
    """A task that is not known is treated as regression. A spelling mistake then trains a
    classifier with squared error, and nobody is told. Raise a ValueError."""
    try:
        return output_head(task)
    except ValueError:
        return output_head("regression")


@mistake("output_head")
def head_guesses_multiclass(task):
    """A task that is not known is treated as multi-class, the last case that was left. A spelling mistake
    then trains the wrong network, and nobody is told. Name all four cases, and raise a ValueError for the
    rest."""
    try:
        return output_head(task)
    except ValueError:
        return output_head("multiclass")


@mistake("output_head")
def head_returns_none(task):
    """A task that is not known gives None. Whoever asked finds out later, and somewhere else.
    Raise a ValueError."""
    try:
        return output_head(task)
    except ValueError:
        return None


@mistake("output_head")
def head_raises_key_error(task):
    """A task that is not known raises a KeyError, which tells a reader that *your* dictionary
    lacks something. The argument is wrong, and the error for a wrong argument is ValueError."""
    try:
        return output_head(task)
    except ValueError as error:
        raise KeyError(task) from error


@mistake("output_head")
def head_forgives_spelling(task):
    """Capitals, blanks and hyphens are forgiven. It is meant well, but the contract says that
    anything else raises a ValueError, and a caller may rely on it."""
    return output_head(str(task).strip().lower().replace("-", ""))


@mistake("output_head")
def head_binary_softmax_with_bce(task):
    """Binary got the right loss, with a softmax to read the output. Over a single output softmax is always 1,
    whatever the logit. One yes-or-no answer is read with sigmoid."""
    return heads(task, binary=("softmax", "binary_crossentropy"))


@mistake("output_head")
def head_multiclass_sigmoid(task):
    """Multi-class got the right loss, with sigmoids to read the outputs: an image could be a 3 and an 8 at
    once, or nothing at all. Classes that exclude each other share a total of 1: softmax."""
    return heads(task, multiclass=("sigmoid", "sparse_categorical_crossentropy"))


@mistake("output_head")
def head_multiclass_with_bce(task):
    """Multi-class is trained with binary cross-entropy, which asks about each output by itself and wants a 0
    or a 1 for each. Here the answer is one integer, the class: sparse categorical cross-entropy."""
    return heads(task, multiclass=("softmax", "binary_crossentropy"))


@mistake("output_head")
def head_multilabel_with_one_answer(task):
    """Multi-label is trained with the loss for exactly one right class. Several answers may be right at once:
    binary cross-entropy asks about each output by itself."""
    return heads(task, multilabel=("sigmoid", "sparse_categorical_crossentropy"))


@mistake("output_head")
def head_multilabel_squared_error(task):
    """Multi-label is trained with squared error. On a sigmoid it is flat where the network is sure and wrong.
    Binary cross-entropy is steep there."""
    return heads(task, multilabel=("sigmoid", "mean_squared_error"))


@mistake("output_head")
def head_regression_none(task):
    """Regression has None for its activation. An amount needs none, that is right; its name is "linear"."""
    return heads(task, regression=(None, "mean_squared_error"))


@mistake("output_head")
def head_regression_relu(task):
    """Regression got a relu, which can say nothing below 0, and has no slope there. An amount needs no
    activation: "linear"."""
    return heads(task, regression=("relu", "mean_squared_error"))


@mistake("output_head")
def head_regression_absolute_error(task):
    """Regression is trained with the mean absolute error. It is a loss for amounts too, and predicts the
    median; the one of this topic is "mean_squared_error"."""
    return heads(task, regression=("linear", "mean_absolute_error"))


@mistake("output_head")
def head_raises_type_error(task):
    """A task that is not known raises a TypeError. A text is the right type, and this one is not among the
    four: that is a ValueError."""
    try:
        return output_head(task)
    except ValueError as error:
        raise TypeError(task) from error


@mistake("output_head")
def head_raises_any_exception(task):
    """A task that is not known raises an Exception and nothing more precise: a caller who expects a
    ValueError does not catch it."""
    try:
        return output_head(task)
    except ValueError as error:
        raise Exception(task) from error


@mistake("output_head")
def head_makes_it_small(task):
    """Capitals are forgiven, where the contract says that anything else raises a ValueError; and None, which
    has no lower(), raises an AttributeError. Look the task up as it is."""
    return output_head(task.lower())


@mistake("output_head")
def head_regression_short_name(task):
    """The loss for regression goes by a short name of Keras'. The name of this topic, and of the function, is
    "mean_squared_error"."""
    return heads(task, regression=("linear", "mse"))


@mistake("output_head")
def head_asserts(task):
    """A task that is not known raises an AssertionError. `assert` is for what cannot happen, and is left out
    when Python runs with -O. An argument that does not fit raises a ValueError."""
    try:
        return output_head(task)
    except ValueError as error:
        raise AssertionError(task) from error
