"""Mistakes in `shuffle_buffer`."""

from nnlearn.diagnosis import mistake


def checked(size):
    if size < 1:
        raise ValueError(f"a buffer holds at least 1 item, not {size}")


@mistake("shuffle_buffer")
def shuffles_in_blocks(items, size, seed=0):
    """The buffer is filled, shuffled, emptied, and then filled again: an item never leaves its block of
    `size` items. Give out one item at a time, and put the next one into its place."""
    checked(size)
    generator, block = np.random.default_rng(seed), []
    for item in items:
        block.append(item)
        if len(block) == size:
            yield from (block[place] for place in generator.permutation(size))
            block = []
    yield from (block[place] for place in generator.permutation(len(block)))


@mistake("shuffle_buffer")
def reads_all_first(items, size, seed=0):
    """All items are read before the first one comes out. A stream that never ends never begins, and what does
    not fit into memory does not fit into a list. Read as many as the buffer holds, and then one for each one
    that is given out."""
    checked(size)
    everything = list(items)
    yield from shuffle_buffer(everything, size, seed)


@mistake("shuffle_buffer")
def shuffles_the_whole_list(items, size, seed=0):
    """The whole list is read and shuffled, and `size` plays no part: that is no buffer. It needs as much
    memory as there is data, and never begins on a stream that never ends."""
    checked(size)
    everything = list(items)
    if size == 1:
        yield from everything
        return
    yield from (everything[place] for place in np.random.default_rng(seed).permutation(len(everything)))


@mistake("shuffle_buffer")
def loses_the_tail(items, size, seed=0):
    """When there is nothing more to read, the buffer still holds items, and they are lost. After the loop,
    give out what is left, in random order."""
    checked(size)
    generator, buffer = np.random.default_rng(seed), []
    for item in items:
        buffer.append(item)
        if len(buffer) > size - 1:
            yield buffer.pop(generator.integers(size))


@mistake("shuffle_buffer")
def never_refills(items, size, seed=0):
    """The buffer is filled once, and given out until it is empty. What comes after the first `size` items
    is given out in its old order, or not at all. Put the next item into the place of the one that was given
    out."""
    checked(size)
    generator, items = np.random.default_rng(seed), iter(items)
    buffer = [item for _, item in zip(range(size), items, strict=False)]
    while buffer:
        yield buffer.pop(generator.integers(len(buffer)))
    yield from items


@mistake("shuffle_buffer")
def draws_with_replacement(items, size, seed=0):
    """An item that was given out stays in the buffer, so it comes again, and others never come. Take it
    out, or overwrite it with the next one."""
    checked(size)
    generator, buffer, items = np.random.default_rng(seed), [], iter(items)
    for item in items:
        buffer.append(item)
        if len(buffer) >= size:
            yield buffer[generator.integers(len(buffer))]
            if len(buffer) > size:
                buffer.pop(0)
    for _ in range(size - 1):
        if buffer:
            yield buffer[generator.integers(len(buffer))]


@mistake("shuffle_buffer")
def holds_one_too_many(items, size, seed=0):
    """The next item is put into the full buffer before one is drawn, so it holds size + 1 items, and a
    buffer of 1 does not keep the order. Draw as soon as there are `size` of them."""
    checked(size)
    yield from shuffle_buffer(items, size + 1, seed)


@mistake("shuffle_buffer")
def tail_in_order(items, size, seed=0):
    """What is left in the buffer at the end comes out as it lies there. Draw there at random as well, or
    the last items keep their order, and all of them if the buffer holds everything."""
    checked(size)
    generator, buffer = np.random.default_rng(seed), []
    for item in items:
        buffer.append(item)
        if len(buffer) == size:
            yield buffer.pop(generator.integers(size))
    yield from buffer


