"""The training loop that every paper uses.

Our own rather than `fit`, because exact resume needs three things in one hand:
the data order, the state on disk and the point where a step begins.
"""

import contextlib
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import tensorflow as tf

from common.errors import UserError
from common.files import atomic_path, write_text
from common.training.lost_machine import machines_together
from common.training.moving_average import MovingAverage
from common.training.plateau import Plateau
from common.training.state import StateStore
from common.training.towers import Towers


@dataclass(frozen=True)
class Plan:
    """What one training run does.

    Args:
        epochs: number of epochs, the budget.
        steps_per_epoch: updates an epoch.
        key: hash of all that decides the run's numbers.
        save_every: steps between saved states within an epoch; each epoch's
            end saves one anyway.
        monitor: name of the validation score whose best epoch is kept.
        jit_compile: whether XLA compiles the step. Off by default: on CPU the
            native kernels win (`make bench-linkdsl`).
        schedule: a `common.training.plateau.Plateau`, which sets the learning rate
            of each epoch and may end the training early; None for neither.
        towers: the `Towers` that the model and the optimizer were made for; None
            for one device and whole batches.
        average_decay: decay of a moving average of the weights, which is then what
            is validated and kept; None for none.
    """

    epochs: int
    steps_per_epoch: int
    key: str
    save_every: int | None = None
    monitor: str = "val_dice"
    jit_compile: bool = False
    schedule: Plateau | None = None
    towers: Towers | None = None
    average_decay: float | None = None


def train(model, loss, optimizer, stream, validate, plan, folder, on_progress=None):
    """Trains a model, from where the folder's last state left it.

    Writes `state/` (see `StateStore`), `best.weights.h5` and
    `last.weights.h5` (and `average.weights.h5`, where there is one), `history.csv`
    and TensorBoard logs into the folder. Of several machines, the chief does.

    Args:
        model: a built Keras model.
        loss: a Keras loss; the model's regularization losses are added.
        optimizer: a Keras optimizer.
        stream: function from a global step to the endless iterable of `(x, y)`
            batches that begins with it.
        validate: function of no arguments that returns validation scores of
            the model by name, higher is better for `plan.monitor`.
        plan: a `Plan`.
        folder: the run's folder.
        on_progress: called with `(epoch, step_in_epoch, row)` after each step;
            `row` is the epoch's history row at its end, else None.

    Returns:
        The history: a data frame with a row an epoch.

    Raises:
        UserError: the loss is not finite, the folder cannot be written,
            there is less data than a batch, or another machine has stopped.
    """
    folder = Path(folder)
    if plan.steps_per_epoch < 1:
        raise UserError(
            folder,
            "at least one batch of training cases",
            "fewer cases",
            "use more data or a smaller batch size",
        )
    towers, average = plan.towers, None
    writes = towers is None or towers.is_chief
    with towers.scope() if towers else contextlib.nullcontext():
        optimizer.build(model.trainable_variables)
        if plan.average_decay is not None:
            average = MovingAverage(model.trainable_variables, plan.average_decay)
    averaged = average.in_place if average else contextlib.nullcontext
    # `variables` holds more than `weights`: seed generators too.
    variables = [*model.variables, *optimizer.variables]
    variables += average.variables if average else []
    store = StateStore(folder / "state", plan.key)
    restored = store.restore(variables)
    step, extra = restored or (0, {"history": [], "best": None, "epoch_losses": []})
    earlier = extra.get("seconds", 0.0)  # of this epoch, before it was interrupted
    history, best, losses = extra["history"], extra["best"], extra["epoch_losses"]

    def save():
        if not writes:
            return
        epoch_losses = [float(value) for value in losses]
        extra = {
            "history": history,
            "best": best,
            "epoch_losses": epoch_losses,
            "seconds": earlier + time.monotonic() - started if losses else 0.0,
            "waited": waited if losses else 0.0,
        }
        store.save(step, variables, extra)

    def goes_on():
        ended = plan.schedule is not None and plan.schedule.is_over(history)
        return step < plan.epochs * plan.steps_per_epoch and not ended

    if towers:
        update = towers.make_step(model, loss, optimizer, plan.jit_compile, average)
    else:
        update = make_step(model, loss, optimizer, plan.jit_compile, average)
    batches = iter(stream(step)) if goes_on() else None
    logs = _make_logs(folder) if writes else tf.summary.create_noop_writer()
    waited, started = extra.get("waited", 0.0), time.monotonic()
    while goes_on():
        before = time.monotonic()
        x, y = next(batches)
        waited += time.monotonic() - before
        with machines_together(folder):
            losses.append(update(x, y))
        step += 1
        epoch, position = divmod(step - 1, plan.steps_per_epoch)
        row = None
        if position + 1 == plan.steps_per_epoch:
            training_loss = _finite_mean(losses, folder, step)
            with averaged():
                scores = {name: float(value) for name, value in validate().items()}
            seconds = earlier + time.monotonic() - started
            row = {
                "epoch": epoch + 1,
                "loss": training_loss,
                **scores,
                "seconds": round(seconds, 3),
                "data_wait_share": round(waited / seconds, 5),
            }
            if plan.schedule is not None:
                row["learning_rate"] = plan.schedule.rate(history)
                # A variable of the optimizer: the saved state has the new rate.
                optimizer.learning_rate = plan.schedule.rate([*history, row])
            history.append(row)
            losses = []
            if best is None or scores[plan.monitor] > best:
                best = scores[plan.monitor]
                if writes:
                    with averaged():
                        save_weights(model, folder / "best.weights.h5")
            save()
            if writes:
                _write_history(folder, history)
            with logs.as_default():
                for name, value in row.items():
                    tf.summary.scalar(name, value, step=epoch + 1)
            earlier, waited, started = 0.0, 0.0, time.monotonic()
        elif plan.save_every and step % plan.save_every == 0:
            _finite_mean(losses, folder, step)
            save()
        if on_progress:
            on_progress(epoch, position + 1, row)
    logs.close()
    if writes:
        _write_history(folder, history)
        save_weights(model, folder / "last.weights.h5")
    if writes and average:
        with average.in_place():
            save_weights(model, folder / "average.weights.h5")
    return _frame(history)


