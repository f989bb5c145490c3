"""The files that a training run leaves in its folder."""

import tensorflow as tf

from common.errors import UserError
from common.files import write_text
from common.training.progress import Progress
from common.training.state import StateStore
from common.training.weights import save_weights


class RunFiles:
    """State, weights, history and TensorBoard logs of one run.

    Of several machines that train together, all read and only the chief writes:
    on the others, the methods that write do nothing.

    Args:
        folder: the run's folder.
        key: hash of everything that decides the run's numbers, except epochs.
        is_chief: whether this process writes.
    """

    def __init__(self, folder, key, is_chief):
        self.folder = folder
        self.is_chief = is_chief
        self._states = StateStore(folder / "state", key)
        self._logs = None

    def restore(self, variables):
        """Loads the last state into the variables and returns its `Progress`.

        Raises:
            UserError: the state is another run's, or is damaged.
        """
        return Progress.from_state(self._states.restore(variables), self._states.folder)

    def save_state(self, progress, variables):
        """Saves the state that the run resumes from.

        Raises:
            UserError: the folder cannot be written or the disk is full.
        """
        if self.is_chief:
            self._states.save(progress.step, variables, progress.extra())

    def save_weights(self, model, name):
        """Writes `NAME.weights.h5`."""
        if self.is_chief:
            save_weights(model, self.folder / f"{name}.weights.h5")

    def write_history(self, progress):
        """Writes `history.csv`."""
        if self.is_chief:
            text = progress.table().to_csv(index=False)
            write_text(self.folder / "history.csv", text)

    def open_logs(self):
        """Begins the TensorBoard logs.

        Raises:
            UserError: the folder cannot be written.
        """
        if not self.is_chief:
            self._logs = tf.summary.create_noop_writer()
            return
        try:
            self._logs = tf.summary.create_file_writer(str(self.folder / "tensorboard"))
        except tf.errors.OpError as error:
            raise UserError(
                self.folder,
                "to be able to write it",
                error.message,
                "make the folder writable, then run the command again",
            ) from error

    def log(self, row):
        """Adds one epoch's row of the history to the TensorBoard logs."""
        with self._logs.as_default():
            for name, value in row.items():
                tf.summary.scalar(name, value, step=row["epoch"])

    def close_logs(self):
        """Ends the TensorBoard logs."""
        self._logs.close()
