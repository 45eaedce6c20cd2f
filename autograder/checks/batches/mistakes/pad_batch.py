"""Mistakes in `pad_batch`."""

from nnlearn.diagnosis import mistake


@mistake("pad_batch")
def keeps_the_end(sequences, length=None, value=0, side="post"):
    """Long sequences lose their beginning, as with Keras' pad_sequences unless it is told otherwise. Keep
    the first steps: sequence[:length]."""
    if length is not None and length >= 1:
        sequences = [sequence[-length:] for sequence in sequences]
    return pad_batch(sequences, length, value, side)


@mistake("pad_batch")
def cuts_where_it_pads(sequences, length=None, value=0, side="post"):
    """With side="pre" long sequences lose their beginning, too. The side says where padding goes; what is
    kept are the first steps on both."""
    if length is not None and length >= 1 and side == "pre":
        sequences = [sequence[-length:] for sequence in sequences]
    return pad_batch(sequences, length, value, side)


@mistake("pad_batch")
def masks_by_value(sequences, length=None, value=0, side="post"):
    """The mask asks which entries differ from the padding value: array != value. A real step may equal it.
    Make the mask from the lengths."""
    array, _ = pad_batch(sequences, length, value, side)
    differs = array != value
    return array, differs.reshape(*differs.shape[:2], -1).any(axis=-1)


@mistake("pad_batch")
def mask_turned_round(sequences, length=None, value=0, side="post"):
    """The mask is True for the padding. It should be True for the real steps."""
    array, mask = pad_batch(sequences, length, value, side)
    return array, ~mask


@mistake("pad_batch")
def mask_always_behind(sequences, length=None, value=0, side="post"):
    """With side="pre" the steps move, and the mask does not: it says that the first ones are real."""
    array, _ = pad_batch(sequences, length, value, side)
    return array, pad_batch(sequences, length, value, "post")[1]


@mistake("pad_batch")
def mask_for_each_number(sequences, length=None, value=0, side="post"):
    """The mask has the shape of the array, with an entry for each number. A step is real or not as a whole:
    (N, L)."""
    array, mask = pad_batch(sequences, length, value, side)
    return array, np.broadcast_to(mask.reshape(*mask.shape, *[1] * (array.ndim - 2)), array.shape).copy()


@mistake("pad_batch")
def mask_of_numbers(sequences, length=None, value=0, side="post"):
    """The mask is made of ones and zeros. It should be boolean."""
    array, mask = pad_batch(sequences, length, value, side)
    return array, mask.astype("float32")


@mistake("pad_batch")
def sides_swapped(sequences, length=None, value=0, side="post"):
    """ "pre" and "post" are swapped: "post" puts the padding behind the real steps, "pre" in front of
    them."""
    return pad_batch(sequences, length, value, {"post": "pre", "pre": "post"}.get(side, side))


@mistake("pad_batch")
def ignores_the_side(sequences, length=None, value=0, side="post"):
    """side plays no part: the padding is always behind."""
    return pad_batch(sequences, length, value, "post" if side == "pre" else side)


@mistake("pad_batch")
def ignores_the_value(sequences, length=None, value=0, side="post"):  # noqa: ARG001
    """The padding is 0, whatever value says."""
    return pad_batch(sequences, length, 0, side)


@mistake("pad_batch")
def shortest_decides(sequences, length=None, value=0, side="post"):
    """Without a length, all sequences are cut to the shortest. They get as many steps as the longest has."""
    array, mask = pad_batch(sequences, length, value, side)
    if length is None:
        shortest = max(1, min(map(len, sequences))) if max(map(len, sequences)) else 0
        return pad_batch(sequences, shortest or None, value, side)
    return array, mask


@mistake("pad_batch")
def length_only_cuts(sequences, length=None, value=0, side="post"):
    """A length above that of the longest sequence changes nothing. Each row gets `length` steps, whatever the
    sequences have."""
    array, mask = pad_batch(sequences, length, value, side)
    longest = max(map(len, sequences))
    return (
        pad_batch(sequences, longest, value, side)
        if length is not None and length > longest > 0
        else (array, mask)
    )


@mistake("pad_batch")
def length_only_pads(sequences, length=None, value=0, side="post"):
    """Sequences longer than `length` are not cut, and the array is longer than it was to be."""
    array, mask = pad_batch(sequences, length, value, side)
    longest = max(map(len, sequences))
    return (
        pad_batch(sequences, longest, value, side)
        if length is not None and length < longest
        else (array, mask)
    )


@mistake("pad_batch")
def pads_into_float64(sequences, length=None, value=0, side="post"):
    """np.full, np.zeros and np.ones make float64, or what the value is, if no dtype is told. Keep that of
    the sequences: a table of word numbers has to stay whole."""
    array, mask = pad_batch(sequences, length, value, side)
    return array.astype("float64"), mask


@mistake("pad_batch")
def takes_length_zero(sequences, length=None, value=0, side="post"):
    """A length of 0 is taken for none given: `if not length` or `length or ...` asks that. Only None means
    the longest; 0 and less are a ValueError."""
    return pad_batch(sequences, length if length and length > 0 else None, value, side)


@mistake("pad_batch")
def takes_any_side(sequences, length=None, value=0, side="post"):
    """Whatever is not "pre" counts as "post", also a slip of the pen. Refuse it: a ValueError."""
    return pad_batch(sequences, length, value, "pre" if side == "pre" else "post")


@mistake("pad_batch")
def takes_steps_of_any_shape(sequences, length=None, value=0, side="post"):
    """Steps of different shapes raise nothing; numbers are broadcast, or cut, without a word. Refuse them: a
    ValueError."""
    if not len(sequences):
        raise ValueError("there are no sequences")
    rest = sequences[0].shape[1:]
    fitting = [
        sequence if sequence.shape[1:] == rest else np.ones((len(sequence), *rest)) for sequence in sequences
    ]
    return pad_batch(fitting, length, value, side)


@mistake("pad_batch")
def gives_nothing_for_nothing(sequences, length=None, value=0, side="post"):
    """No sequences give an empty array. Nobody knows its shape: raise a ValueError."""
    if not len(sequences):
        return np.zeros((0, length or 0)), np.zeros((0, length or 0), bool)
    return pad_batch(sequences, length, value, side)


@mistake("pad_batch")
def trips_over_empty_ones(sequences, length=None, value=0, side="post"):
    """With side="pre" an empty sequence fills its row: [-0:] is the whole row, not nothing. Count from the
    front: [length - len(sequence):]."""
    array, mask = pad_batch(sequences, length, value, side)
    if side == "pre":
        mask[[len(sequence) == 0 for sequence in sequences]] = True
    return array, mask


@mistake("pad_batch")
def returns_the_array_alone(sequences, length=None, value=0, side="post"):
    """Only the array comes back. Without the mask nobody can tell padding from data: return both."""
    return pad_batch(sequences, length, value, side)[0]


@mistake("pad_batch")
def takes_the_dtype_of_the_value(sequences, length=None, value=0, side="post"):
    """The array has the dtype of the value: np.full(shape, 0) makes whole numbers, and floats that are
    written into it are cut off. Tell np.full the dtype of the sequences."""
    right, mask = pad_batch(sequences, length, value, side)
    array = np.full(right.shape, value)
    array[...] = right
    return array, mask
