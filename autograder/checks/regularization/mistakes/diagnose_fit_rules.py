"""Mistakes in `diagnose_fit`: limits, the best epoch, and what is refused."""

from nnlearn.diagnosis import mistake

from .diagnose_fit import Diagnosis


@mistake("diagnose_fit")
def gap_as_a_share(history, target, gap, window=3):
    """The gap is divided by the training loss. Here it is a difference: with a training loss near 0 a share
    would be huge, however good the model is."""

    class Share(Diagnosis):
        def distance(self):
            return float((self.v - self.t) / self.t)

        def has_a_gap(self):
            return self.distance() > self.gap

    return Share(history, target, gap, window).told()


@mistake("diagnose_fit")
def gap_the_other_way_round(history, target, gap, window=3):
    """The gap is t - v. It is the validation loss minus the training loss, v - t, and above 0 where a model
    overfits."""

    class Turned(Diagnosis):
        def distance(self):
            return float(self.t - self.v)

    return Turned(history, target, gap, window).told()


@mistake("diagnose_fit")
def gap_of_the_last_epoch(history, target, gap, window=3):
    """The verdict is right, but the gap that is returned is that of the last epoch. It is v - t, of the
    means."""

    class Last(Diagnosis):
        def distance(self):
            return float(self.val_loss[-1] - self.loss[-1])

    return Last(history, target, gap, window).told()


@mistake("diagnose_fit")
def last_of_the_best(history, target, gap, window=3):
    """Of several epochs with the smallest validation loss the last one is named. It is the first."""

    class Last(Diagnosis):
        def best_epoch(self):
            finite = np.where(np.isfinite(self.val_loss), self.val_loss, np.inf)
            return int(len(finite) - 1 - np.argmin(finite[::-1]))

    return Last(history, target, gap, window).told()


@mistake("diagnose_fit")
def last_epoch_for_best(history, target, gap, window=3):
    """The last epoch is named the best. It is the one with the smallest validation loss."""

    class Last(Diagnosis):
        def best_epoch(self):
            return len(self.val_loss) - 1

    return Last(history, target, gap, window).told()


@mistake("diagnose_fit")
def best_in_training(history, target, gap, window=3):
    """The best epoch is the one with the smallest *training* loss. That is nearly always the last; new
    examples are what counts, so take `val_loss`."""

    class Training(Diagnosis):
        def best_epoch(self):
            return int(np.argmin(np.where(np.isfinite(self.loss), self.loss, np.inf)))

    return Training(history, target, gap, window).told()


@mistake("diagnose_fit")
def best_epoch_from_one(history, target, gap, window=3):
    """The best epoch is counted from 1. Lists and callbacks of Keras count epochs from 0."""

    class FromOne(Diagnosis):
        def best_epoch(self):
            return super().best_epoch() + 1

    return FromOne(history, target, gap, window).told()


@mistake("diagnose_fit")
def takes_nan_for_the_best(history, target, gap, window=3):
    """A NaN or an infinity below 0 is named the best epoch: argmin finds them first. Leave out what is not
    finite."""

    class All(Diagnosis):
        def best_epoch(self):
            return int(np.argmin(self.val_loss))

    return All(history, target, gap, window).told()


@mistake("diagnose_fit")
def looks_at_the_last_window_for_nan(history, target, gap, window=3):
    """Only the means of the last window are tested for NaN and infinity. What is not finite in an earlier
    epoch is a sign of divergence, too."""

    class Late(Diagnosis):
        def has_diverged(self):
            return not np.isfinite([self.t, self.v]).all()

    return Late(history, target, gap, window).told()


@mistake("diagnose_fit")
def infinity_is_finite(history, target, gap, window=3):
    """Only NaN is looked for. An infinite loss has diverged as well: np.isfinite is False for both."""

    class OnlyNaN(Diagnosis):
        def has_diverged(self):
            return np.isnan([*self.loss, *self.val_loss]).any()

    return OnlyNaN(history, target, gap, window).told()


