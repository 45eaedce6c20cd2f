"""Mistakes in `Affine`: its arguments, what it refuses and what it gives back in its configuration."""

from nnlearn.diagnosis import mistake


@mistake("Affine")
class ForgetsUseBiasInTheConfig(Affine):
    """use_bias is missing in get_config. A layer without a bias that is saved comes back with one. What
    `__init__` takes belongs into the dictionary."""

    def get_config(self):
        config = super().get_config()
        del config["use_bias"]
        return config


@mistake("Affine")
class ForgetsUnitsInTheConfig(Affine):
    """units is missing in get_config, so that the layer cannot be made again. What `__init__` takes belongs
    into the dictionary."""

    def get_config(self):
        config = super().get_config()
        del config["units"]
        return config


@mistake("Affine")
class KeepsKerasConfig(Affine):
    """get_config gives what every layer has, and neither units nor use_bias. Add both to what
    super().get_config() returns."""

    def get_config(self):
        return keras.layers.Layer.get_config(self)


@mistake("Affine")
class ForgetsWhatEveryLayerHas(Affine):
    """get_config holds units and use_bias alone: the name and the dtype are lost. Add yours to what
    super().get_config() returns."""

    def get_config(self):
        return {"units": self.units, "use_bias": self.use_bias}


@mistake("Affine")
class ConfigSaysABiasIsThere(Affine):
    """get_config says use_bias=True whatever was asked for. Keep the argument in `__init__` and give that
    back."""

    def get_config(self):
        return super().get_config() | {"use_bias": True}


@mistake("Affine")
class TakesAnyUnits(Affine):
    """units is taken as it comes: 0, -3 and 2.5 too. Then something goes wrong much later, and the message
    says nothing of units. Raise a ValueError that names it unless it is a positive integer."""

    def __init__(self, units, use_bias=True, **kwargs):
        super().__init__(1, use_bias, **kwargs)
        self.units = units


@mistake("Affine")
class TakesNoUnitsAtAll(Affine):
    """units=0 is taken: only what is below 0, or no integer, is refused. A layer has at least one unit."""

    def __init__(self, units, use_bias=True, **kwargs):
        super().__init__(1 if units == 0 and type(units) is int else units, use_bias, **kwargs)
        self.units = units


@mistake("Affine")
class TakesFractionsOfUnits(Affine):
    """units=2.5 is taken: only the sign is looked at. Raise a ValueError unless it is an integer."""

    def __init__(self, units, use_bias=True, **kwargs):
        super().__init__(1 if isinstance(units, float) and units > 0 else units, use_bias, **kwargs)
        self.units = units


@mistake("Affine")
class RoundsUnits(Affine):
    """int(units) is what the layer takes: 2.5 becomes 2, and the text "4" becomes 4, without a word. Raise a
    ValueError unless units is an integer."""

    def __init__(self, units, use_bias=True, **kwargs):
        try:
            units = int(units)
        except TypeError:
            raise ValueError("units should be a positive integer") from None
        super().__init__(units, use_bias, **kwargs)


@mistake("Affine")
class TakesWholeFloats(Affine):
    """units=4.0 is taken: a float without a fraction counts as an integer. It is none; raise a ValueError
    unless units is an integer."""

    def __init__(self, units, use_bias=True, **kwargs):
        whole = isinstance(units, float) and units.is_integer()
        super().__init__(int(units) if whole else units, use_bias, **kwargs)


@mistake("Affine")
class ComparesBeforeItAsksForAType(Affine):
    """units is compared with 0 before anything else, and text or None cannot be compared: Python raises a
    TypeError. Ask first whether it is an integer, and raise a ValueError."""

    def __init__(self, units, use_bias=True, **kwargs):
        if units <= 0:
            raise ValueError("units should be a positive integer")
        super().__init__(units, use_bias, **kwargs)


@mistake("Affine")
class RaisesATypeError(Affine):
    """What is no integer raises a TypeError. Keras' own layers raise a ValueError there, and so should this
    one."""

    def __init__(self, units, use_bias=True, **kwargs):
        if not isinstance(units, int):
            raise TypeError("units should be a positive integer")
        super().__init__(units, use_bias, **kwargs)


@mistake("Affine")
class DoesNotNameUnits(Affine):
    """The error does not say which argument is wrong. Whoever reads it has to find out what should be
    positive: have the word `units` in the message."""

    def __init__(self, units, use_bias=True, **kwargs):
        try:
            super().__init__(units, use_bias, **kwargs)
        except ValueError:
            raise ValueError("expected a positive integer") from None
