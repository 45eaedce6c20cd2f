"""Mistakes in `recurrence_gradients`."""

import math

from nnlearn.diagnosis import mistake


def forwards(w, u, state, inputs):
    """All states, the first one included."""
    states = [float(state)]
    for x in inputs:
        states.append(math.tanh(w * states[-1] + u * x))
    return states


def refuse(truncate):
    if truncate is not None and truncate < 1:
        raise ValueError(f"truncate should be 1 or more, not {truncate}")


def last_steps(states, inputs, truncate):
    """Of each of the last steps the state before, the input and the state after, the last one first."""
    steps = list(zip(states[:-1], inputs, states[1:], strict=True))[::-1]
    return steps[:truncate]


def walked(w, states, steps, step=None):
    """The walk back, in which `step` says what a step adds to dw and du and hands on."""
    dw = du = 0.0
    arriving = 1.0
    for before, x, after in steps:
        inside = arriving * (1 - after**2)
        to_w, to_u, arriving = (
            (inside * before, inside * x, inside * w) if step is None else step(arriving, before, x, after)
        )
        dw += to_w
        du += to_u
    return states[-1], dw, du


def in_steps(w, u, state, inputs, truncate, step=None):
    """The right one, but for what `step` does."""
    refuse(truncate)
    states = forwards(w, u, state, inputs)
    return walked(w, states, last_steps(states, inputs, truncate), step)


@mistake("recurrence_gradients")
def recurrence_last_step_only(w, u, state, inputs, truncate=None):
    """Only the last step counts, whatever truncate says. The same w and u were used in each step before,
    and each use sends something back."""
    refuse(truncate)
    return recurrence_gradients(w, u, state, inputs, 1)


@mistake("recurrence_gradients")
def recurrence_ignores_truncate(w, u, state, inputs, truncate=None):
    """truncate makes no difference. The walk back should end after so many steps."""
    refuse(truncate)
    return recurrence_gradients(w, u, state, inputs)


@mistake("recurrence_gradients")
def recurrence_forgets_w(w, u, state, inputs, truncate=None):
    """On the way from one step to the one before, the factor w is forgotten: the state before was
    multiplied by w, so what arrives there is s * w."""

    def step(arriving, before, x, after):
        inside = arriving * (1 - after**2)
        return inside * before, inside * x, inside

    return in_steps(w, u, state, inputs, truncate, step)


@mistake("recurrence_gradients")
def recurrence_forgets_the_slope_on_the_way(w, u, state, inputs, truncate=None):
    """On the way from one step to the one before, the slope of tanh is forgotten: w alone is handed on, and
    it should be (1 - h ** 2) * w. Every step squashes."""

    def step(arriving, before, x, after):
        inside = arriving * (1 - after**2)
        return inside * before, inside * x, arriving * w

    return in_steps(w, u, state, inputs, truncate, step)


@mistake("recurrence_gradients")
def recurrence_forgets_tanh(w, u, state, inputs, truncate=None):
    """The slope of tanh is missing everywhere. What goes back through a step is multiplied by 1 - h ** 2
    first."""

    def step(arriving, before, x, after):  # noqa: ARG001
        return arriving * before, arriving * x, arriving * w

    return in_steps(w, u, state, inputs, truncate, step)


@mistake("recurrence_gradients")
def recurrence_without_the_way(w, u, state, inputs, truncate=None):
    """The contributions of all steps are added, but each as if its state were the last one. On the way from
    there to the end it passes through every later step, and is multiplied by w * (1 - h ** 2) in each."""

    def step(arriving, before, x, after):  # noqa: ARG001
        inside = 1 - after**2
        return inside * before, inside * x, 1.0

    return in_steps(w, u, state, inputs, truncate, step)


