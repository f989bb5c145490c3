"""Weights of a model in a file."""

from common.files import atomic_path


def save_weights(model, path):
    """Writes a model's weights atomically as a Keras `.weights.h5` file.

    Args:
        model: a Keras model.
        path: the file to write or replace.

    Raises:
        UserError: the folder cannot be written or the disk is full.
    """
    with atomic_path(path) as temporary:
        # Keras insists on this ending.
        named = temporary.with_name(temporary.name + ".weights.h5")
        try:
            model.save_weights(named)
            named.replace(temporary)
        except RuntimeError as error:  # HDF5 could not close it: the disk is full
            raise OSError(str(error)) from error
        finally:
            named.unlink(missing_ok=True)
