"""The training loop that every paper uses.

It is our own rather than Keras's `fit`, because exact resume needs three things
in one place: the order of the data, the state on disk and the point where a step
begins.
"""

import contextlib
import time
from pathlib import Path

from common.errors import UserError
from common.training.lost_machine import report_lost_machine
from common.training.moving_average import MovingAverage
from common.training.run_files import RunFiles


def train(model, loss, optimizer, stream, validate, plan, folder, on_progress=None):
    """Trains a model, resuming from the last state in the folder.

    Writes `state/` (see `StateStore`), `best.weights.h5`, `last.weights.h5` (and
    `average.weights.h5` if the plan has a moving average), `history.csv` and
    TensorBoard logs into the folder. Of several machines, only the chief writes.

    Args:
        model: a built Keras model.
        loss: a Keras loss; the model's regularization losses are added.
        optimizer: a Keras optimizer.
        stream: function from a global step to the endless iterable of `(x, y)`
            batches that begins with that step's batch.
        validate: function of no arguments that returns the model's validation
            scores by name. A higher `plan.monitor` is better.
        plan: a `Plan`.
        folder: the run's folder.
        on_progress: called with `(epoch, step_in_epoch, row)` after each step;
            `row` is the history's row at the end of an epoch, else None.

    Returns:
        The history, a `DataFrame` with one row per epoch.

    Raises:
        UserError: the loss is not finite, the folder cannot be written, there is
            less data than one batch, or another machine has stopped.
    """
    training = Training(model, loss, optimizer, stream, validate, plan, folder)
    training.begin()
    while not training.is_over():
        row = training.step()
        if on_progress:
            on_progress(*training.position(), row)
    return training.finish()


class Training:
    """One training run: `begin`, then `step` until `is_over`, then `finish`.

    Args: those of `train`.
    """

    def __init__(self, model, loss, optimizer, stream, validate, plan, folder):
        self.model, self.loss, self.optimizer = model, loss, optimizer
        self.stream, self.validate = stream, validate
        self.plan = plan
        self.folder = Path(folder)
        self.files = RunFiles(self.folder, plan.key, plan.placement.is_chief)

    def begin(self):
        """Restores the last state and opens the data and the logs."""
        plan, model, optimizer = self.plan, self.model, self.optimizer
        self._check_data()
        self.average = None
        with plan.placement.scope():
            optimizer.build(model.trainable_variables)
            if plan.average_decay is not None:
                self.average = MovingAverage(
                    model.trainable_variables, plan.average_decay
                )
        # A model's `variables` are more than its `weights`: seed generators, too.
        self.variables = [*model.variables, *optimizer.variables]
        if self.average:
            self.variables += self.average.variables
        self.progress = self.files.restore(self.variables)
        self._update = plan.placement.make_step(
            model, self.loss, optimizer, plan.jit_compile, self.average
        )
        # A finished run needs no data.
        step = self.progress.step
        self._batches = None if self.is_over() else iter(self.stream(step))
        self.files.open_logs()
        self._clock = time.monotonic()

    def is_over(self):
        """Whether the budget is used up or the schedule has ended the training."""
        schedule, progress = self.plan.schedule, self.progress
        if progress.step >= self.plan.steps:
            return True
        return schedule is not None and schedule.is_over(progress.history)

    def position(self):
        """Returns the epoch of the last update, from 0, and its place in it, from 1."""
        epoch, step = divmod(self.progress.step - 1, self.plan.steps_per_epoch)
        return epoch, step + 1

    def step(self):
        """Makes one update; at the end of an epoch, ends it and returns its row."""
        progress, plan = self.progress, self.plan
        before = time.monotonic()
        x, y = next(self._batches)
        progress.waited += time.monotonic() - before
        with report_lost_machine(self.folder):
            progress.epoch_losses.append(self._update(x, y))
        progress.step += 1
        if progress.step % plan.steps_per_epoch == 0:
            return self.end_epoch()
        if plan.save_every and progress.step % plan.save_every == 0:
            self._save()
        return None

    def end_epoch(self):
        """Validates, keeps the best weights, saves the state; returns the row."""
        progress = self.progress
        progress.check_finite(self.folder)
        with self._averaged():
            scores = {name: float(value) for name, value in self.validate().items()}
            self._take_time()
            score = scores[self.plan.monitor]
            if progress.is_better(score):
                self.files.save_weights(self.model, "best")
        row = progress.row(scores)
        self._set_learning_rate(row)
        progress.end_epoch(row, score)
        self.files.save_state(progress, self.variables)
        self.files.write_history(progress)
        self.files.log(row)
        self._clock = time.monotonic()  # what was just written belongs to no epoch
        return row

    def finish(self):
        """Writes the last weights and returns the history as a `DataFrame`."""
        self.files.close_logs()
        self.files.write_history(self.progress)
        self.files.save_weights(self.model, "last")
        if self.average:
            with self.average.in_place():
                self.files.save_weights(self.model, "average")
        return self.progress.table()

    def _save(self):
        self.progress.check_finite(self.folder)
        self._take_time()
        self.files.save_state(self.progress, self.variables)

    def _set_learning_rate(self, row):
        """Notes the epoch's learning rate in its row and sets that of the next."""
        schedule, history = self.plan.schedule, self.progress.history
        if schedule is not None:
            row["learning_rate"] = schedule.rate(history)
            # A variable of the optimizer: the saved state has the new rate.
            self.optimizer.learning_rate = schedule.rate([*history, row])

    def _averaged(self):
        """Returns the context in which the model has the weights to validate."""
        return self.average.in_place() if self.average else contextlib.nullcontext()

    def _take_time(self):
        """Adds the time since the last call to the current epoch's duration."""
        now = time.monotonic()
        self.progress.seconds += now - self._clock
        self._clock = now

    def _check_data(self):
        if self.plan.steps_per_epoch < 1:
            raise UserError(
                self.folder,
                "at least one batch of training cases",
                "fewer cases",
                "use more data or smaller batches",
            )