@mistake("recurrence_gradients")
def recurrence_takes_the_state_for_u(w, u, state, inputs, truncate=None):
    """The derivative by u takes the state, as that by w does. u was multiplied by the *input* of the step."""

    def step(arriving, before, x, after):  # noqa: ARG001
        inside = arriving * (1 - after**2)
        return inside * before, inside * before, inside * w

    return in_steps(w, u, state, inputs, truncate, step)


@mistake("recurrence_gradients")
def recurrence_takes_the_state_after(w, u, state, inputs, truncate=None):
    """The derivative by w takes the state that comes *out* of the step. w was multiplied by the one that
    went *in*, that of the step before."""

    def step(arriving, before, x, after):  # noqa: ARG001
        inside = arriving * (1 - after**2)
        return inside * after, inside * x, inside * w

    return in_steps(w, u, state, inputs, truncate, step)


@mistake("recurrence_gradients")
def recurrence_slope_at_the_state_before(w, u, state, inputs, truncate=None):
    """The slope of tanh is 1 - h ** 2 with the state that went *into* the step. It belongs to the one that
    came *out*."""

    def step(arriving, before, x, after):  # noqa: ARG001
        inside = arriving * (1 - before**2)
        return inside * before, inside * x, inside * w

    return in_steps(w, u, state, inputs, truncate, step)


@mistake("recurrence_gradients")
def recurrence_tanh_twice(w, u, state, inputs, truncate=None):
    """The slope is 1 - tanh(h) ** 2, but h is what came out of tanh already: it is 1 - h ** 2."""

    def step(arriving, before, x, after):
        inside = arriving * (1 - math.tanh(after) ** 2)
        return inside * before, inside * x, inside * w

    return in_steps(w, u, state, inputs, truncate, step)


@mistake("recurrence_gradients")
def recurrence_slope_without_the_square(w, u, state, inputs, truncate=None):
    """The slope of tanh is 1 - h, and h should be squared."""

    def step(arriving, before, x, after):
        inside = arriving * (1 - after)
        return inside * before, inside * x, inside * w

    return in_steps(w, u, state, inputs, truncate, step)


@mistake("recurrence_gradients")
def recurrence_hands_on_u(w, u, state, inputs, truncate=None):
    """What arrives at the state before is multiplied by u. That state was multiplied by w."""

    def step(arriving, before, x, after):
        inside = arriving * (1 - after**2)
        return inside * before, inside * x, inside * u

    return in_steps(w, u, state, inputs, truncate, step)


@mistake("recurrence_gradients")
def recurrence_keeps_the_earliest(w, u, state, inputs, truncate=None):
    """Each step's contribution takes the place of the one before, and the last that is left is that of the
    earliest step. w and u are used in every step: add, with +=."""
    refuse(truncate)
    states = forwards(w, u, state, inputs)
    dw = du = 0.0
    arriving = 1.0
    for before, x, after in last_steps(states, inputs, truncate):
        inside = arriving * (1 - after**2)
        dw, du, arriving = inside * before, inside * x, inside * w
    return states[-1], dw, du


@mistake("recurrence_gradients")
def recurrence_averages(w, u, state, inputs, truncate=None):
    """The contributions are averaged over the steps. They are added: the same weight acts in each of them."""
    final, dw, du = recurrence_gradients(w, u, state, inputs, truncate)
    steps = max(1, len(inputs) if truncate is None else min(truncate, len(inputs)))
    return final, dw / steps, du / steps


@mistake("recurrence_gradients")
def recurrence_one_step_more(w, u, state, inputs, truncate=None):
    """The walk goes back one step too many: with truncate=1 two steps count. Cut the list of steps to
    exactly `truncate` of them."""
    refuse(truncate)
    return recurrence_gradients(w, u, state, inputs, truncate and truncate + 1)


@mistake("recurrence_gradients")
def recurrence_one_step_less(w, u, state, inputs, truncate=None):
    """The walk ends one step too early: with truncate=1 nothing is left. Cut the list of steps to exactly
    `truncate` of them."""
    refuse(truncate)
    states = forwards(w, u, state, inputs)
    return walked(w, states, last_steps(states, inputs, truncate and truncate - 1))


