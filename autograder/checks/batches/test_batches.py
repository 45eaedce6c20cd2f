"""Checks of the topic `batches`.

Rows, pixels and examples are numbered, so that each can be followed. What is random is compared with what
every right answer has in common, and statistics with their mean, five standard deviations each way.
"""

import itertools

import numpy as np

from nnlearn.checking import check, expect, laws


def leaves_global_generators(learner, fn, *args, **kwargs):
    """No global generator is used or set."""
    moved = learner.kit.moved_generators(fn, *args, **kwargs)
    expect.same(moved, [], "no global generator should be moved: use np.random.default_rng(seed)")


def is_mixed(order, claim):
    """A permutation of many is one that shuffling would give: no trend, hardly any neighbours left."""
    count = len(order)
    trend = float(np.corrcoef(np.arange(count), order)[0, 1])
    neighbours = int(np.sum(np.abs(np.diff(order)) == 1))
    expect.true(abs(trend) < 5 / np.sqrt(count), claim, "they come more or less in their old order")
    expect.true(neighbours < 12, claim, f"{neighbours} items are still beside a neighbour of theirs")


# shuffle_buffer --------------------------------------------------------------------------------


def given_out(learner, items, size, seed=0):
    """What comes out when all is taken (of what never ends, 1000 items), and the moment after."""
    result, _ = learner.kit.kept(learner.shuffle_buffer, items, size, seed)
    return list(result), learner.so_far()


def early(order, size):
    """The places at which an item came before it could have been read."""
    return [place for place, item in enumerate(order) if not 0 <= item < place + size]


