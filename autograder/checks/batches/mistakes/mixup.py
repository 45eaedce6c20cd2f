"""Mistakes in `mixup`."""

from nnlearn.diagnosis import mistake


def prepared(x, y, alpha):
    """The arrays, refused as the reference refuses them."""
    x, y = np.asarray(x), np.asarray(y)
    if alpha < 0 or y.ndim != 2 or y.dtype.kind != "f":
        raise ValueError("alpha is 0 or more, and labels are a table of shares")
    return x if x.dtype.kind == "f" else x.astype("float32"), y


def drawn(count, alpha, seed):
    """Partners and shares."""
    generator = np.random.default_rng(seed)
    partners = generator.permutation(count)
    return partners, generator.beta(alpha, alpha, count) if alpha > 0 else np.ones(count), generator


def blend(own, partners, shares):
    share = np.reshape(shares, (-1, *[1] * (own.ndim - 1)))
    return (share * own + (1 - share) * own[partners]).astype(own.dtype)


@mistake("mixup")
def one_share_for_all(x, y, alpha, seed):
    """One share is drawn for the whole batch. (The code that came with the paper does so.) Here each
    example has its own: beta(alpha, alpha, size=N)."""
    x, y = prepared(x, y, alpha)
    partners, shares, _ = drawn(len(x), alpha, seed)
    shares = np.repeat(shares[:1], len(x))
    return blend(x, partners, shares), blend(y, partners, shares)


@mistake("mixup")
def leaves_labels(x, y, alpha, seed):
    """The labels are not blended. A picture that is half an eight says "three" now: that is a wrong label.
    Blend y as x."""
    x, y = prepared(x, y, alpha)
    partners, shares, _ = drawn(len(x), alpha, seed)
    return blend(x, partners, shares), y.copy()


@mistake("mixup")
def labels_by_another_share(x, y, alpha, seed):
    """Labels get a share of their own. The picture may be 90 % a three, and the label 20 %. Draw one share
    for both."""
    x, y = prepared(x, y, alpha)
    partners, shares, generator = drawn(len(x), alpha, seed)
    others = generator.beta(alpha, alpha, len(x)) if alpha > 0 else shares
    return blend(x, partners, shares), blend(y, partners, others)


@mistake("mixup")
def labels_of_another_partner(x, y, alpha, seed):
    """Labels are blended with another partner than x: draw the partners once."""
    x, y = prepared(x, y, alpha)
    partners, shares, generator = drawn(len(x), alpha, seed)
    return blend(x, partners, shares), blend(y, generator.permutation(len(x)), shares)


@mistake("mixup")
def shares_turned_round(x, y, alpha, seed):
    """x takes the share of itself, and y that of the partner: the shares are turned round in one of them."""
    x, y = prepared(x, y, alpha)
    partners, shares, _ = drawn(len(x), alpha, seed)
    return blend(x, partners, shares), blend(y, partners, 1 - shares if alpha > 0 else shares)


@mistake("mixup")
def its_own_partner(x, y, alpha, seed):
    """Each example is blended with itself, and nothing changes. Index with the partners: x[partners]."""
    x, y = prepared(x, y, alpha)
    _, shares, _ = drawn(len(x), alpha, seed)
    return blend(x, np.arange(len(x)), shares), blend(y, np.arange(len(x)), shares)


@mistake("mixup")
def neighbour_as_partner(x, y, alpha, seed):
    """The partner is always the next example. Draw partners at random: in a batch that is not mixed,
    neighbours are alike."""
    x, y = prepared(x, y, alpha)
    _, shares, _ = drawn(len(x), alpha, seed)
    partners = np.roll(np.arange(len(x)), 1)
    return blend(x, partners, shares), blend(y, partners, shares)


@mistake("mixup")
def reversed_as_partner(x, y, alpha, seed):
    """The batch is blended with itself in reverse, x[::-1]: the first always meets the last. Draw partners
    at random."""
    x, y = prepared(x, y, alpha)
    _, shares, _ = drawn(len(x), alpha, seed)
    partners = np.arange(len(x))[::-1]
    return blend(x, partners, shares), blend(y, partners, shares)


@mistake("mixup")
def ignores_alpha(x, y, alpha, seed):
    """Shares are drawn evenly between 0 and 1, whatever alpha is. Draw them from Beta(alpha, alpha)."""
    x, y = prepared(x, y, alpha)
    partners, shares, generator = drawn(len(x), alpha, seed)
    shares = generator.random(len(x)) if alpha > 0 else shares
    return blend(x, partners, shares), blend(y, partners, shares)


@mistake("mixup")
def alpha_is_the_share(x, y, alpha, seed):
    """alpha itself is taken for the share. It says how the shares are spread: draw them from Beta(alpha,
    alpha)."""
    x, y = prepared(x, y, alpha)
    partners, _, _ = drawn(len(x), alpha, seed)
    share = np.full(len(x), 1 - min(alpha, 1.0) / 2)
    return blend(x, partners, share), blend(y, partners, share)


@mistake("mixup")
def beta_with_one(x, y, alpha, seed):
    """Shares come from Beta(alpha, 1). It is Beta(alpha, alpha), the same on both sides, with the mean
    1/2."""
    x, y = prepared(x, y, alpha)
    partners, shares, generator = drawn(len(x), alpha, seed)
    shares = generator.beta(alpha, 1.0, len(x)) if alpha > 0 else shares
    return blend(x, partners, shares), blend(y, partners, shares)


@mistake("mixup")
def larger_share_for_itself(x, y, alpha, seed):
    """The larger of the two shares always goes to the example itself: max(share, 1 - share). Some variants
    of mixup do so, but then the mean is not 1/2."""
    x, y = prepared(x, y, alpha)
    partners, shares, _ = drawn(len(x), alpha, seed)
    shares = np.maximum(shares, 1 - shares)
    return blend(x, partners, shares), blend(y, partners, shares)


