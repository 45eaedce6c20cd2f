"""`fit` in pieces, so that a mistake is the one piece that goes wrong."""


class Loop:
    """`fit` in pieces that are right, but for what a mistake puts in their place."""

    def __init__(self, model, optimizer, loss_fn, train, validation, epochs, batch_size, seed, patience=None):
        self.model, self.optimizer, self.loss_fn = model, optimizer, loss_fn
        self.train, self.validation = train, validation
        self.epochs, self.batch_size, self.seed, self.patience = epochs, batch_size, seed, patience
        self.history = (
            {"loss": []} if validation is None else {"loss": [], "val_loss": [], "val_accuracy": []}
        )
        self.best, self.best_weights, self.waited = float("inf"), None, 0

    def batches(self, epoch):
        return minibatches(*self.train, self.batch_size, [self.seed, epoch])

    def step(self, x, y):
        return float(train_step(self.model, self.optimizer, self.loss_fn, x, y))

    def measure(self, x, y):
        return evaluate(self.model, self.loss_fn, x, y, self.batch_size)

    def check(self, loss):
        if not np.isfinite(loss):
            raise FloatingPointError(f"the loss is {loss}, which is not finite")

    def check_validation(self, loss):
        self.check(loss)

    def epoch_loss(self, losses, sizes):
        return float(np.average(losses, weights=sizes))

    def one_epoch(self, epoch):
        losses, sizes = [], []
        for x, y in self.batches(epoch):
            losses.append(self.step(x, y))
            sizes.append(len(x))
            self.check(losses[-1])
        self.history["loss"].append(self.epoch_loss(losses, sizes))

    def note(self, measured):
        self.check_validation(measured["loss"])
        for key, value in measured.items():
            self.history[f"val_{key}"].append(value)

    def validate(self):
        self.note(self.measure(*self.validation))

    def watched(self):
        return self.history["val_loss"][-1]

    def better(self):
        return self.watched() < self.best

    def keep(self):
        return self.model.get_weights()

    def restore(self):
        self.model.set_weights(self.best_weights)

    def start_counting_anew(self):
        self.waited = 0

    def used_up(self):
        return self.waited >= self.patience

    def is_over(self):
        if self.better():
            self.best, self.best_weights = self.watched(), self.keep()
            self.start_counting_anew()
            return False
        self.waited += 1
        return self.used_up()

    def finish(self, stopped):
        del stopped
        if self.best_weights is not None:
            self.restore()

    def run(self):
        stopped = False
        for epoch in range(self.epochs):
            self.one_epoch(epoch)
            if self.validation is not None:
                self.validate()
                stopped = self.patience is not None and self.is_over()
                if stopped:
                    break
        self.finish(stopped)
        return self.history


def loop_with(args, kwargs, **pieces):
    """What fit returns where these pieces stand in place of the right ones."""
    return type("Changed", (Loop,), pieces)(*args, **kwargs).run()
