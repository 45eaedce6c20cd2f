"""Mistakes in `fit`: early stopping, the best weights, and losses that are not finite."""

from nnlearn.diagnosis import mistake

from .loop import Loop, loop_with


@mistake("fit")
def ends_with_the_last_weights(*args, **kwargs):
    """Whatever was the best epoch, the model ends with the weights of the last. Either nothing is
    restored, or what was kept is no copy: model.weights holds the variables themselves, which go on
    changing. Think about what a copy of their numbers is."""
    return loop_with(args, kwargs, restore=lambda _: None)


@mistake("fit")
def restores_trainable_weights_only(*args, **kwargs):
    """Only trainable variables are kept and restored. Moving statistics stay those of the last epoch,
    and belong to other weights. model.get_weights() has them too."""

    def keep(loop):
        return [variable.numpy() for variable in loop.model.trainable_variables]

    def restore(loop):
        for variable, value in zip(loop.model.trainable_variables, loop.best_weights, strict=True):
            variable.assign(value)

    return loop_with(args, kwargs, keep=keep, restore=restore)


@mistake("fit")
def restores_only_when_stopped_early(*args, **kwargs):
    """The best weights are restored in the branch that stops early only. When the epochs run out first,
    the model keeps its last weights. Restore them below the loop."""
    return loop_with(args, kwargs, finish=lambda loop, stopped: stopped and loop.restore())


@mistake("fit")
def restores_only_when_epochs_run_out(*args, **kwargs):
    """The best weights are restored when all epochs were run, and not when training stopped early: the
    break, or a return, goes past the line that restores them."""
    return loop_with(args, kwargs, finish=lambda loop, stopped: stopped or Loop.finish(loop, stopped))


@mistake("fit")
def restores_the_epoch_after_the_best(*args, **kwargs):
    """The weights that are restored are those of the epoch after the best: they are kept when an epoch
    was no better, instead of when it was."""

    def is_over(loop):
        over, was_better = Loop.is_over(loop), loop.waited == 0
        if loop.waited == 1:
            loop.best_weights = loop.keep()
        return over and not was_better

    return loop_with(args, kwargs, is_over=is_over)


@mistake("fit")
def restores_without_patience(*args, **kwargs):
    """The best weights are restored although no patience was given. Without patience, the last weights
    are kept."""

    def one_epoch(loop, epoch):
        loop.patience = loop.patience or loop.epochs
        Loop.one_epoch(loop, epoch)

    return loop_with(args, kwargs, one_epoch=one_epoch)


@mistake("fit")
def stops_one_epoch_too_late(*args, **kwargs):
    """Training stops when more epochs than patience were no better: one too late. With a patience of 1,
    the first such epoch is the last: compare with >=."""
    return loop_with(args, kwargs, used_up=lambda loop: loop.waited > loop.patience)


@mistake("fit")
def stops_one_epoch_too_early(*args, **kwargs):
    """Training stops one epoch before patience is used up: the count starts at 1, or is compared after
    one more was added."""
    return loop_with(args, kwargs, used_up=lambda loop: loop.waited >= max(loop.patience - 1, 1))


@mistake("fit")
def stops_at_the_first_that_is_no_better(*args, **kwargs):
    """Training stops at the first epoch that is no better, whatever patience is: the epochs are not
    counted, or not compared with it."""
    return loop_with(args, kwargs, used_up=lambda _: True)


@mistake("fit")
def never_stops(*args, **kwargs):
    """The best weights are restored, but training never stops early: nothing ends the loop when patience is
    used up."""
    return loop_with(args, kwargs, used_up=lambda _: False)


@mistake("fit")
def never_starts_the_count_anew(*args, **kwargs):
    """An improvement does not set the count back to 0, so all epochs that were no better count, not
    those in a row."""
    return loop_with(args, kwargs, start_counting_anew=lambda _: None)


@mistake("fit")
def compares_with_the_epoch_before(*args, **kwargs):
    """Each epoch is compared with the one before it, not with the best so far. After a jump upwards,
    creeping down again counts as progress, and the wrong weights are kept."""

    def is_over(loop):
        over = Loop.is_over(loop)
        loop.best = loop.watched()
        return over

    return loop_with(args, kwargs, is_over=is_over)


@mistake("fit")
def takes_equal_for_better(*args, **kwargs):
    """A validation loss equal to the best counts as an improvement. Where training has come to a
    standstill, patience then never ends. Better means strictly smaller."""
    return loop_with(args, kwargs, better=lambda loop: loop.watched() <= loop.best)