def told_of(order, size, count):
    """What holds for an order, whichever random numbers made it."""
    order = [item for item in order if isinstance(item, int)]
    return {
        "all": sorted(order) == list(range(count)),
        "how many": len(order),
        "twice": len(set(order)) < len(order),
        "early": bool(early(order, size)),
        "as they came": order == sorted(order),
        "in blocks": all(item // size == place // size for place, item in enumerate(order)),
        "rest as it came": order[size:] == sorted(order[size:]),
    }


@check("shuffle_buffer")
def test_shuffle_buffer_gives_each_item_once(learner):
    """Every item comes out exactly once, those that are left in the buffer at the end, too."""
    for count, size in ((20, 4), (20, 20), (6, 50)):
        order, moment = given_out(learner, list(range(count)), size)
        learner.observed(told_of(order, size, count))
        with expect.about(moment):
            claim = f"{count} items through a buffer of {size} should come out, each once"
            expect.same(len(order), count, claim)
            expect.same(sorted(order), list(range(count)), claim)


@check("shuffle_buffer", after=test_shuffle_buffer_gives_each_item_once)
def test_shuffle_buffer_of_one(learner):
    """A buffer of one item keeps the order."""
    order, moment = given_out(learner, list(range(12)), 1)
    with expect.about(moment):
        expect.same(order, list(range(12)), "a buffer of 1 should keep the order")


@check("shuffle_buffer", after=test_shuffle_buffer_gives_each_item_once)
def test_shuffle_buffer_has_a_window(learner):
    """Output number i is among the first i + size items; items may also stay long, so blocks get mixed."""
    order, moment = given_out(learner, list(range(300)), 5)
    told, soon = told_of(order, 5, 300), early(order, 5)
    learner.observed(told)
    with expect.about(moment):
        claim = "output number i should be among the first i + 5 items"
        expect.true(not soon, claim, f"output {soon[0]} is item {order[soon[0]]}" if soon else "")
        expect.true(not told["as they came"], "items should come in another order")
        expect.true(not told["in blocks"], "items should not be shuffled in blocks of 5, one after the other")
        late = max(place - item for place, item in enumerate(order))
        expect.true(late > 4, "an item should be able to stay in the buffer for long", f"{late} at most")


@check("shuffle_buffer")
def test_shuffle_buffer_is_lazy(learner):
    """It reads at most size + 1 items more than it has given out, and so takes what never ends."""
    stream = learner.kit.counted()
    outputs, read = learner.shuffle_buffer(stream, 3), []
    for _ in range(6):
        next(outputs)
        read.append(int(stream.taken))
    moment = learner.so_far()
    learner.observed({"ahead": [taken > given + 5 for given, taken in enumerate(read)]})
    with expect.about(moment):
        for given, taken in enumerate(read, start=1):
            claim = f"when {given} items were given out, at most {given + 4} should have been read"
            expect.true(taken <= given + 4, claim, f"{taken} were")


@check("shuffle_buffer", after=test_shuffle_buffer_gives_each_item_once)
def test_shuffle_buffer_takes_anything(learner):
    """None, empty text, the same thing twice, and arrays are items like all others."""
    for items in ([None, 0, "", 0, None, False], [7, 7, 7], []):
        order, moment = given_out(learner, items, 3)
        learner.observed(
            {"how many": len(order), "same": sorted(map(repr, order)) == sorted(map(repr, items))}
        )
        with expect.about(moment):
            claim = f"the items {items} should all come out as they are"
            expect.same(sorted(map(repr, order)), sorted(map(repr, items)), claim)
    arrays = [np.full((2,), number) for number in range(5)]
    order, moment = given_out(learner, arrays, 2)
    learner.observed({"how many": len(order)})
    with expect.about(moment):
        expect.same(len(order), 5, "five arrays should come out")
        found = sorted(int(np.ravel(array)[0]) for array in order)
        expect.same(found, list(range(5)), "each array should come out once")


@check("shuffle_buffer", after=test_shuffle_buffer_gives_each_item_once)
def test_shuffle_buffer_follows_its_seed(learner):
    """The same seed gives the same order, another seed another; no global generator is moved."""
    laws.follows_seed(
        learner,
        lambda seed: np.array(given_out(learner, list(range(40)), 8, seed)[0]),
        drawn="orders",
        seeds=(0, 5),
    )
    leaves_global_generators(learner, learner.kit.kept, learner.shuffle_buffer, list(range(9)), 3)


@check("shuffle_buffer")
def test_shuffle_buffer_refuses(learner):
    """A size below 1 raises a ValueError, when it is called or when the first item is asked for."""
    cases = {f"a buffer of {size}": (learner.shuffle_buffer, [1, 2, 3], size) for size in (0, -2)}
    laws.refuses(learner.kit.kept, cases)


@check("shuffle_buffer", hidden=True, after=test_shuffle_buffer_has_a_window)
def test_shuffle_buffer_is_fair(learner):
    """All items in the buffer are equally likely to be next, in the middle and in the tail."""
    size, many = 4, 1000
    order, moment = given_out(learner, learner.kit.counted(), size, seed=3)
    places = {item: place for place, item in enumerate(order) if isinstance(item, int)}
    waits = np.array([places.get(item, many) - max(0, item - size + 1) for item in range(many - 150)])
    tail, after = given_out(learner, list(range(400)), 400, seed=8)
    learner.observed(
        {
            "many": len(order),
            "soon": bool(abs(np.mean(waits <= 0) - 0.25) < 0.08),
            "late": bool(abs(np.mean(waits) - 3) < 0.6),
            "tail": bool(abs(np.corrcoef(np.arange(400), tail)[0, 1]) < 0.25) if len(tail) == 400 else None,
        }
    )
    with expect.about(moment):
        expect.same(len(order), many, "a stream that never ends should go on and on")
        deviation = np.sqrt(0.25 * 0.75 / len(waits))
        expect.likely(np.mean(waits == 0), 0.25, deviation, "an item should leave at once in 1 of 4 cases")
        deviation = np.sqrt(12 / len(waits))
        expect.likely(np.mean(waits), 3.0, deviation, "an item should wait for 3 others on average")
        share = np.mean(waits[waits >= 1] == 1)
        expect.likely(share, 0.25, deviation / 5, "who waited once should leave next in 1 of 4 cases")
    with expect.about(after):
        is_mixed(tail, "with a buffer that holds all items every order should be equally likely")


@check("shuffle_buffer", hidden=True, after=test_shuffle_buffer_is_lazy)
def test_shuffle_buffer_goes_on(learner):
    """After many outputs it still reads no more than it has to, and two of them share nothing."""
    stream, other = learner.kit.counted(), learner.kit.counted()
    one, two = learner.shuffle_buffer(stream, 6, 1), learner.shuffle_buffer(other, 6, 1)
    first, second, ahead = [], [], []
    for given in range(1, 31):
        first.append(next(one))
        second.append(next(two))
        ahead.append(int(stream.taken) - given)
    moment = learner.so_far()
    learner.observed({"ahead": max(ahead) > 7, "alike": first == second, "early": bool(early(first, 6))})
    with expect.about(moment):
        expect.true(max(ahead) <= 7, "it should read at most 7 items ahead", f"it read {max(ahead)}")
        expect.true(first == second, "two with the same seed should give the same, and share nothing")
        expect.true(not early(first, 6), "output number i should be among the first i + 6 items")
    order, moment = given_out(learner, learner.kit.walked_once(list(range(11))), 3, 2)
    learner.observed(told_of(order, 3, 11))
    with expect.about(moment):
        expect.same(sorted(order), list(range(11)), "an iterator should do as well as a list")


# BatchSource -----------------------------------------------------------------------------------


def table(count):
    """Rows (i, -i) whose labels are 100 + i."""
    return np.stack([np.arange(count), -np.arange(count)], axis=1).astype("float32"), 100 + np.arange(count)


def batches_of(source, length=None):
    """All batches of the epoch as pairs of arrays."""
    claim = "source[i] should be a pair (x, y) of arrays"
    batches = []
    for number in range(len(source) if length is None else length):
        answer = source[number]
        pair = expect.items(answer, 2, claim)
        with expect.about(answer):
            expect.true(all(map(expect.is_array, pair)), claim, "one is something else")
            expect.true(all(part.ndim for part in pair), claim, "one is a single number")
        batches.append(pair)
    return batches


def rows_of(batches):
    """Which rows of `table` are in an epoch, in their order."""
    return [int(row) for x, _ in batches for row in np.reshape(x, (len(x), -1))[:, 0]]


def epochs_of(source, count):
    """The rows of several epochs, one after the other."""
    found = [rows_of(batches_of(source))]
    for _ in range(count - 1):
        source.on_epoch_end()
        found.append(rows_of(batches_of(source)))
    return found


@check("BatchSource")
def test_batch_source_has_each_row_once(learner):
    """10 rows in batches of 4 are 3 batches; the last has 2 rows, and each row comes once."""
    source = learner.BatchSource(*table(10), 4)
    length = len(source)
    with expect.about(learner.so_far()):
        expect.same(length, 3, "len(source) should be the number of batches, the short one included")
    batches = batches_of(source)
    sizes, rows = [len(x) for x, _ in batches], rows_of(batches)
    learner.observed({"sizes": sizes, "once": sorted(rows) == list(range(10))})
    with expect.about(learner.so_far()):
        expect.same(sizes, [4, 4, 2], "the batches should have 4, 4 and 2 rows")
        expect.same(sorted(rows), list(range(10)), "each row should come exactly once in an epoch")


@check("BatchSource", after=test_batch_source_has_each_row_once)
def test_batch_source_keeps_pairs(learner):
    """Each row comes whole, beside its own y, and both keep their dtype."""
    source = learner.BatchSource(*table(12), 5)
    batches = batches_of(source)
    matches = [np.array_equal(y, 100 + x[:, 0]) for x, y in batches]
    dtypes = sorted({part.dtype.name for pair in batches for part in pair})
    learner.observed({"pairs": all(matches), "dtypes": dtypes})
    with expect.about(learner.so_far()):
        expect.true(all(matches), "each row should have its own y beside it: one order for both")
        for x, y in batches:
            expect.dtype(x, "float32", "x should keep its dtype")
            expect.dtype(y, "int64", "y should keep its dtype")
            expect.close(x[:, 1], -x[:, 0], "rows should come as they were")


@check("BatchSource")
def test_batch_source_repeats_itself(learner):
    """Until the epoch ends, the same batch comes, however often and in whatever order it is asked."""
    source = learner.BatchSource(*table(12), 4)
    asked = [0, 1, 0, 2, 1, 1, 0, 2]
    answers = [source[number] for number in asked]
    first = {}
    for number, answer in zip(asked, answers, strict=True):
        first.setdefault(number, answer)
    same = [
        expect.equal(answer[0], first[number][0]) and expect.equal(answer[1], first[number][1])
        for number, answer in zip(asked, answers, strict=True)
    ]
    learner.observed({"same": same})
    with expect.about(answers[-1]):
        expect.true(all(same), "source[i] should give the same batch again until on_epoch_end is called")


@check("BatchSource", after=test_batch_source_has_each_row_once)
def test_batch_source_shuffles_each_epoch(learner):
    """The first epoch is mixed, each next one has another order, and in each every row comes once."""
    source = learner.BatchSource(*table(30), 8)
    orders = epochs_of(source, 3)
    facts = {
        "once": [sorted(order) == list(range(30)) for order in orders],
        "mixed": [order != list(range(30)) for order in orders],
        "new": [orders[0] != orders[1], orders[1] != orders[2], orders[0] != orders[2]],
        "same batches": {frozenset(orders[0][:8])} == {frozenset(orders[1][:8])},
    }
    learner.observed(facts)
    with expect.about(learner.so_far()):
        expect.true(facts["mixed"][0], "the first epoch should be in random order, too")
        expect.true(all(facts["new"]), "on_epoch_end should draw another order for the next epoch")
        expect.true(all(facts["once"]), "in each epoch every row should come once")
        expect.true(not facts["same batches"], "rows should change their batches, not batches their places")


@check("BatchSource", after=test_batch_source_has_each_row_once)
def test_batch_source_follows_its_seed(learner):
    """The same seed gives the same epochs, another seed others; no global generator is moved."""
    orders = [epochs_of(learner.BatchSource(*table(20), 6, seed=seed), 2) for seed in (0, 0, 5)]
    learner.observed({"repeats": orders[0] == orders[1], "differ": orders[0][0] != orders[2][0]})
    with expect.about(learner.so_far()):
        expect.true(orders[0] == orders[1], "the same seed should give the same epochs")
        expect.true(orders[0][0] != orders[2][0], "another seed should give another order")
    leaves_global_generators(learner, learner.BatchSource, *table(8), 3)


@check("BatchSource", after=test_batch_source_has_each_row_once)
def test_batch_source_in_order(learner):
    """Without shuffle, rows come as they are in every epoch, and the last, short batch as well."""
    source = learner.BatchSource(*table(7), 3, shuffle=False)
    orders = epochs_of(source, 2)
    with expect.about(learner.so_far()):
        for order in orders:
            expect.same(order, list(range(7)), "with shuffle=False rows should come in their order")


@check("BatchSource", after=test_batch_source_has_each_row_once)
def test_batch_source_drops_the_last(learner):
    """With drop_last there are whole batches alone, and a whole last batch is no short one."""
    for count, length in ((10, 2), (8, 2), (3, 0)):
        source = learner.BatchSource(*table(count), 4, drop_last=True)
        got = len(source)
        with expect.about(learner.so_far()):
            claim = f"{count} rows in batches of 4 with drop_last should be {length} whole batches"
            expect.same(got, length, claim)
        batches = batches_of(source)
        rows = rows_of(batches)
        learner.observed({"sizes": [len(x) for x, _ in batches], "once": len(set(rows)) == len(rows)})
        with expect.about(learner.so_far()):
            expect.same([len(x) for x, _ in batches], [4] * length, claim)
            expect.same(len(set(rows)), 4 * length, "no row should come twice")


@check("BatchSource", after=test_batch_source_has_each_row_once)
def test_batch_source_hands_seeds_to_its_transform(learner):
    """source[i] is what transform(x, y, seed) gives; its seed belongs to this batch of this epoch."""
    transform = learner.kit.transform()
    source = learner.BatchSource(*table(9), 3, transform=transform)
    answers = [source[number] for number in (0, 1, 2, 0, 2)]
    source.on_epoch_end()
    answers += [source[number] for number in (0, 1, 2)]
    calls = list(transform.calls)
    seeds = [call["seed"] for call in calls]
    whole = all(type(seed) is int and seed >= 0 for seed in seeds)
    many = len(seeds) == 8
    facts = {
        "calls": len(calls),
        "kinds": sorted({seed if isinstance(seed, str) else "int" for seed in seeds}),
        "again": seeds[5:] == seeds[:3],
        "repeat": seeds[3:5] == [seeds[0], seeds[2]] if many else None,
        "by batch": len(set(seeds[:3])) == 3,
        "by epoch": not set(seeds[:3]) & set(seeds[5:]) if many else None,
    }
    given = [_is_transformed(answer, call) for answer, call in zip(answers, calls, strict=False)]
    learner.observed({**facts, "given": given})
    with expect.about(answers[-1]):
        expect.same(len(calls), 8, "transform should be called once for each batch that is asked for")
        expect.true(all(given), "source[i] should be the pair that transform gives for the batch")
        expect.true(whole, "the seed should be a whole number of 0 or more", f"they are {seeds[:3]}")
        expect.true(facts["by batch"], "each batch should get a seed of its own", f"they are {seeds[:3]}")
        expect.true(facts["repeat"], "a batch that is asked for again should get the same seed")
        expect.true(facts["by epoch"], "the next epoch should have other seeds")


def _is_transformed(answer, call):
    """Whether a batch is what the transform of the kit made of what it got, a pair of `table`."""
    pair = answer if isinstance(answer, (tuple, list)) and len(answer) == 2 else (None, None)
    is_pair = np.shape(call["x"])[1:] == (2,) and np.array_equal(call["y"], 100 + call["x"][:, 0])
    return is_pair and expect.equal(pair[0], 2 * call["x"] + 1) and expect.equal(pair[1], 2 * call["y"] + 1)


@check("BatchSource", after=test_batch_source_has_each_row_once)
def test_batch_source_gives_new_arrays(learner):
    """A transform that writes into what it gets changes neither x and y nor the next answer."""
    for shuffle in (False, True):
        transform = learner.kit.transform(in_place=True)
        source = learner.BatchSource(*table(6), 3, shuffle=shuffle, transform=transform)
        first, again = source[0], source[0]
        same = all(map(expect.equal, first, again))
        learner.observed({"same": same})
        with expect.about(again):
            claim = "each batch should be of new arrays: what a transform writes should not change x and y"
            expect.true(same, f"{claim} (shuffle={shuffle})")


@check("BatchSource")
def test_batch_source_has_bounds(learner):
    """i below 0, or not below len, raises an IndexError."""
    source = learner.BatchSource(*table(5), 2)
    for number in (3, 4, -1, -3):
        with expect.raises(IndexError, f"source[{number}] of 3 batches should raise an IndexError"):
            source[number]


@check("BatchSource")
def test_batch_source_refuses(learner):
    """A batch size below 1, and x and y of different lengths, raise a ValueError."""
    x, y = table(5)
    cases = {
        "a batch size of 0": (x, y, 0),
        "a batch size of -2": (x, y, -2),
        "5 rows and 4 labels": (x, y[:4], 2),
        "4 rows and 5 labels": (x[:4], y, 2),
    }
    laws.refuses(learner.BatchSource, cases)


@check("BatchSource")
def test_batch_source_hands_arguments_on(learner):
    """workers and max_queue_size arrive at keras.utils.PyDataset."""
    source = learner.BatchSource(*table(5), 2, workers=3, max_queue_size=7)
    got = [source.workers, source.max_queue_size, source.use_multiprocessing]
    with expect.about(learner.so_far()):
        expect.same(got, [3, 7, False], "workers=3 and max_queue_size=7 should arrive at PyDataset")


@check("BatchSource", hidden=True, after=test_batch_source_repeats_itself)
def test_batch_source_in_fit(learner):
    """Three epochs of fit: in each, the network sees every row once, in another order."""
    keras, recorder = learner.keras, learner.kit.recorder()
    transform = learner.kit.transform(factor=1.0, shift=0.0)
    source = learner.BatchSource(*table(22), 8, seed=2, transform=transform)
    model = keras.Sequential([keras.Input((2,)), recorder, keras.layers.Dense(1)])
    model.compile("sgd", "mse", run_eagerly=True)  # what feeds a model is no part of its graph
    model.fit(source, epochs=3, verbose=0, shuffle=False)
    moment = learner.so_far()
    seen, calls = list(recorder.batches), list(transform.calls)
    sizes = [len(batch) for batch in seen]
    orders = [rows_of([(batch, None) for batch in seen[start : start + 3]]) for start in (0, 3, 6)]
    once = [sorted(order) == list(range(22)) for order in orders]
    seeds = {}
    for call in calls:
        seeds.setdefault(call["seed"], set()).add(tuple(np.ravel(call["x"])))
    facts = {
        "sizes": sizes,
        "once": once,
        "new": orders[0] != orders[1] != orders[2],
        "pairs": all(np.array_equal(call["y"], 100 + call["x"][:, 0]) for call in calls),
        "one batch for a seed": all(len(batches) == 1 for batches in seeds.values()),
    }
    learner.observed(facts)
    with expect.about(moment):
        expect.same(
            sizes, [8, 8, 6] * 3, "in each of three epochs there should be batches of 8, 8 and 6 rows"
        )
        expect.true(all(once), "in each epoch the network should see every row once", f"it is so in {once}")
        expect.true(facts["new"], "each epoch should have another order")
        expect.true(facts["pairs"], "each row should have its own y")
        expect.true(facts["one batch for a seed"], "a seed should belong to one batch of one epoch")


@check("BatchSource", hidden=True, after=test_batch_source_drops_the_last)
def test_batch_source_of_any_size(learner):
    """Few rows, one batch, batches of one row; what drop_last leaves out changes."""
    for count, size, drop, sizes in (
        (1, 1, False, [1]),
        (7, 7, True, [7]),
        (7, 8, False, [7]),
        (7, 8, True, []),
        (13, 4, False, [4, 4, 4, 1]),
        (3, 1, True, [1, 1, 1]),
    ):
        source = learner.BatchSource(*table(count), size, drop_last=drop)
        got = [len(x) for x, _ in batches_of(source)]
        learner.observed({"sizes": got})
        with expect.about(learner.so_far()):
            expect.same(got, sizes, f"{count} rows in batches of {size}, drop_last={drop}")
    orders = epochs_of(learner.BatchSource(*table(9), 5, drop_last=True), 8)
    kept = set().union(*orders)
    learner.observed({"left out": len(kept) < 9})
    with expect.about(learner.so_far()):
        expect.same(len(kept), 9, "in other epochs other rows should be left out: shuffle all of them")


@check("BatchSource", hidden=True, after=test_batch_source_shuffles_each_epoch)
def test_batch_source_mixes_well(learner):
    """Every order is equally likely, in each epoch; in one batch or in many."""
    source = learner.BatchSource(*table(300), 300, seed=6)
    orders = epochs_of(source, 3)
    learner.observed({"once": [len(set(order)) for order in orders]})
    with expect.about(learner.so_far()):
        for order in orders:
            is_mixed(order, "every order of the rows should be equally likely")
        is_mixed(np.argsort(orders[2])[orders[1]], "an order should not depend on the one before")


@check("BatchSource", hidden=True, after=test_batch_source_hands_seeds_to_its_transform)
def test_batch_source_seeds_its_transform(learner):
    """Without shuffle too; the source's seed decides, and asking more often changes no later epoch."""
    told = []
    for seed, peeks in ((3, 0), (3, 4), (8, 0)):
        transform = learner.kit.transform()
        source = learner.BatchSource(*table(7), 2, seed=seed, shuffle=False, transform=transform)
        for _ in range(peeks):
            source[1]
        for _ in range(2):
            source.on_epoch_end()
            batches_of(source)
        told.append([call["seed"] for call in transform.calls][peeks:])
    many = learner.kit.transform()
    learner.kit.kept(learner.BatchSource, *table(60), 1, transform=many)
    count = len({call["seed"] for call in many.calls})
    one, peeked, other = told
    facts = {
        "as often": [len(seeds) for seeds in told],
        "repeats": one == peeked,
        "distinct": len(set(one)) == 8,
        "by seed": not set(one) & set(other),
        "of 60": count,
    }
    learner.observed(facts)
    with expect.about(learner.so_far()):
        expect.true(facts["repeats"], "how often a batch was asked for should change no later seed")
        expect.true(facts["distinct"], "each batch of each epoch should have a seed of its own", f"{one}")
        expect.same(count, 60, "60 batches of an epoch should have 60 seeds")
        expect.true(one != other, "the seeds should depend on the seed of the source")


@check("BatchSource", hidden=True, after=test_batch_source_keeps_pairs)
def test_batch_source_of_images(learner):
    """Images in uint8 and soft labels in float16 keep dtype and shape, and the caller's arrays stay."""
    x = (np.arange(9)[:, None, None, None] + np.zeros((2, 3, 1))).astype("uint8")
    y = (np.arange(9)[:, None] * [1.0, 2.0]).astype("float16")
    source = learner.BatchSource(x, y, 4, seed=1)
    batches = batches_of(source)
    whole = all(np.array_equal(a[:, 1, 2, 0], b[:, 0]) and (b[:, 1] == 2 * b[:, 0]).all() for a, b in batches)
    learner.observed({"whole": whole, "dtypes": [[part.dtype.name for part in pair] for pair in batches]})
    with expect.about(learner.so_far()):
        expect.true(whole, "each image should have its own label beside it")
        for images, targets in batches:
            expect.dtype(images, "uint8", "x should keep its dtype")
            expect.dtype(targets, "float16", "y should keep its dtype")
            expect.shape(images, (len(targets), 2, 3, 1), "images should keep their shape")
    laws.changes_no_argument(learner, learner.BatchSource, *table(9), 4)


# random_flip -----------------------------------------------------------------------------------


def numbered(count, height, width, channels=1, dtype="int64"):
    """Images in which each number stands for one pixel of one image."""
    numbers = np.arange(count * height * width * channels)
    return numbers.reshape(count, height, width, channels).astype(dtype)


def pair_of(answer, images, points):
    """The pair that came back, of the right shapes."""
    pair = expect.items(answer, 2, "there should be a pair (images, points)")
    with expect.about(answer):
        expect.shape(pair[0], images.shape, "images should keep their shape")
        expect.shape(pair[1], points.shape, "points should keep their shape")
    return pair


def turned(got, images):
    """For each image whether it is as it was, mirrored, upside down, or something else."""
    ways = {"kept": images, "mirrored": images[:, :, ::-1], "upside down": images[:, ::-1]}
    same = {name: (got == way).reshape(len(got), -1).all(axis=1) for name, way in ways.items()}
    return np.select(list(same.values()), list(same), "something else")


def points_are(answer, images, points):
    """Where an image is mirrored, its points are; returns which are."""
    got, moved = pair_of(answer, images, points)
    mirrored = turned(got, images) == "mirrored"
    want = np.array(points)
    want[mirrored, :, 0] = images.shape[2] - 1 - want[mirrored, :, 0]
    return moved, want, mirrored


def follow(learner, *answers_and_more):
    """What happened to points, whichever images were mirrored."""
    told = []
    for answer, images, points in answers_and_more:
        moved, want, mirrored = points_are(answer, images, points)
        width = images.shape[2]
        told.append(
            {
                "right": bool(np.allclose(moved, want)),
                "kept stay": bool(np.allclose(moved[~mirrored], points[~mirrored])),
                "left behind": bool(np.allclose(moved, points)),
                "all moved": bool(np.allclose(moved[..., 0], width - 1 - points[..., 0])),
                "one off": bool(np.allclose(moved[mirrored, :, 0], width - points[mirrored, :, 0])),
                "y": bool(np.allclose(moved[..., 1], points[..., 1])),
            }
        )
    learner.observed(told)


@check("random_flip")
def test_random_flip_mirrors_left_right(learner):
    """Each image is as it was, or mirrored left-right: not upside down, nor anything else."""
    images, points = numbered(24, 2, 3, 2), np.zeros((24, 1, 2))
    answer = learner.random_flip(images, points, 0)
    ways = turned(pair_of(answer, images, points)[0], images)
    learner.observed(sorted(set(ways.tolist())))
    with expect.about(answer):
        for way in ("upside down", "something else"):
            claim = "each image should be as it was, or mirrored left-right"
            expect.true(way not in ways, claim, f"image {np.argmax(ways == way)} is {way}")
        expect.true("mirrored" in ways, "about half of 24 images should be mirrored", "none is")
        expect.true("kept" in ways, "each image should have a coin of its own", "all 24 are mirrored")


@check("random_flip", after=test_random_flip_mirrors_left_right)
def test_random_flip_moves_points(learner):
    """Where an image is mirrored, the x of its points becomes W - 1 - x; all others stay."""
    images = numbered(20, 3, 4)
    points = np.stack([np.arange(60).reshape(20, 3) % 4, np.arange(60).reshape(20, 3) % 3], axis=-1) * 1.0
    answer = learner.random_flip(images, points, 1)
    follow(learner, (answer, images, points))
    moved, want, _ = points_are(answer, images, points)
    with expect.about(answer):
        expect.close(moved[..., 1], want[..., 1], "y should stay as it was")
        expect.close(
            moved, want, "x should become 3 - x in images of width 4 that are mirrored, and only there"
        )


@check("random_flip", after=test_random_flip_mirrors_left_right)
def test_random_flip_follows_its_seed(learner):
    """The same seed mirrors the same images, another seed others; no global generator is moved."""
    images, points = numbered(40, 1, 2), np.zeros((40, 1, 2))
    laws.follows_seed(
        learner,
        lambda seed: pair_of(learner.random_flip(images, points, seed), images, points)[0],
        drawn="flips",
        seeds=(0, 5),
    )
    leaves_global_generators(learner, learner.random_flip, images, points, 3)


@check("random_flip", after=test_random_flip_mirrors_left_right)
def test_random_flip_gives_new_arrays(learner):
    """Arguments stay as they were, results have memory of their own, and dtypes are kept."""
    images, points = numbered(12, 2, 3, dtype="float32"), np.ones((12, 2, 2), "float32")
    laws.changes_no_argument(learner, learner.random_flip, images.copy(), points.copy(), seed=2)
    answer = learner.random_flip(images, points, 2)
    got = pair_of(answer, images, points)
    learner.observed([part.dtype.name for part in got])
    for part, name in zip(got, ("images", "points"), strict=True):
        with expect.about(answer):
            expect.dtype(part, "float32", f"{name} should keep their dtype")


@check("random_flip", hidden=True, after=test_random_flip_moves_points)
def test_random_flip_is_fair(learner):
    """Of 800 images about half are mirrored, each by itself, with all of its points and channels."""
    images = numbered(800, 1, 2)
    answer = learner.random_flip(images, np.zeros((800, 1, 2)), 5)
    mirrored = turned(pair_of(answer, images, np.zeros((800, 1, 2)))[0], images) == "mirrored"
    pairs = np.mean(mirrored[1:] == mirrored[:-1])
    one, point = numbered(1, 1, 2), np.zeros((1, 1, 2))
    alone = [
        str(turned(pair_of(learner.random_flip(one, point, seed), one, point)[0], one)[0])
        for seed in range(20)
    ]
    learner.observed(
        {
            "share": round(float(mirrored.mean()), 1),
            "pairs": round(float(pairs), 1),
            "alone": sorted(set(alone)),
        }
    )
    with expect.about(learner.so_far()):
        claim = "of a batch of one image, some seeds should mirror it, and others not"
        expect.same(sorted(set(alone)), ["kept", "mirrored"], claim)
    with expect.about(answer):
        expect.likely(mirrored.mean(), 0.5, np.sqrt(0.25 / 800), "half of the images should be mirrored")
        claim = "whether an image is mirrored should not depend on the one before"
        expect.likely(pairs, 0.5, np.sqrt(0.25 / 799), claim)


@check("random_flip", hidden=True, after=test_random_flip_moves_points)
def test_random_flip_of_other_arrays(learner):
    """uint8 and float16 images with several channels, whole-numbered points, points between pixels,
    outside, or none."""
    told, answers = [], []
    for dtype, kind, shape, count in (
        ("uint8", "int32", (9, 2, 5, 3), 4),
        ("float16", "float32", (8, 5, 2, 1), 1),
        ("bool", "int16", (10, 3, 1, 2), 2),
        ("float64", "float16", (7, 1, 6, 4), 0),
    ):
        images = (np.arange(np.prod(shape)).reshape(shape) * 7 % 251).astype(dtype)
        if dtype == "bool":
            images = np.indices(shape)[0] % 2 == 0
        points = (np.arange(2 * count * shape[0]).reshape(shape[0], count, 2) * 3 % 11 - 2).astype(kind)
        points = points + np.asarray(0.25, kind) if kind.startswith("float") else points
        answers.append((learner.random_flip(images, points, 4), images, points))
    for answer, images, points in answers:
        got, moved = pair_of(answer, images, points)
        ways = set(turned(got, images).tolist())
        right = np.allclose(*points_are(answer, images, points)[:2]) if images.shape[2] > 1 else True
        told.append([sorted(ways), got.dtype.name, moved.dtype.name, bool(right)])
    learner.observed(told)
    for (answer, images, points), (ways, image_dtype, point_dtype, right) in zip(answers, told, strict=True):
        with expect.about(answer):
            expect.same(image_dtype, images.dtype.name, "images should keep their dtype")
            expect.same(point_dtype, points.dtype.name, "points should keep their dtype")
            unknown = set(ways) - {"kept", "mirrored", "upside down" if images.shape[1] == 1 else ""}
            expect.true(not unknown, "each image should be as it was, or mirrored left-right", f"{unknown}")
            expect.true(right, "points should move with their image")
    images, points = numbered(3, 2, 2), np.ones((3, 1, 2))
    after = learner.kit.written_over(learner.random_flip, images, points, 0)
    expect.unchanged(after[:2], [images, points], "the arrays that come back should have memory of their own")


# random_crop -----------------------------------------------------------------------------------


def framed(images, padding, fill):
    """The images with a border around them, in their dtype."""
    if not padding:
        return images
    more = np.array([0, 2 * padding, 2 * padding, 0])
    out = np.empty(np.array(images.shape) + more, images.dtype)
    out[...] = np.asarray(fill).astype(images.dtype)
    out[:, padding:-padding, padding:-padding] = images
    return out


def windows_of(answer, images, size, padding=0, fill=0.0):
    """Where the window of each image begins, as (top, left); (-1, -1) where it is no window of that image."""
    claim = f"the result should have shape {(len(images), *size, images.shape[3])}"
    with expect.about(answer):
        expect.true(expect.is_array(answer), claim, f"it is {type(answer).__name__}")
    expect.shape(answer, (len(images), *size, images.shape[3]), claim)
    views = np.lib.stride_tricks.sliding_window_view(framed(images, padding, fill), size, axis=(1, 2))
    same = (views == np.moveaxis(np.asarray(answer), 3, 1)[:, None, None]).all(axis=(3, 4, 5))
    flat = same.reshape(len(images), -1)
    place = flat.argmax(axis=1)
    found = np.stack(np.unravel_index(place, same.shape[1:3]), axis=1)
    found[~flat.any(axis=1)] = -1
    return found, same.shape[1:3]


def told_of_windows(learner, answer, images, size, padding=0, fill=0.0):
    """Positions, and what holds for them whichever were drawn."""
    found, places = windows_of(answer, images, size, padding, fill)
    black = found if not np.any(fill) else windows_of(answer, images, size, padding)[0]
    learner.observed(
        {
            "black": bool((black >= 0).all()),
            "windows": bool((found >= 0).all()),
            "none": bool((found < 0).all()),
            "rows": sorted(set(found[:, 0].tolist())),
            "columns": sorted(set(found[:, 1].tolist())),
            "all": len({tuple(place) for place in found.tolist()}) == places[0] * places[1],
            "linked": _are_linked(found),
        }
    )
    return found, places


def _are_linked(found):
    """Whether the column says which row it is: both were made of one number."""
    rows = {column: set(found[found[:, 1] == column, 0].tolist()) for column in found[:, 1].tolist()}
    return len(set(found[:, 0].tolist())) > 1 and float(np.mean([len(each) for each in rows.values()])) < 1.5


def are_windows(answer, found, claim):
    with expect.about(answer):
        bad = (found < 0).any(axis=1)
        expect.true(not bad.any(), claim, f"that of image {int(bad.argmax())} is not")


@check("random_crop")
def test_random_crop_cuts_windows(learner):
    """Each result is a window of its own image, h rows and w columns, not always the same one."""
    images = numbered(30, 4, 6)
    answer = learner.random_crop(images, (3, 2), 0)
    found, _ = told_of_windows(learner, answer, images, (3, 2))
    are_windows(answer, found, "each result should be a window of 3 rows and 2 columns of its own image")
    with expect.about(answer):
        count = len({tuple(place) for place in found.tolist()})
        expect.true(count > 1, "each image should have a window of its own", "all begin at one place")


@check("random_crop", after=test_random_crop_cuts_windows)
def test_random_crop_reaches_every_place(learner):
    """A window of 3 x 2 has 2 x 5 places in 4 x 6 pixels; rows and columns are drawn by themselves."""
    images = numbered(250, 4, 6)
    answer = learner.random_crop(images, (3, 2), 1)
    found, (rows, columns) = told_of_windows(learner, answer, images, (3, 2))
    are_windows(answer, found, "each result should be a window of its own image")
    with expect.about(answer):
        for axis, count, name in ((0, rows, "row"), (1, columns, "column")):
            got, want = sorted(set(found[:, axis].tolist())), list(range(count))
            expect.same(got, want, f"windows should begin at every {name} where they fit, the last one too")
        count = len({tuple(place) for place in found.tolist()})
        expect.same(count, rows * columns, "each row should come with each column")


@check("random_crop", after=test_random_crop_cuts_windows)
def test_random_crop_pads_first(learner):
    """With padding, windows move over the padded image, and the border has the value `fill`."""
    images = 1 + numbered(120, 2, 3)
    answer = learner.random_crop(images, (4, 5), 2, padding=2, fill=-7)
    found, (rows, columns) = told_of_windows(learner, answer, images, (4, 5), 2, -7)
    claim = "each result should be a window of the image with two cells of -7 on all four sides"
    are_windows(answer, found, claim)
    with expect.about(answer):
        count = len({tuple(place) for place in found.tolist()})
        expect.same(count, rows * columns, "windows should begin at each of 3 x 3 places")
    answer = learner.random_crop(images, (4, 5), 2, padding=1)
    found, _ = told_of_windows(learner, answer, images, (4, 5), 1)
    are_windows(
        answer, found, "as large as the padded image, the window should be all of it, with a border of 0"
    )


@check("random_crop", after=test_random_crop_pads_first)
def test_random_crop_fills_channels(learner):
    """fill may be a number for each channel: black after a normalization."""
    images = 1.0 + numbered(40, 2, 2, 3, "float32")
    black = [-2.0, -1.5, -3.0]
    answer = learner.random_crop(images, (2, 2), 3, 1, black)
    found, _ = told_of_windows(learner, answer, images, (2, 2), 1, black)
    are_windows(answer, found, "the border should have -2, -1.5 and -3 in its three channels")


@check("random_crop")
def test_random_crop_of_the_whole(learner):
    """A window as large as the image is the image, in new memory; a larger one raises a ValueError."""
    images = numbered(3, 2, 4)
    answer = learner.random_crop(images, (2, 4), 0)
    expect.same(answer, images, "a window as large as the image should be the image")
    after = learner.kit.written_over(learner.random_crop, images, (2, 4), 0)
    expect.unchanged(after[:1], [images], "the array that comes back should have memory of its own")
    cases = {
        "a window that is too high": (images, (3, 4), 0),
        "a window that is too wide": (images, (2, 5), 0),
        "a window too high for the padded image": (images, (5, 4), 0, 1),
        "a window too wide for the padded image": (images, (4, 7), 0, 1),
    }
    laws.refuses(learner.random_crop, cases)


@check("random_crop", after=test_random_crop_cuts_windows)
def test_random_crop_follows_its_seed(learner):
    """The same seed gives the same windows, another seed others; the images and global generators stay."""
    images = numbered(20, 5, 5)
    laws.follows_seed(
        learner, lambda seed: learner.random_crop(images, (2, 2), seed), drawn="windows", seeds=(0, 5)
    )
    leaves_global_generators(learner, learner.random_crop, images, (2, 2), 3)
    laws.changes_no_argument(learner, learner.random_crop, images.copy(), (2, 3), seed=1, padding=1)


@check("random_crop", hidden=True, after=test_random_crop_reaches_every_place)
def test_random_crop_is_fair(learner):
    """All places are equally likely, and images have places independent of each other."""
    images = numbered(900, 3, 4)
    answer = learner.random_crop(images, (2, 2), 4)
    found, (rows, columns) = told_of_windows(learner, answer, images, (2, 2))
    are_windows(answer, found, "each result should be a window of its own image")
    with expect.about(answer):
        share, n = 1 / (rows * columns), len(images)
        for top in range(rows):
            for left in range(columns):
                got = np.mean((found == (top, left)).all(axis=1))
                claim = f"of {rows * columns} places, ({top}, {left}) should be as likely as any other"
                expect.likely(got, share, np.sqrt(share * (1 - share) / n), claim)
        again = np.mean((found[1:] == found[:-1]).all(axis=1))
        claim = "a window should not depend on the one before"
        expect.likely(again, share, np.sqrt(share * (1 - share) / (n - 1)), claim)


@check("random_crop", hidden=True, after=test_random_crop_pads_first)
def test_random_crop_of_other_arrays(learner):
    """uint8, float16 and bool images, windows larger than the image in its border, fills of all kinds."""
    cases = (
        (numbered(12, 3, 5, 1, "uint8"), (4, 2), 1, 114),
        (numbered(9, 2, 3, 2, "float16"), (3, 5), 2, np.array([0.5, -0.25])),
        (np.ones((5, 2, 2, 1), bool), (2, 3), 1, False),
        (1 + numbered(6, 1, 4, 3, "int16"), (1, 1), 0, (1, 2, 3)),
        (1 + numbered(8, 2, 2, 3), (2, 4), 1, (-1, -2, -3)),
        (2**60 + numbered(4, 2, 3), (1, 2), 0, 0),
    )
    answers = [learner.random_crop(images, size, 6, padding, fill) for images, size, padding, fill in cases]
    told = []
    for answer, (images, size, padding, fill) in zip(answers, cases, strict=True):
        found, _ = windows_of(answer, images, size, padding, fill)
        told.append([bool((found >= 0).all()), np.asarray(answer).dtype.name])
    learner.observed(told)
    for answer, (images, _, padding, fill), (right, dtype) in zip(answers, cases, told, strict=True):
        with expect.about(answer):
            expect.same(dtype, images.dtype.name, "the images' dtype should be kept")
            claim = f"each result should be a window of its own image, padded by {padding} with {fill}"
            expect.true(right, claim)


# mixup -----------------------------------------------------------------------------------------


def blends(answer, x, y):
    """The pair that came back, of the right shapes."""
    pair = expect.items(answer, 2, "there should be a pair (x, y)")
    with expect.about(answer):
        expect.shape(pair[0], np.shape(x), "x should keep its shape")
        expect.shape(pair[1], np.shape(y), "y should keep its shape")
    return pair


def told_of_blends(learner, x, y):
    """What holds for blends of the rows of a unit matrix, whichever were drawn."""
    own = np.diag(x)
    partner = np.where(np.eye(len(x)) > 0, 0, x).argmax(axis=1)
    others = np.where(partner == np.arange(len(x)), 0, x[np.arange(len(x)), partner])
    alone = others < 1e-9
    learner.observed(
        {
            "as x": bool(np.allclose(x, y)),
            "y whole": bool(np.allclose(y, np.eye(len(y)))),
            "sums": bool(np.allclose(np.sum(x, axis=1), 1) and np.allclose(np.sum(y, axis=1), 1)),
            "two": int(np.max(np.sum(np.abs(x) > 1e-9, axis=1))),
            "blended": bool(np.any((own < 1 - 1e-9) & (np.sum(x > 1e-9, axis=1) > 1))),
            "one share": len(set(np.round(own[own < 1 - 1e-9], 6).tolist())) <= 1,
            "partners": bool(np.array_equal(x > 1e-9, y > 1e-9)),
            "turned": bool(np.allclose(np.diag(y)[~alone], 1 - own[~alone])),
            "by column": bool(np.allclose(others[~alone], 1 - own[partner][~alone])),
            "inside": bool((x > -1e-9).all() and (x < 1 + 1e-9).all()),
        }
    )


@check("mixup")
def test_mixup_blends_two(learner):
    """Of the rows of a unit matrix, each becomes a blend of two: shares of it and of one partner."""
    eye = np.eye(12)
    answer = learner.mixup(eye, eye, 1.0, 0)
    x, y = blends(answer, eye, eye)
    told_of_blends(learner, x, y)
    with expect.about(answer):
        expect.finite(x, "x should be finite")
        expect.true(bool((x > -1e-9).all()), "shares should not be below 0")
        expect.close(np.sum(x, axis=1), np.ones(12), "the shares of an example should add up to 1")
        expect.true(bool((np.sum(x > 1e-9, axis=1) <= 2).all()), "an example should be a blend of two")
        mixed = np.sum(x > 1e-9, axis=1) > 1
        expect.true(bool(mixed.sum() > 3), "examples should be blended with others", "hardly any is")
        expect.true(bool((np.diag(x)[mixed] > 1e-9).all()), "each should have a share of itself")


@check("mixup", after=test_mixup_blends_two)
def test_mixup_blends_labels_alike(learner):
    """The labels are blended with the same partner and the same share as x."""
    eye = np.eye(12)
    answer = learner.mixup(eye, eye, 1.0, 1)
    x, y = blends(answer, eye, eye)
    told_of_blends(learner, x, y)
    with expect.about(answer):
        expect.close(y, x, "with x and y the same, x and y should be blended alike")


@check("mixup", after=test_mixup_blends_two)
def test_mixup_draws_a_share_for_each(learner):
    """Each example has a share of its own, not one for the whole batch; partners differ, too."""
    eye = np.eye(12)
    answer = learner.mixup(eye, eye, 1.0, 2)
    x, y = blends(answer, eye, eye)
    told_of_blends(learner, x, y)
    own = np.diag(x)
    with expect.about(answer):
        shares = set(np.round(own[own < 1 - 1e-9], 6).tolist())
        expect.true(len(shares) > 1, "each example should have a share of its own", f"all have {shares}")


@check("mixup")
def test_mixup_without_mixing(learner):
    """With alpha 0 there are copies, in memory of their own; arguments are never changed."""
    x, y = np.arange(36.0).reshape(12, 3), np.eye(12)[:, :2].copy()
    answer = learner.mixup(x, y, 0, 0)
    got = blends(answer, x, y)
    with expect.about(answer):
        expect.close(got[0], x, "with alpha 0 x should stay as it was")
        expect.close(got[1], y, "with alpha 0 y should stay as it was")
    after = learner.kit.written_over(learner.mixup, x, y, 0, 0)
    expect.unchanged(after[:2], [x, y], "the arrays that come back should have memory of their own")
    laws.changes_no_argument(learner, learner.mixup, x.copy(), y.copy(), 0.5, seed=1)


@check("mixup", after=test_mixup_blends_two)
def test_mixup_of_dtypes(learner):
    """Floating x and y keep their dtypes; integers become float32."""
    x, y = np.arange(24).reshape(6, 2, 2), np.eye(6)
    told, answers = [], []
    for given, labels in (
        ("float32", "float64"),
        ("float64", "float32"),
        ("float16", "float32"),
        ("uint8", "float32"),
        ("int64", "float16"),
    ):
        answer = learner.mixup(x.astype(given), y.astype(labels), 0.4, 3)
        got = blends(answer, x, y)
        told.append([part.dtype.name for part in got])
        answers.append((answer, given, labels))
    learner.observed(told)
    for (answer, given, labels), (first, second) in zip(answers, told, strict=True):
        back = given if given.startswith("float") else "float32"
        with expect.about(answer):
            expect.same(first, back, f"x in {given} should give {back}")
            expect.same(second, labels, f"y should stay {labels}")


@check("mixup")
def test_mixup_refuses(learner):
    """An alpha below 0, and labels that are no table of shares, raise a ValueError."""
    x, eye = np.ones((4, 2)), np.eye(4)
    cases = {
        "alpha = -0.1": (x, eye, -0.1, 0),
        "class numbers": (x, np.arange(4), 0.2, 0),
        "a table of integers": (x, np.eye(4, dtype="int64"), 0.2, 0),
        "floating labels of rank 1": (x, np.arange(4.0), 0.2, 0),
        "labels of rank 3": (x, eye[..., None], 0.2, 0),
    }
    laws.refuses(learner.mixup, cases)


@check("mixup", after=test_mixup_blends_two)
def test_mixup_follows_its_seed(learner):
    """The same seed gives the same blends, another seed others; no global generator is moved."""
    eye = np.eye(9)
    laws.follows_seed(
        learner,
        lambda seed: blends(learner.mixup(eye, eye, 1.0, seed), eye, eye)[0],
        drawn="blends",
        seeds=(0, 5),
    )
    leaves_global_generators(learner, learner.mixup, eye, eye, 0.5, 3)


def shares_on_a_parabola(got, count):
    """Share and partner of each example i whose x is (i, i * i): two equations for two unknowns."""
    i = np.arange(count, dtype="float64")
    way = np.stack([i, i * i], axis=1) - got
    mixed = np.abs(way[:, 0]) > 1e-6
    partner = np.full(count, -1)
    partner[mixed] = np.rint(way[mixed, 1] / way[mixed, 0] - i[mixed])
    far = mixed & (partner >= 0) & (partner < count) & (partner != np.arange(count))
    shares = 1 - way[far, 0] / (i[far] - partner[far])
    return shares, partner[far], np.arange(count)[far]


def _spread(shares, variance):
    """How shares are spread, so coarsely that it is the same for all draws."""
    if len(shares) < 2 or np.var(shares) < 1e-9:
        return {"one": len(shares) > 1}
    ratio = float(np.var(shares)) / variance
    return {
        "mean": bool(abs(np.mean(shares) - 0.5) < 0.07),
        "variance": "right" if 0.8 < ratio < 1.25 else "small" if ratio < 1 else "large",
    }


@check("mixup", hidden=True, after=test_mixup_blends_labels_alike)
def test_mixup_draws_from_beta(learner):
    """Shares have the mean 1/2 and the variance 1/(4(2 alpha + 1)), and partners come from everywhere."""
    count = 1200
    x = np.stack([np.arange(count), np.arange(count) ** 2], axis=1).astype("float64")
    results, told = [], []
    for alpha in (0.5, 2.0):
        answer = learner.mixup(x, x[:, :1].copy(), alpha, 5)
        got, labels = blends(answer, x, x[:, :1])
        shares, partner, place = shares_on_a_parabola(np.asarray(got, "float64"), count)
        results.append((answer, alpha, shares, partner, place))
        told.append(
            {
                "many": len(shares) > 600,
                **_spread(shares, 1 / (4 * (2 * alpha + 1))),
                "offsets": len(set((partner - place).tolist())) > 100,
                "as x": bool(np.allclose(got[:, 0], labels[:, 0])),
            }
        )
    learner.observed(told)
    for answer, alpha, shares, partner, place in results:
        with expect.about(answer):
            claim = f"with alpha {alpha:g}, nearly all of {count} examples should be blended with another one"
            expect.true(len(shares) > 0.9 * count, claim, f"{len(shares)} are")
            n, variance = len(shares), 1 / (4 * (2 * alpha + 1))
            words = f"with alpha {alpha:g} the mean of the shares should be 1/2"
            expect.likely(np.mean(shares), 0.5, np.sqrt(variance / n), words)
            # The fourth moment of Beta(alpha, alpha) says how far a variance of n shares strays.
            spread = variance * np.sqrt((2 - 6 / (2 * alpha + 3)) / n)
            words = f"with alpha {alpha:g} the variance of the shares should be {variance:.4g}"
            expect.likely(np.var(shares), variance, spread, words)
            trend = np.corrcoef(place, partner)[0, 1]
            expect.likely(trend, 0.0, 1 / np.sqrt(n), "partners should come from the whole batch, at random")
            offsets = len(set((partner - place).tolist()))
            expect.true(offsets > 300, "partners should be at random distances", f"at {offsets} only")
            trend = np.corrcoef(shares[1:], shares[:-1])[0, 1]
            expect.likely(trend, 0.0, 1 / np.sqrt(n - 1), "shares should not depend on each other")


@check("mixup", hidden=True, after=test_mixup_of_dtypes)
def test_mixup_of_images(learner):
    """Images and labels in every dtype are blended alike: an image as a whole."""
    for dtype in ("float16", "float32", "float64", "int32", "uint8"):
        labels = np.eye(8)
        x = (np.eye(8)[:, :, None, None] * np.ones((3, 2))).astype(dtype)
        answer = learner.mixup(x, labels, 1.0, 4)
        got, y = blends(answer, x, labels)
        back = dtype if dtype.startswith("float") else "float32"
        learner.observed({"alike": bool(np.allclose(got[:, :, 2, 1], y, atol=2e-3)), "dtype": got.dtype.name})
        with expect.about(answer):
            expect.dtype(got, back, f"x in {dtype} should give {back}")
            want = y[:, :, None, None] * np.ones((3, 2))
            close = {"rtol": 2e-3, "atol": 2e-3} if back == "float16" else {}
            expect.close(got, want, "an image should be blended as a whole, as its label", **close)
    alike, answers = [], []
    for rest in ((), (1,), (3,), (8, 2), (1, 3)):
        x = np.eye(8)[:, :1].reshape(8, *[1] * len(rest)) * np.ones(rest)
        answers.append(learner.mixup(x, np.eye(8), 1.0, 6))
        got, y = blends(answers[-1], x, np.eye(8))
        alike.append(bool(np.allclose(got, y[:, 0].reshape(8, *[1] * len(rest)) * np.ones(rest))))
    learner.observed(alike)
    for answer, is_alike in zip(answers, alike, strict=True):
        with expect.about(answer):
            expect.true(is_alike, "x of any rank should be blended as its label")
    answer = learner.mixup(np.eye(5), np.eye(5), 1e-3, 2)
    x, _ = blends(answer, np.eye(5), np.eye(5))
    learner.observed({"finite": bool(np.isfinite(x).all()), "sums": bool(np.allclose(x.sum(axis=1), 1))})
    with expect.about(answer):
        expect.close(x.sum(axis=1), np.ones(5), "also for a tiny alpha the shares should add up to 1")


# pad_batch -------------------------------------------------------------------------------------


def padded(sequences, length=None, value=0, side="post"):
    """What `pad_batch` should give, worked out from places."""
    length = max(len(sequence) for sequence in sequences) if length is None else length
    counts = np.array([min(len(sequence), length) for sequence in sequences])
    places = np.arange(length)[None] - (0 if side == "post" else (length - counts)[:, None])
    mask = (places >= 0) & (places < counts[:, None])
    out = np.full((*mask.shape, *sequences[0].shape[1:]), value, sequences[0].dtype)
    for row, sequence in enumerate(sequences):
        out[row, mask[row]] = sequence[: counts[row]]
    return out, mask


def is_padded(answer, want, claim):
    """Array and mask are these, to the bit."""
    got = expect.items(answer, 2, "there should be a pair (array, mask)")
    with expect.about(answer):
        expect.shape(got[0], want[0].shape, f"the array should have the right shape {claim}")
        expect.dtype(got[0], want[0].dtype.name, "the array should keep the dtype of the sequences")
        expect.close(got[0], want[0], f"the array should be right {claim}", rtol=0, atol=0)
        expect.shape(got[1], want[1].shape, f"the mask should have the right shape {claim}")
        expect.dtype(got[1], "bool", "the mask should be boolean")
        expect.same(
            got[1], want[1], f"the mask should be True for the real steps, and only for them, {claim}"
        )


SENTENCES = [np.array([5, 6, 7, 8]), np.array([9]), np.array([1, 2])]


@check("pad_batch")
def test_pad_batch_pads_behind(learner):
    """Short sequences are padded behind, up to the longest; the mask says which steps are real."""
    is_padded(learner.pad_batch(SENTENCES), padded(SENTENCES), "when padded behind")


@check("pad_batch", after=test_pad_batch_pads_behind)
def test_pad_batch_keeps_the_first_steps(learner):
    """With a length, longer sequences lose their end, not their beginning, on either side."""
    for length, side in ((2, "post"), (2, "pre"), (6, "post")):
        claim = f"with length={length}, side={side!r}"
        is_padded(learner.pad_batch(SENTENCES, length, 0, side), padded(SENTENCES, length, 0, side), claim)


@check("pad_batch", after=test_pad_batch_pads_behind)
def test_pad_batch_pads_in_front(learner):
    """side="pre" puts the padding in front of the real steps, and the mask moves along."""
    is_padded(learner.pad_batch(SENTENCES, side="pre"), padded(SENTENCES, side="pre"), 'with side="pre"')


@check("pad_batch", after=test_pad_batch_pads_behind)
def test_pad_batch_masks_by_length(learner):
    """A real step that equals the value is real; so is a sequence of nothing but zeros."""
    zeros = [np.array([0, 0, 3]), np.zeros(2, int), np.array([4])]
    is_padded(learner.pad_batch(zeros), padded(zeros), "for real steps of 0")
    is_padded(learner.pad_batch(zeros, value=3), padded(zeros, value=3), "with value=3")


@check("pad_batch", after=test_pad_batch_pads_behind)
def test_pad_batch_of_vectors(learner):
    """Steps may be vectors; the mask has one entry for each step."""
    steps = [np.arange(6, dtype="float32").reshape(3, 2), np.ones((1, 2), "float32")]
    is_padded(learner.pad_batch(steps, value=-1.0), padded(steps, value=-1.0), "for steps of shape (2,)")


@check("pad_batch")
def test_pad_batch_refuses(learner):
    """No sequences, steps of different shapes, a length below 1, and other sides raise a ValueError."""
    cases = {
        "no sequences": ([],),
        "steps of different shapes": ([np.ones((2, 3)), np.ones((2, 4))],),
        "steps of 3 numbers and of one": ([np.ones((2, 3)), np.ones((2, 1))],),
        "steps of different ranks": ([np.ones((2, 3)), np.ones(2)],),
        "a length of 0": (SENTENCES, 0),
        "a length of -1": (SENTENCES, -1),
        'side="left"': (SENTENCES, None, 0, "left"),
    }
    laws.refuses(learner.pad_batch, cases)


@check("pad_batch", hidden=True, after=test_pad_batch_of_vectors)
def test_pad_batch_of_all_kinds(learner):
    """Every dtype, ranks 1 to 3, empty sequences, tuples, lengths below and above, on both sides."""
    for dtype, rest, lengths, length, value, side in (
        ("float16", (), (3, 0, 5), None, 0.5, "pre"),
        ("int8", (2, 3), (2, 4), 3, -7, "pre"),
        ("float64", (1,), (1, 0), 4, np.inf, "post"),
        ("uint8", (), (6, 2, 3, 1), 1, 255, "pre"),
        ("bool", (2,), (3, 1), None, True, "post"),
        ("float32", (), (0, 0), 2, -1.0, "pre"),
        ("int64", (3,), (4,), None, 0, "pre"),
    ):
        sequences = tuple(
            (1 + np.arange(np.prod((count, *rest))) * (row + 2) % 90).reshape((count, *rest)).astype(dtype)
            for row, count in enumerate(lengths)
        )
        claim = f"for lengths {lengths} in {dtype}, length={length}, value={value}, side={side!r}"
        answer = learner.pad_batch(sequences, length, value, side)
        is_padded(answer, padded(sequences, length, value, side), claim)
    nothing = [np.zeros((0, 2), "float32"), np.zeros((0, 2), "float32")]
    is_padded(learner.pad_batch(nothing), padded(nothing), "for empty sequences alone")
    sequences = [np.array([1.0, 2.0]), np.array([3.0, 4.0])]
    after = learner.kit.arguments_after(learner.pad_batch, sequences, 1)
    expect.unchanged(after[0], sequences, "the sequences should not be changed")
    after = learner.kit.written_over(learner.pad_batch, [sequences[0]])
    expect.unchanged(after[0], sequences[:1], "the array that comes back should have memory of its own")


# bucket_batches --------------------------------------------------------------------------------

LENGTHS = np.array([3, 10, 11, 25, 7, 20, 10, 1, 21, 15, 4, 30, 9, 20, 2, 12, 22, 5, 18, 6, 10, 13])


def bucket_of(lengths, boundaries):
    """The number of boundaries that are below each length."""
    return np.array([sum(boundary < length for boundary in boundaries) for length in lengths])


def told_of_batches(learner, answer, lengths, boundaries, size):
    """The batches that came back, and what holds for them whichever were drawn."""
    claim = "there should be a list of arrays of whole numbers, the places of sequences"
    expect.true(isinstance(answer, (list, tuple)), claim, f"it is {type(answer).__name__}")
    with expect.about(answer):
        whole = all(expect.is_array(batch) and batch.ndim == 1 for batch in answer)
        expect.true(whole, claim, "one is something else")
        full = [batch for batch in answer if len(batch)]
        kinds = all(batch.dtype.kind in "iu" for batch in full)
        expect.true(kinds, claim, "one has numbers of another kind")
        inside = all(((batch >= 0) & (batch < len(lengths))).all() for batch in full)
        expect.true(inside, f"places should lie between 0 and {len(lengths) - 1}", "one does not")
    buckets = bucket_of(lengths, boundaries)
    every = np.concatenate(full) if full else np.array([], int)
    of = [sorted(set(buckets[batch].tolist())) for batch in full]
    short = [kinds[0] for kinds, batch in zip(of, full, strict=True) if len(batch) < size]
    upper = [sum(boundary <= length for boundary in boundaries) for length in lengths]
    ranges = sorted((min(np.take(lengths, batch)), max(np.take(lengths, batch))) for batch in full)
    facts = {
        "edges": all(len(set(np.take(upper, batch).tolist())) == 1 for batch in full),
        "by length": all(one[1] <= two[0] for one, two in itertools.pairwise(ranges)),
        "once": sorted(every.tolist()) == list(range(len(lengths))),
        "twice": len(set(every.tolist())) < len(every),
        "empty": len(full) < len(answer),
        "mixed buckets": any(len(kinds) > 1 for kinds in of),
        "too large": any(len(batch) > size for batch in full),
        "short": sorted(short) if all(len(kinds) == 1 for kinds in of) else None,
        "sorted": bool(of == sorted(of)) or of == sorted(of, reverse=True),
        "short last": all(len(batch) == size for batch in full[: len(full) - len(short)]),
        "rising": all((np.diff(batch) > 0).all() for batch in full),
    }
    learner.observed(facts)
    return full, of, facts


def are_batches(answer, facts, count):
    """Every place comes once; batches keep to a bucket and to the size."""
    with expect.about(answer):
        expect.true(not facts["twice"], "no place should come twice")
        expect.true(facts["once"], f"each of the {count} places should be in a batch")
        expect.true(not facts["mixed buckets"], "all sequences of a batch should be of one bucket")
        expect.true(not facts["too large"], "no batch should have more places than batch_size")
        expect.true(not facts["empty"], "no batch should be empty")
        several = facts["short"] is None or len(set(facts["short"])) < len(facts["short"])
        expect.true(not several, "at most one batch of each bucket should be short")


@check("bucket_batches")
def test_bucket_batches_have_each_place_once(learner):
    """Each place is in exactly one batch, also those of the last, short batch of a bucket."""
    answer = learner.bucket_batches(LENGTHS, [10, 20], 4)
    _, _, facts = told_of_batches(learner, answer, LENGTHS, [10, 20], 4)
    with expect.about(answer):
        expect.true(not facts["twice"], "no place should come twice")
        expect.true(facts["once"], f"each of the {len(LENGTHS)} places should be in a batch")


@check("bucket_batches", after=test_bucket_batches_have_each_place_once)
def test_bucket_batches_keep_to_buckets(learner):
    """Batches hold one bucket; a length of 10 belongs to the bucket up to 10, and 20 to that up to 20."""
    answer = learner.bucket_batches(LENGTHS, [10, 20], 4)
    _, _, facts = told_of_batches(learner, answer, LENGTHS, [10, 20], 4)
    are_batches(answer, facts, len(LENGTHS))


@check("bucket_batches", after=test_bucket_batches_keep_to_buckets)
def test_bucket_batches_come_in_random_order(learner):
    """Batches of short and of long sequences, full and short ones, come mixed; so do those in a batch."""
    lengths = np.tile([3, 30, 12, 45, 33], 12)
    answer = learner.bucket_batches(lengths, [10, 20, 40], 5)
    _, _, facts = told_of_batches(learner, answer, lengths, [10, 20, 40], 5)
    are_batches(answer, facts, 60)
    with expect.about(answer):
        expect.true(not facts["sorted"], "batches should come in random order, not bucket after bucket")
        expect.true(not facts["short last"], "short batches should be among the others, not at the end")
        expect.true(not facts["rising"], "the sequences of a bucket should be mixed, too")


@check("bucket_batches", after=test_bucket_batches_have_each_place_once)
def test_bucket_batches_follow_their_seed(learner):
    """The same seed gives the same batches, another seed others; no global generator is moved."""
    answers = [learner.bucket_batches(LENGTHS, [10, 20], 4, seed) for seed in (0, 0, 5)]
    flat = []
    for answer in answers:
        full, _, _ = told_of_batches(learner, answer, LENGTHS, [10, 20], 4)
        flat.append([batch.tolist() for batch in full])
    learner.observed({"repeats": flat[0] == flat[1], "differ": flat[0] != flat[2]})
    with expect.about(answers[2]):
        expect.true(flat[0] == flat[1], "the same seed should give the same batches")
        expect.true(flat[0] != flat[2], "another seed should give other batches")
    leaves_global_generators(learner, learner.bucket_batches, LENGTHS, [10, 20], 4)


@check("bucket_batches")
def test_bucket_batches_refuse(learner):
    """Boundaries that do not rise raise a ValueError."""
    cases = {
        "boundaries that fall": (LENGTHS, [20, 10], 4),
        "a boundary twice": (LENGTHS, [10, 10], 4),
        "boundaries that fall at the end": (LENGTHS, [5, 10, 20, 19], 4),
    }
    laws.refuses(learner.bucket_batches, cases)


@check("bucket_batches", hidden=True, after=test_bucket_batches_keep_to_buckets)
def test_bucket_batches_of_all_kinds(learner):
    """No boundaries, lists, tuples, lengths of 0, buckets that stay empty, batches of one and of all."""
    for lengths, boundaries, size in (
        ([4, 2, 9, 9, 1], [], 2),
        ([0, 5, 6, 5, 0, 100], (5, 6, 7), 1),
        (np.array([8, 8, 8, 9, 9, 9], "int32"), [1, 8, 20], 3),
        (np.arange(40) % 7, [0, 2, 4], 50),
        (np.arange(33), (8, 16, 24), 8),
        ([7], [7], 3),
    ):
        answer = learner.bucket_batches(lengths, boundaries, size)
        _, _, facts = told_of_batches(learner, answer, lengths, boundaries, size)
        are_batches(answer, facts, len(lengths))


@check("bucket_batches", hidden=True, after=test_bucket_batches_come_in_random_order)
def test_bucket_batches_mix_well(learner):
    """Within a bucket every order is equally likely, and so is every order of batches."""
    answer = learner.bucket_batches(np.full(300, 5), [5, 9], 300, 3)
    full, _, facts = told_of_batches(learner, answer, np.full(300, 5), [5, 9], 300)
    are_batches(answer, facts, 300)
    with expect.about(answer):
        is_mixed(full[0], "the order within a bucket should be random")
    lengths = np.repeat([1, 20], 150)
    answer = learner.bucket_batches(lengths, [10], 1, 3)
    full, _, facts = told_of_batches(learner, answer, lengths, [10], 1)
    are_batches(answer, facts, 300)
    with expect.about(answer):
        order = np.concatenate(full)
        is_mixed(order, "the order of the batches should be random")
    again = np.concatenate(
        told_of_batches(learner, learner.bucket_batches(lengths, [10], 1, 4), lengths, [10], 1)[0]
    )
    with expect.about(learner.so_far()):
        is_mixed(again[np.argsort(order)], "another seed should give another order, in no way like the first")
    lengths = LENGTHS.copy()
    laws.changes_no_argument(learner, learner.bucket_batches, lengths, [10, 20], 4)
