"""Mistakes in `benchmark`: what is timed, and what is said of the times."""

from nnlearn.diagnosis import mistake


def in_steps(
    fn,
    batch,
    repeats=30,
    warmup=3,
    clock=time.perf_counter,
    *,
    warm=lambda result: ops.convert_to_numpy(result),
    wait=lambda result: ops.convert_to_numpy(result),
    timed=lambda times, _warming: times,
    p50=lambda times: np.percentile(times, 50),
    p95=lambda times: np.percentile(times, 95),
    throughput=lambda rows, times: rows * len(times) / np.sum(times),
    rows=len,
):
    """The right one, but for what is given."""
    if repeats < 1:
        raise ValueError(f"{repeats} repeats")
    warming, times = [], []
    for _ in range(warmup):
        begin = clock()
        warm(fn(batch))
        warming.append(clock() - begin)
    for _ in range(repeats):
        begin = clock()
        wait(fn(batch))
        times.append(clock() - begin)
    times = timed(times, warming)
    # A clock that stands still is none of these mistakes: they give 0 and infinity then.
    with np.errstate(divide="ignore"):
        speed = throughput(rows(batch), np.asarray(times))
    return {"p50": float(p50(times)), "p95": float(p95(times)), "throughput": float(speed)}


@mistake("benchmark")
def times_the_warmup(fn, batch, repeats=30, warmup=3, clock=time.perf_counter):
    """The warm-up is timed with the rest. First calls trace, compile and allocate: that is not what users
    meet later."""
    return in_steps(fn, batch, repeats, warmup, clock, timed=lambda times, warming: warming + times)


@mistake("benchmark")
def no_warmup(fn, batch, repeats=30, warmup=3, clock=time.perf_counter):  # noqa: ARG001
    """There is no warm-up: the first calls, which trace and compile, are timed. Call fn `warmup` times
    before."""
    return in_steps(fn, batch, repeats, 0, clock)


@mistake("benchmark")
def times_the_dispatch(fn, batch, repeats=30, warmup=3, clock=time.perf_counter):
    """The clock is stopped when the call returns. A device works on then: only the handing over was timed.
    Turn the result into NumPy first."""
    return in_steps(fn, batch, repeats, warmup, clock, wait=lambda _result: None)


@mistake("benchmark")
def warms_up_without_waiting(fn, batch, repeats=30, warmup=3, clock=time.perf_counter):
    """Nobody waits for the results of the warm-up, so its work is still in the queue when the first timed
    call begins. Turn them into NumPy, too."""
    return in_steps(fn, batch, repeats, warmup, clock, warm=lambda _result: None)


@mistake("benchmark")
def waits_at_the_end(fn, batch, repeats=30, warmup=3, clock=time.perf_counter):
    """Each call is timed until it was handed over, and the last result alone is waited for. Wait for each
    one before the clock is read."""
    if repeats < 1:
        raise ValueError(f"{repeats} repeats")
    for _ in range(warmup):
        ops.convert_to_numpy(fn(batch))
    marks = [clock()]
    for turn in range(repeats):
        result = fn(batch)
        if turn == repeats - 1:
            ops.convert_to_numpy(result)
        marks.append(clock())
    times = np.diff(marks)
    p50, p95 = np.percentile(times, [50, 95])
    return {"p50": float(p50), "p95": float(p95), "throughput": float(len(batch) * repeats / np.sum(times))}


@mistake("benchmark")
def mean_for_p50(fn, batch, repeats=30, warmup=3, clock=time.perf_counter):
    """The mean is given as p50. One slow call moves it, and the median does not: np.percentile(times,
    50)."""
    return in_steps(fn, batch, repeats, warmup, clock, p50=np.mean)


@mistake("benchmark")
def maximum_for_p95(fn, batch, repeats=30, warmup=3, clock=time.perf_counter):
    """The slowest call is given as p95: the maximum, or the time at place int(0.95 * repeats), which is the
    last one of a few. np.percentile(times, 95) interpolates between two."""
    return in_steps(fn, batch, repeats, warmup, clock, p95=np.max)