@mistake("mixup")
def share_along_the_last_axis(x, y, alpha, seed):
    """The shares broadcast along the last axis: shape (N,) meets (N, ..., F) from the right. Reshape them to
    (N, 1, ..., 1)."""
    x, y = prepared(x, y, alpha)
    partners, shares, _ = drawn(len(x), alpha, seed)

    def along(own):
        share = shares if own.shape[-1] == len(shares) else np.resize(shares, own.shape[-1])
        return (share * own + (1 - share) * own[partners]).astype(own.dtype)

    return along(x), along(y)


@mistake("mixup")
def share_for_each_number(x, y, alpha, seed):
    """Each number of x has a share of its own, so one pixel is of the example and the next of its partner.
    One share for an example."""
    x, y = prepared(x, y, alpha)
    partners, shares, generator = drawn(len(x), alpha, seed)
    if alpha <= 0:
        return x.copy(), y.copy()
    share = generator.beta(alpha, alpha, x.shape)
    return (share * x + (1 - share) * x[partners]).astype(x.dtype), blend(y, partners, shares)


@mistake("mixup")
def shares_do_not_add_up(x, y, alpha, seed):
    """Two shares are drawn for the example and its partner, and they do not add up to 1. The partner's is 1
    - share."""
    x, y = prepared(x, y, alpha)
    partners, shares, generator = drawn(len(x), alpha, seed)
    others = generator.beta(alpha, alpha, len(x)) if alpha > 0 else 1 - shares

    def added(own):
        shape = (-1, *[1] * (own.ndim - 1))
        return (shares.reshape(shape) * own + others.reshape(shape) * own[partners]).astype(own.dtype)

    return added(x), added(y)


@mistake("mixup")
def cuts_off_in_integers(x, y, alpha, seed):
    """The blend of integers is cast back to integers, which cuts off what is behind the point. Integers
    become float32."""
    mixed, labels = mixup(x, y, alpha, seed)
    return mixed.astype(np.asarray(x).dtype), labels


@mistake("mixup")
def blends_into_float64(x, y, alpha, seed):
    """The shares are float64, and so are the results. Cast them back to the dtypes of x and y."""
    mixed, labels = mixup(x, y, alpha, seed)
    return mixed.astype("float64"), labels.astype("float64")


@mistake("mixup")
def nan_without_mixing(x, y, alpha, seed):
    """With alpha 0 an error is raised, or NaN comes back: Beta(0, 0) is no distribution. There each example
    keeps itself."""
    x, y = prepared(x, y, alpha)
    if alpha == 0:
        return np.full(x.shape, np.nan, x.dtype), np.full(y.shape, np.nan, y.dtype)
    return mixup(x, y, alpha, seed)


@mistake("mixup")
def returns_the_arguments(x, y, alpha, seed):
    """With alpha 0 the arguments themselves come back. Who writes into them changes the data: copy."""
    blended = mixup(x, y, alpha, seed)
    return (x, y) if alpha == 0 and np.asarray(x).dtype.kind == "f" else blended


@mistake("mixup")
def blends_class_numbers(x, y, alpha, seed):
    """Labels that are class numbers are taken, and blended: the middle between class 3 and class 8 is no
    5.5. They have to be a table of shares; everything else is a ValueError."""
    x, y = np.asarray(x), np.asarray(y)
    if alpha < 0:
        raise ValueError("alpha is 0 or more")
    partners, shares, _ = drawn(len(x), alpha, seed)
    x, y = (part if part.dtype.kind == "f" else part.astype("float32") for part in (x, y))
    return blend(x, partners, shares), blend(y, partners, shares)


@mistake("mixup")
def takes_negative_alpha(x, y, alpha, seed):
    """An alpha below 0 raises nothing. There is no such distribution: raise a ValueError."""
    return mixup(x, y, max(0, alpha), seed)


@mistake("mixup")
def blends_by_the_global_generator(x, y, alpha, seed):
    """The global generator is seeded and used: whoever draws from it elsewhere gets other numbers. Make a
    generator of your own, np.random.default_rng(seed)."""
    x, y = prepared(x, y, alpha)
    np.random.seed(seed)
    partners = np.random.permutation(len(x))
    shares = np.random.beta(alpha, alpha, len(x)) if alpha > 0 else np.ones(len(x))
    return blend(x, partners, shares), blend(y, partners, shares)


@mistake("mixup")
def blends_in_place(x, y, alpha, seed):
    """x and y are overwritten. They belong to the caller, and partners that were blended already are
    blended again."""
    blended, labels = mixup(x, y, alpha, seed)
    if np.asarray(x).dtype == blended.dtype:
        x[...], y[...] = blended, labels
    return blended, labels


@mistake("mixup")
def blends_into_float32(x, y, alpha, seed):
    """x becomes float32, whatever it was. Only integers do; floating dtypes are kept."""
    mixed, labels = mixup(x, y, alpha, seed)
    return mixed.astype("float32"), labels


@mistake("mixup")
def shares_for_images_alone(x, y, alpha, seed):
    """The shares get their axes for images and for tables, shape[:, None, None, None] and shape[:, None],
    and x of any other rank meets them along the wrong axis, or raises an error. Make as many axes as x
    has."""
    x, y = prepared(x, y, alpha)
    partners, shares, _ = drawn(len(x), alpha, seed)
    share = shares[:, None, None, None] if x.ndim == 4 else shares[:, None]
    return (share * x + (1 - share) * x[partners]).astype(x.dtype), blend(y, partners, shares)