@mistake("diagnose_fit")
def validation_may_diverge(history, target, gap, window=3):
    """Only the training loss is tested for NaN and infinity. Test both lists."""

    class Training(Diagnosis):
        def has_diverged(self):
            return not np.isfinite(self.loss).all()

    return Training(history, target, gap, window).told()


@mistake("diagnose_fit")
def any_fall_is_learning(history, target, gap, window=3):
    """Every fall from one window to the next counts as learning, by however little. It has to be more than
    1 %."""

    class AnyFall(Diagnosis):
        def falls(self):
            return self.t < self.before()

    return AnyFall(history, target, gap, window).told()


@mistake("diagnose_fit")
def one_epoch_more_than_a_window(history, target, gap, window=3):
    """Whether the loss still falls is asked as soon as there is one epoch before the last window. The
    window before has to be whole: 2 * window epochs."""

    class Soon(Diagnosis):
        def has_two_windows(self):
            return len(self.loss) > self.window

    return Soon(history, target, gap, window).told()


@mistake("diagnose_fit")
def more_than_two_windows(history, target, gap, window=3):
    """With exactly 2 * window epochs, "train longer" is never said. That many are enough."""

    class More(Diagnosis):
        def has_two_windows(self):
            return len(self.loss) > 2 * self.window

    return More(history, target, gap, window).told()


@mistake("diagnose_fit")
def compares_with_the_first_window(history, target, gap, window=3):
    """The last window is compared with the *first*, so a loss that came to rest long ago still counts as
    falling. Compare with the window just before."""

    class First(Diagnosis):
        def before(self):
            return self.loss[: self.window].mean()

    return First(history, target, gap, window).told()


@mistake("diagnose_fit")
def compares_with_all_earlier_epochs(history, target, gap, window=3):
    """The last window is compared with the mean of *all* epochs before it, so the first ones, when nothing
    had been learned, make it look as if the loss still fell. Compare with the window just before."""

    class All(Diagnosis):
        def before(self):
            return self.loss[: -self.window].mean()

    return All(history, target, gap, window).told()


@mistake("diagnose_fit")
def limits_count_as_above(history, target, gap, window=3):
    """What equals the target or the gap counts as above it: >= where > is right."""

    class Equal(Diagnosis):
        def is_not_comparable(self):
            return self.t - self.v >= self.gap > 0

        def is_high(self):
            return self.t >= self.target

        def has_a_gap(self):
            return self.v - self.t >= self.gap

    return Equal(history, target, gap, window).told()


@mistake("diagnose_fit")
def refuses_nothing(history, target, gap, window=3):
    """A gap below 0 or a window below 1 is accepted, and the diagnosis makes no sense. It has to be a
    ValueError."""

    class Anything(Diagnosis):
        def refuses(self, history, gap, window):  # noqa: ARG002
            if not {"loss", "val_loss"} <= set(history):
                raise ValueError("that cannot be diagnosed")

    return Anything(history, target, gap, window).told()


@mistake("diagnose_fit")
def lists_of_any_length(history, target, gap, window=3):
    """Lists of different lengths are accepted, as if they were of the same epochs. It has to be a
    ValueError."""

    class Anything(Diagnosis):
        def refuses_lists(self):
            if not len(self.loss) * len(self.val_loss):
                raise ValueError("a list has no epochs")

    return Anything(history, target, gap, window).told()


@mistake("diagnose_fit")
def only_val_loss_may_be_short(history, target, gap, window=3):
    """Only a `val_loss` that is shorter than `loss` is refused. A `loss` that is shorter has to be a
    ValueError, too."""

    class OneSided(Diagnosis):
        def refuses_lists(self):
            if not len(self.loss) or len(self.val_loss) < len(self.loss):
                raise ValueError("the lists have no epochs, or not as many")

    return OneSided(history, target, gap, window).told()