@mistake("benchmark")
def calls_per_second(fn, batch, repeats=30, warmup=3, clock=time.perf_counter):
    """The throughput counts calls. Asked for are rows per second: each call answers len(batch) of them."""
    return in_steps(
        fn, batch, repeats, warmup, clock, throughput=lambda _rows, times: len(times) / np.sum(times)
    )


@mistake("benchmark")
def rows_over_the_median(fn, batch, repeats=30, warmup=3, clock=time.perf_counter):
    """The throughput is rows / p50. Slow calls take time as well: divide all rows by the sum of all
    times."""
    return in_steps(fn, batch, repeats, warmup, clock, throughput=lambda rows, times: rows / np.median(times))


@mistake("benchmark")
def mean_of_throughputs(fn, batch, repeats=30, warmup=3, clock=time.perf_counter):
    """The throughput is the mean of each call's rows per second, so slow calls hardly count. Divide all
    rows by the sum of all times."""
    return in_steps(
        fn, batch, repeats, warmup, clock, throughput=lambda rows, times: np.mean(rows / np.asarray(times))
    )


@mistake("benchmark")
def seconds_per_row(fn, batch, repeats=30, warmup=3, clock=time.perf_counter):
    """The throughput is upside down: seconds per row. Asked for are rows per second."""
    return in_steps(
        fn, batch, repeats, warmup, clock, throughput=lambda rows, times: np.sum(times) / (rows * len(times))
    )


@mistake("benchmark")
def counts_numbers(fn, batch, repeats=30, warmup=3, clock=time.perf_counter):
    """The throughput counts the numbers in the batch, batch.size, and not its rows, len(batch)."""
    return in_steps(fn, batch, repeats, warmup, clock, rows=np.size)


@mistake("benchmark")
def in_milliseconds(fn, batch, repeats=30, warmup=3, clock=time.perf_counter):
    """Times are in milliseconds. Asked for are seconds."""
    answer = in_steps(fn, batch, repeats, warmup, clock)
    return answer | {"p50": 1000 * answer["p50"], "p95": 1000 * answer["p95"]}


@mistake("benchmark")
def by_its_own_clock(fn, batch, repeats=30, warmup=3, clock=time.perf_counter):  # noqa: ARG001
    """The clock that was given is not used: time.perf_counter is read in its place."""
    return in_steps(fn, batch, repeats, warmup)


@mistake("benchmark")
def takes_no_repeats(fn, batch, repeats=30, warmup=3, clock=time.perf_counter):
    """repeats below 1 is mended, or gives NaN. It should raise a ValueError."""
    return in_steps(fn, batch, max(repeats, 1), warmup, clock)


@mistake("benchmark")
def includes_the_warmup_in_the_sum(fn, batch, repeats=30, warmup=3, clock=time.perf_counter):
    """The throughput divides by the time since the start, warm-up and all. The sum is that of the timed
    calls."""
    start = clock()
    answer = in_steps(fn, batch, repeats, warmup, clock)
    return answer | {"throughput": len(batch) * repeats / max(clock() - start, 1e-9)}


@mistake("benchmark")
def repeats_with_the_warmup(fn, batch, repeats=30, warmup=3, clock=time.perf_counter):
    """The warm-up is taken out of `repeats`: fewer calls are timed. It comes on top: warmup + repeats
    calls."""
    if repeats < 1:
        raise ValueError(f"{repeats} repeats")
    return in_steps(fn, batch, max(repeats - warmup, 1), warmup, clock)


@mistake("benchmark")
def one_long_time(fn, batch, repeats=30, warmup=3, clock=time.perf_counter):
    """All calls are timed together and the time is divided by their number, so p50 and p95 are the mean.
    Time each call by itself."""
    return in_steps(
        fn, batch, repeats, warmup, clock, timed=lambda times, _warming: [np.mean(times)] * len(times)
    )