def make_step(model, loss, optimizer, jit_compile=False, average=None):
    """Returns the compiled update: `(x, y)` to the loss before it.

    Args:
        model: a Keras model.
        loss: a Keras loss.
        optimizer: a Keras optimizer.
        jit_compile: whether XLA compiles it.
        average: a `MovingAverage`, or None.
    """

    @tf.function(jit_compile=jit_compile)
    def update(x, y):
        with tf.GradientTape() as tape:
            value = loss(y, model(x, training=True))
            if model.losses:
                value += tf.add_n(model.losses)
            scaled = optimizer.scale_loss(value)
        gradients = tape.gradient(scaled, model.trainable_variables)
        optimizer.apply(gradients, model.trainable_variables)
        if average is not None:
            average.update(optimizer.iterations)
        return value

    return update


def save_weights(model, path):
    """Writes a model's weights atomically as a Keras `.weights.h5` file."""
    with atomic_path(path) as temporary:
        # Keras insists on the ending.
        named = temporary.with_name(temporary.name + ".weights.h5")
        try:
            model.save_weights(named)
            named.replace(temporary)
        except RuntimeError as error:  # HDF5 could not close it: the disk is full
            raise OSError(str(error)) from error
        finally:
            named.unlink(missing_ok=True)


def _make_logs(folder):
    try:
        return tf.summary.create_file_writer(str(folder / "tensorboard"))
    except tf.errors.OpError as error:
        raise UserError(
            folder,
            "to be able to write it",
            error.message,
            "make the folder writable, then run the command again",
        ) from error


def _finite_mean(losses, folder, step):
    values = np.array([float(value) for value in losses], np.float64)
    if not np.isfinite(values).all():
        first = step - len(values) + int(np.argmin(np.isfinite(values))) + 1
        raise UserError(
            folder,
            "a finite loss",
            f"{values[~np.isfinite(values)][0]} at step {first}",
            "lower the learning rate or check the data; the last saved state is kept",
        )
    return float(values.mean())


def _write_history(folder, history):
    write_text(folder / "history.csv", _frame(history).to_csv(index=False))


def _frame(history):
    """Returns the history with its columns in order: a saved state sorts them."""
    first, last = ["epoch", "loss"], ["seconds", "data_wait_share"]
    scores = {name for row in history for name in row} - {*first, *last}
    return pd.DataFrame(history, columns=[*first, *sorted(scores), *last])
