"""From batches of indices to a `tf.data` pipeline that reads ahead."""

import tensorflow as tf


def batch_stream(batches, read, shapes, ahead=4):
    """Reads batches in a background thread, in their order.

    Args:
        batches: iterable of whatever names a batch (indices, ids).
        read: function from such a name to a tuple of float32 arrays.
        shapes: shapes of the arrays, with None where a size varies.
        ahead: number of batches that are read before they are asked for.

    Yields:
        Tuples of tensors.

    Raises:
        Exception: whatever `read` raised.
    """
    failures = []

    def read_all():
        for batch in batches:
            try:
                yield read(batch)
            except Exception as error:
                failures.append(error)
                raise

    signature = tuple(tf.TensorSpec(shape, tf.float32) for shape in shapes)
    dataset = tf.data.Dataset.from_generator(read_all, output_signature=signature)
    try:
        yield from dataset.prefetch(ahead)
    except tf.errors.OpError:
        if failures:  # TensorFlow has wrapped it in an error of its own
            raise failures[0] from None
        raise
