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
