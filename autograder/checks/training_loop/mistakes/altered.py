"""Models that are right but for one thing."""


class Altered:
    """A model as it is, but for what a mistake makes of it.

    Args:
        model: The model.
        training: The mode in which it runs whatever it is told; if left out, it does as it is told.
        penalties: How often its losses count, or what its list of losses becomes.
        variables: What it says is trainable, if that is not what is.
    """

    def __init__(self, model, *, training="as told", penalties=1, variables=None):
        self._model, self._training, self._penalties = model, training, penalties
        self._variables = variables

    def __call__(self, x, training=None):
        return self._model(x, training=training if self._training == "as told" else self._training)

    @property
    def losses(self):
        losses = self._model.losses
        return self._penalties(losses) if callable(self._penalties) else losses * self._penalties

    @property
    def trainable_variables(self):
        return self._model.trainable_variables if self._variables is None else self._variables

    def __getattr__(self, name):
        return getattr(self._model, name)


def mean_of(losses):
    """The average of a list of losses, in a list."""
    return [sum(losses) / len(losses)] if losses else []


def even_of_frozen_layers(model):
    """The variables that are trainable where no layer is frozen."""
    frozen = [layer for layer in model.layers if not layer.trainable]
    for layer in frozen:
        layer.trainable = True
    variables = model.trainable_variables
    for layer in frozen:
        layer.trainable = False
    return variables
