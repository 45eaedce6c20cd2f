"""Mistakes in `carbon_estimate`: units, and what counts where."""

from nnlearn.diagnosis import mistake


def in_steps(
    training,
    serving,
    requests,
    pue,
    intensity,
    *,
    refuses=lambda numbers, size, pue: min(numbers, default=0) < 0 or size < 1 or pue < 1,
    runs=lambda training: training,
    run_kwh=lambda watts, hours, devices: watts * hours * devices / 1000,
    batch_kwh=lambda watts, seconds: watts * seconds / 3.6e6,
    batches=lambda requests, size: math.ceil(requests / size),
    pue_of_training=lambda pue: pue,
    pue_of_serving=lambda pue: pue,
    kilograms=lambda trained, served, intensity: (trained + served) * intensity / 1000,
    breaks_even=lambda trained, of_batch, size, _pue: trained / of_batch * size if of_batch else math.inf,
):
    """The right one, but for what is given."""
    watts, seconds, size = serving
    numbers = [watts, seconds, requests, intensity, *(number for run in training for number in run)]
    if refuses(numbers, size, pue):
        raise ValueError("out of range")
    trained = sum(run_kwh(*run) for run in runs(training)) * pue_of_training(pue)
    of_batch = batch_kwh(watts, seconds) * pue_of_serving(pue)
    served = batches(requests, size) * of_batch if size else 0.0
    return {
        "training_kwh": trained,
        "serving_kwh": served,
        "kg_co2e": kilograms(trained, served, intensity),
        "break_even_requests": breaks_even(trained, of_batch, size, pue),
    }


@mistake("carbon_estimate")
def watts_as_kilowatts(*case):
    """Watts times hours are watt-hours, a thousand times as many as kilowatt-hours: divide by 1000."""
    return in_steps(*case, run_kwh=lambda watts, hours, devices: watts * hours * devices)


@mistake("carbon_estimate")
def seconds_as_hours(*case):
    """The seconds of a batch are taken for hours. An hour has 3600 of them: watts * seconds / 3.6e6 are
    kWh."""
    return in_steps(*case, batch_kwh=lambda watts, seconds: watts * seconds / 1000)


@mistake("carbon_estimate")
def seconds_as_minutes(*case):
    """The seconds of a batch are divided by 60, which makes minutes of them. Divide by 3600 for hours."""
    return in_steps(*case, batch_kwh=lambda watts, seconds: watts * seconds / 60 / 1000)


@mistake("carbon_estimate")
def joules_as_watt_hours(*case):
    """Watts times seconds, divided by 3600, are watt-hours. Another 1000 makes kilowatt-hours of them."""
    return in_steps(*case, batch_kwh=lambda watts, seconds: watts * seconds / 3600)


@mistake("carbon_estimate")
def pue_once(*case):
    """The PUE counts for training alone. Machines that serve stand in a building as well."""
    return in_steps(*case, pue_of_serving=lambda _pue: 1)


@mistake("carbon_estimate")
def serving_without_pue(*case):
    """The energy of serving lacks the PUE, which the break-even has. Machines that serve stand in a
    building as well."""
    return in_steps(
        *case,
        pue_of_serving=lambda _pue: 1,
        breaks_even=lambda trained, of_batch, size, pue: (
            trained / (of_batch * pue) * size if of_batch else math.inf
        ),
    )


@mistake("carbon_estimate")
def pue_for_serving_alone(*case):
    """The PUE counts for serving alone. Machines that train stand in a building as well."""
    return in_steps(*case, pue_of_training=lambda _pue: 1)


@mistake("carbon_estimate")
def pue_in_the_emissions(*case):
    """The PUE is multiplied into the emissions, and the energies are without it. Both energies have it."""
    pue = case[3]
    return in_steps(
        *case,
        pue_of_training=lambda _pue: 1,
        pue_of_serving=lambda _pue: 1,
        kilograms=lambda trained, served, intensity: (trained + served) * pue * intensity / 1000,
    )


@mistake("carbon_estimate")
def pue_twice(*case):
    """The energies have the PUE in them, and the emissions multiply by it once more."""
    pue = case[3]
    return in_steps(
        *case, kilograms=lambda trained, served, intensity: (trained + served) * pue * intensity / 1000
    )


@mistake("carbon_estimate")
def never_pue(*case):
    """The PUE is not used: the building takes its share of all energy."""
    return in_steps(*case, pue_of_training=lambda _pue: 1, pue_of_serving=lambda _pue: 1)


