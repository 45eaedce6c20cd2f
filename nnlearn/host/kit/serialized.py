"""Objects that went through the text which Keras writes of them."""

from __future__ import annotations

from typing import Any


def deserialized(made: Any, *kinds: Any) -> Any:
    """`made` again, from the JSON of what `keras.saving.serialize_keras_object` says of it.

    Args:
        made: A layer, an optimizer, a schedule, or whatever else Keras can configure.
        *kinds: Classes that it is made of, or that are in it, known by their names meanwhile.
    """
    import json

    import keras

    with keras.saving.custom_object_scope({kind.__name__: kind for kind in kinds}):
        text = json.dumps(keras.saving.serialize_keras_object(made))
        return keras.saving.deserialize_keras_object(json.loads(text))