@mistake("shuffle_buffer")
def stops_at_none(items, size, seed=0):
    """None is taken for the end of the stream, as next(items, None) gives it there. It may be an item. A
    for loop ends when the items do."""
    checked(size)

    def until_none():
        stream = iter(items)
        while (item := next(stream, None)) is not None:
            yield item

    yield from shuffle_buffer(until_none(), size, seed)


@mistake("shuffle_buffer")
def skips_what_is_false(items, size, seed=0):
    """An item that counts as false, such as 0 or an empty text, is dropped: `if item` asks that. Ask for
    what is there by counting, not by truth."""
    checked(size)
    for item in shuffle_buffer(items, size, seed):
        if isinstance(item, np.ndarray) or item:
            yield item


@mistake("shuffle_buffer")
def buffer_is_a_set(items, size, seed=0):
    """The buffer is a set, in which equal items are one: the same thing twice comes out once. Take a list."""
    checked(size)
    seen_in_buffer = []
    generator = np.random.default_rng(seed)
    for item in items:
        if isinstance(item, np.ndarray) or not any(item is held or item == held for held in seen_in_buffer):
            seen_in_buffer.append(item)
        if len(seen_in_buffer) == size:
            yield seen_in_buffer.pop(generator.integers(size))
    while seen_in_buffer:
        yield seen_in_buffer.pop(generator.integers(len(seen_in_buffer)))


@mistake("shuffle_buffer")
def draws_from_the_global_generator(items, size, seed=0):
    """The global generator is seeded and used: whoever draws from it elsewhere gets other numbers now. Make a
    generator of your own, np.random.default_rng(seed)."""
    checked(size)
    np.random.seed(seed)
    buffer = []
    for item in items:
        buffer.append(item)
        if len(buffer) == size:
            yield buffer.pop(np.random.randint(size))
    while buffer:
        yield buffer.pop(np.random.randint(len(buffer)))


@mistake("shuffle_buffer")
def generator_anew_each_time(items, size, seed=0):
    """A generator with the same seed is made for each draw, so each draw gives the same number: always the
    same place of the buffer. Make it once, before the loop."""
    checked(size)
    buffer = []
    for item in items:
        buffer.append(item)
        if len(buffer) == size:
            yield buffer.pop(np.random.default_rng(seed).integers(size))
    while buffer:
        yield buffer.pop(np.random.default_rng(seed).integers(len(buffer)))


@mistake("shuffle_buffer")
def last_place_never(items, size, seed=0):
    """The place is drawn from 0 to size - 2: integers(k) leaves k out already, so nothing has to be
    subtracted. The newest item cannot come out at once."""
    checked(size)
    generator, buffer = np.random.default_rng(seed), []
    for item in items:
        buffer.append(item)
        if len(buffer) == size:
            yield buffer.pop(generator.integers(max(1, size - 1)))
    while buffer:
        yield buffer.pop(generator.integers(max(1, len(buffer) - 1)))


@mistake("shuffle_buffer")
def takes_a_size_of_zero(items, size, seed=0):
    """A buffer of 0 items, or fewer, raises nothing. Nobody can have meant that: raise a ValueError."""
    yield from shuffle_buffer(items, max(1, size), seed)


@mistake("shuffle_buffer")
def seed_zero_is_none(items, size, seed=0):
    """The seed 0 counts as none given: `seed or None` asks that. It is a seed like any other."""
    yield from shuffle_buffer(items, size, seed or int(np.random.SeedSequence().generate_state(1)[0]))


@mistake("shuffle_buffer")
def tail_through_numpy(items, size, seed=0):
    """What is left in the buffer goes through generator.permutation, which makes an array of it: numbers,
    texts and tuples come out as NumPy has them. Permute places, and give out the items as they are."""
    checked(size)
    generator, buffer = np.random.default_rng(seed), []
    for item in items:
        buffer.append(item)
        if len(buffer) == size:
            yield buffer.pop(generator.integers(size))
    yield from generator.permutation(buffer) if buffer else ()