@mistake("carbon_estimate")
def batches_not_rounded(*case):
    """33 requests, 32 to a batch, are counted as 1.03 batches. The second batch takes as long as a full
    one: round up."""
    return in_steps(*case, batches=lambda requests, size: requests / size)


@mistake("carbon_estimate")
def batches_rounded_down(*case):
    """requests // size drops the last batch, which is not full. It has to be served as well: round up."""
    return in_steps(*case, batches=lambda requests, size: requests // size)


@mistake("carbon_estimate")
def one_batch_too_many(*case):
    """requests // size + 1 counts a batch too many where the last one is full. math.ceil does not."""
    return in_steps(*case, batches=lambda requests, size: requests // size + 1)


@mistake("carbon_estimate")
def energy_per_request(*case):
    """Each request is counted as a batch of its own. A batch answers batch_size of them for the same
    energy."""
    return in_steps(
        *case,
        batches=lambda requests, _size: requests,
        breaks_even=lambda trained, of_batch, _size, _pue: trained / of_batch if of_batch else math.inf,
    )


@mistake("carbon_estimate")
def grams_as_kilograms(*case):
    """The intensity is in grams: divide by 1000 for kilograms."""
    return in_steps(*case, kilograms=lambda trained, served, intensity: (trained + served) * intensity)


@mistake("carbon_estimate")
def emissions_of_training(*case):
    """Only the emissions of training are given. Serving has some, too."""
    return in_steps(*case, kilograms=lambda trained, _served, intensity: trained * intensity / 1000)


@mistake("carbon_estimate")
def forgets_devices(*case):
    """The number of devices is forgotten: the watts are those of one of them."""
    return in_steps(*case, run_kwh=lambda watts, hours, _devices: watts * hours / 1000)


@mistake("carbon_estimate")
def first_run_alone(*case):
    """Only the first run of training counts. All of them took energy, those that failed, too."""
    return in_steps(*case, runs=lambda training: training[:1])


@mistake("carbon_estimate")
def break_even_in_batches(*case):
    """The break-even counts batches. Asked for are requests: times the batch size."""
    return in_steps(
        *case, breaks_even=lambda trained, of_batch, _size, _pue: trained / of_batch if of_batch else math.inf
    )


@mistake("carbon_estimate")
def break_even_rounded(*case):
    """The break-even is rounded up. It should stay as it comes out."""
    return in_steps(
        *case,
        breaks_even=lambda trained, of_batch, size, _pue: (
            math.ceil(trained / of_batch * size) if of_batch else math.inf
        ),
    )


@mistake("carbon_estimate")
def divides_by_free_serving(*case):
    """A batch that takes no energy is divided by. Training is never met then: float("inf")."""
    return in_steps(*case, breaks_even=lambda trained, of_batch, size, _pue: trained / of_batch * size)


@mistake("carbon_estimate")
def never_without_requests(*case):
    """The break-even is infinite if no request was served. It does not depend on how many there were: only
    a batch that takes no energy makes it infinite."""
    answer = in_steps(*case)
    return answer if answer["serving_kwh"] > 0 else answer | {"break_even_requests": math.inf}


@mistake("carbon_estimate")
def never_for_nothing(*case):
    """Free serving gives 0 (or None) for the break-even. It never takes as much as training:
    float("inf")."""
    return in_steps(
        *case,
        breaks_even=lambda trained, of_batch, size, _pue: trained / of_batch * size if of_batch else 0.0,
    )


@mistake("carbon_estimate")
def break_even_without_pue(*case):
    """The break-even sets energy with PUE against energy without it. Both have it, or neither."""
    return in_steps(
        *case,
        breaks_even=lambda trained, of_batch, size, pue: (
            trained / (of_batch / pue) * size if of_batch else math.inf
        ),
    )


@mistake("carbon_estimate")
def any_pue(*case):
    """A PUE below 1 is not refused. A building cannot take less than its computers do."""
    return in_steps(*case, refuses=lambda numbers, size, _pue: min(numbers) < 0 or size < 1)


@mistake("carbon_estimate")
def any_run(*case):
    """Negative numbers in the training runs are not refused."""
    return in_steps(*case, refuses=lambda numbers, size, pue: min(numbers[:4]) < 0 or size < 1 or pue < 1)


@mistake("carbon_estimate")
def any_number(*case):
    """Negative numbers are not refused: no power, time or number is below 0."""
    return in_steps(*case, refuses=lambda _numbers, size, pue: size < 1 or pue < 1)


@mistake("carbon_estimate")
def any_batch_size(*case):
    """A batch size below 1 is not refused, or runs into another error."""
    return in_steps(*case, refuses=lambda numbers, size, pue: min(numbers) < 0 or size < 0 or pue < 1)