@mistake("recurrence_gradients")
def recurrence_truncates_from_the_start(w, u, state, inputs, truncate=None):
    """The *first* steps are differentiated instead of the last ones. The walk begins at the last state and
    ends after `truncate` steps."""
    refuse(truncate)
    states = forwards(w, u, state, inputs)
    steps = last_steps(states, inputs, None)
    return walked(w, states, steps[-truncate:] if truncate else steps)


@mistake("recurrence_gradients")
def recurrence_in_windows(w, u, state, inputs, truncate=None):
    """The sequence is cut into windows of `truncate` steps from its start, and only the last window counts,
    which may be shorter. Count from the last step: always `truncate` of them, if there are so many."""
    refuse(truncate)
    rest = len(inputs) % truncate if truncate else 0
    return recurrence_gradients(w, u, state, inputs, rest or truncate)


@mistake("recurrence_gradients")
def recurrence_slices_below_zero(w, u, state, inputs, truncate=None):
    """With truncate beyond the number of inputs, `len(inputs) - truncate` is below 0, and a slice takes
    that for a place counted from the end: steps are left out. Take max(0, ...), or min(truncate,
    len(inputs))."""
    refuse(truncate)
    first = 0 if truncate is None else len(inputs) - truncate
    left = len(inputs[first:])
    return recurrence_gradients(w, u, state, inputs, left) if left else (float(state), 0.0, 0.0)


@mistake("recurrence_gradients")
def recurrence_leaves_the_last_steps_out(w, u, state, inputs, truncate=None):
    """The first `truncate` inputs are run and differentiated, and the others are left out. The forward pass
    runs over all inputs; the walk back over the *last* steps."""
    refuse(truncate)
    return recurrence_gradients(w, u, state, inputs[:truncate])


@mistake("recurrence_gradients")
def recurrence_truncates_the_forward_pass(w, u, state, inputs, truncate=None):
    """Only the last `truncate` inputs are run at all, beginning with the state that was given. The forward
    pass is never truncated: the state before those steps is what the earlier inputs have made of it."""
    refuse(truncate)
    return recurrence_gradients(w, u, state, inputs[-truncate:] if truncate else inputs)


@mistake("recurrence_gradients")
def recurrence_starts_anew_from_zero(w, u, state, inputs, truncate=None):
    """Where the walk is cut, the state is set to 0. It should be taken for a constant with the value that
    it has: the forward pass runs over all inputs."""
    refuse(truncate)
    if truncate is None or truncate >= len(inputs):
        return recurrence_gradients(w, u, state, inputs)
    return recurrence_gradients(w, u, 0.0, inputs[-truncate:])


@mistake("recurrence_gradients")
def recurrence_refuses_a_long_truncate(w, u, state, inputs, truncate=None):
    """A truncate beyond the number of inputs raises an error. It should mean all of them."""
    refuse(truncate)
    if truncate is not None and truncate > len(inputs):
        raise IndexError("list index out of range")
    return recurrence_gradients(w, u, state, inputs, truncate)


@mistake("recurrence_gradients")
def recurrence_takes_zero_for_all(w, u, state, inputs, truncate=None):
    """truncate=0 counts as None, as in `if truncate:`, or `truncate or len(inputs)`. It should raise a
    ValueError, as everything below 1."""
    if truncate:
        refuse(truncate)
    return recurrence_gradients(w, u, state, inputs, truncate or None)


@mistake("recurrence_gradients")
def recurrence_truncates_to_nothing(w, u, state, inputs, truncate=None):
    """With truncate=0, or below, the derivatives are 0. That should raise a ValueError: nobody wants a walk
    of no steps."""
    if truncate is not None and truncate < 1:
        return forwards(w, u, state, inputs)[-1], 0.0, 0.0
    return recurrence_gradients(w, u, state, inputs, truncate)