@mistake("fit")
def asks_for_a_least_improvement(*args, **kwargs):
    """An epoch has to be better by some least amount to count as better. Here every loss that is smaller
    than the best is better."""
    return loop_with(args, kwargs, better=lambda loop: loop.watched() < loop.best - 1e-4)


@mistake("fit")
def begins_with_a_best_that_is_too_small(*args, **kwargs):
    """The best loss so far begins with a number that real losses can exceed, so where they do no epoch
    is ever better. Before the first epoch the best is infinite."""

    def better(loop):
        return loop.watched() < min(loop.best, 1000.0)

    return loop_with(args, kwargs, better=better)


@mistake("fit")
def begins_with_a_best_of_zero(*args, **kwargs):
    """The best loss so far begins with 0, and no loss is smaller than that: no epoch is ever better.
    Before the first epoch the best is infinite."""
    return loop_with(args, kwargs, better=lambda loop: loop.watched() < min(loop.best, 0.0))


@mistake("fit")
def watches_the_training_loss(*args, **kwargs):
    """Patience watches the training loss, which goes on falling while the network overfits. Watch
    val_loss."""
    return loop_with(args, kwargs, watched=lambda loop: loop.history["loss"][-1])


@mistake("fit")
def watches_the_accuracy(*args, **kwargs):
    """Patience watches the accuracy of the validation data. It often stands still while the loss goes on
    falling, or the other way round. Watch val_loss."""
    return loop_with(args, kwargs, watched=lambda loop: -loop.history["val_accuracy"][-1])


@mistake("fit")
def takes_the_largest_loss_for_the_best(*args, **kwargs):
    """The comparison is the wrong way round: a larger validation loss counts as better, as it would for
    an accuracy."""
    return loop_with(
        args, kwargs, better=lambda loop: loop.best_weights is None or loop.watched() > loop.best
    )


@mistake("fit")
def goes_on_after_nan(*args, **kwargs):
    """A loss that is not finite goes unnoticed: training goes on, with weights that are all NaN. Either
    nothing looks at the losses, or they are compared with NaN, and every comparison with NaN is false. Ask
    whether each loss is finite."""
    return loop_with(args, kwargs, check=lambda *_: None)


@mistake("fit")
def ends_silently_at_nan(*args, **kwargs):
    """Training ends at a loss that is not finite, but nothing says so: fit returns as if all had gone
    well. Raise an error with a message."""
    loop = Loop(*args, **kwargs)
    try:
        return loop.run()
    except FloatingPointError:
        return loop.history


@mistake("fit")
def raises_without_saying_why(*args, **kwargs):
    """An error is raised when a loss is not finite, but its message does not say so. Whoever meets it
    should read what happened: put the loss and the word into it."""
    try:
        return fit(*args, **kwargs)
    except FloatingPointError:
        raise ValueError("training went wrong") from None


@mistake("fit")
def looks_for_nan_in_training_only(*args, **kwargs):
    """The training loss is checked, and the validation loss is not: a NaN there is never smaller than
    the best, so it only looks like a bad epoch. Check both."""
    return loop_with(args, kwargs, check_validation=lambda *_: None)


@mistake("fit")
def looks_for_nan_in_validation_only(*args, **kwargs):
    """The validation loss is checked, and the training loss is not, so without validation a NaN goes
    unnoticed. Check both."""

    def check_validation(loop, loss):
        Loop.check(loop, loss)

    return loop_with(args, kwargs, check=lambda *_: None, check_validation=check_validation)


@mistake("fit")
def looks_for_nan_but_not_for_infinity(*args, **kwargs):
    """NaN is noticed and infinity is not. A loss becomes infinite first and NaN a step later, if at
    all: np.isfinite covers both."""
    return loop_with(
        args, kwargs, check=lambda loop, loss: None if np.isinf(loss) else Loop.check(loop, loss)
    )


@mistake("fit")
def looks_for_nan_when_all_is_over(*args, **kwargs):
    """Losses that are not finite are noticed at the very end, when all epochs have been run with weights
    that are NaN. Look at each loss as soon as it is there."""
    history = loop_with(args, kwargs, check=lambda *_: None)
    if not np.isfinite([*history.values()]).all():
        raise ValueError("a loss was not finite")
    return history