@mistake("recurrence_gradients")
def recurrence_refuses_zero_only(w, u, state, inputs, truncate=None):
    """truncate=0 raises a ValueError, and something below 0 does not."""
    if truncate == 0:
        raise ValueError("truncate should not be 0")
    states = forwards(w, u, state, inputs)
    return walked(w, states, last_steps(states, inputs, truncate))


@mistake("recurrence_gradients")
def recurrence_never_refuses(w, u, state, inputs, truncate=None):
    """truncate below 1 is taken as it comes: no ValueError is raised. What a slice makes of such a number
    is rarely what was meant."""
    states = forwards(w, u, state, inputs)
    return walked(w, states, last_steps(states, inputs, truncate))


@mistake("recurrence_gradients")
def recurrence_refuses_with_inputs_only(w, u, state, inputs, truncate=None):
    """truncate below 1 raises a ValueError only where there are inputs. Look at it first, before anything
    else."""
    if not inputs:
        return float(state), 0.0, 0.0
    return recurrence_gradients(w, u, state, inputs, truncate)


@mistake("recurrence_gradients")
def recurrence_needs_inputs(w, u, state, inputs, truncate=None):
    """Without inputs an error is raised. Nothing happens to the state then: the result is (state, 0.0,
    0.0)."""
    refuse(truncate)
    _ = inputs[0]
    return recurrence_gradients(w, u, state, inputs, truncate)


@mistake("recurrence_gradients")
def recurrence_without_inputs_is_zero(w, u, state, inputs, truncate=None):
    """Without inputs the last state comes out as 0. It is the state that was given."""
    refuse(truncate)
    return recurrence_gradients(w, u, state, inputs, truncate) if inputs else (0.0, 0.0, 0.0)


@mistake("recurrence_gradients")
def recurrence_u_before_w(w, u, state, inputs, truncate=None):
    """The two derivatives are in the wrong order: it is (final, dw, du)."""
    final, dw, du = recurrence_gradients(w, u, state, inputs, truncate)
    return final, du, dw


@mistake("recurrence_gradients")
def recurrence_gives_all_states(w, u, state, inputs, truncate=None):
    """The first entry holds all states. It should be the last one alone."""
    _, dw, du = recurrence_gradients(w, u, state, inputs, truncate)
    return forwards(w, u, state, inputs), dw, du


@mistake("recurrence_gradients")
def recurrence_gives_no_state(w, u, state, inputs, truncate=None):
    """Only the two derivatives come back. The result is (final, dw, du), with the last state first."""
    return recurrence_gradients(w, u, state, inputs, truncate)[1:]


@mistake("recurrence_gradients")
def recurrence_begins_at_zero(w, u, state, inputs, truncate=None):  # noqa: ARG001
    """The recurrence begins with a state of 0, whatever state is given."""
    return recurrence_gradients(w, u, 0.0, inputs, truncate)


@mistake("recurrence_gradients")
def recurrence_uses_up_its_inputs(w, u, state, inputs, truncate=None):
    """The list of inputs is empty afterwards: it is somebody else's. Walk over it, or over a copy."""
    result = recurrence_gradients(w, u, state, list(inputs), truncate)
    inputs.clear()
    return result


@mistake("recurrence_gradients")
def recurrence_calls_itself(w, u, state, inputs, truncate=None):
    """The function calls itself once for each step, and Python allows about 1,000 nested calls: a long
    sequence ends in RecursionError. Use a loop."""
    refuse(truncate)
    first = 0 if truncate is None else len(inputs) - truncate

    def run(steps):
        if steps == 0:
            return float(state), 0.0, 0.0
        before, dw, du = run(steps - 1)
        x = inputs[steps - 1]
        after = math.tanh(w * before + u * x)
        if steps <= first:
            return after, 0.0, 0.0
        slope = 1 - after**2
        return after, slope * (before + w * dw), slope * (x + w * du)

    return run(len(inputs))
