"""From batches of indices to a `tf.data` pipeline that reads ahead."""

import tensorflow as tf


def batch_stream(batches, read, shapes, ahead=4):
    """Reads batches in a background thread, in the order given.

    Args:
        batches: iterable of whatever names one batch (indices, ids).
        read: function from one of them to a tuple of float32 arrays.
        shapes: the arrays' shapes, None where a size varies.
        ahead: batches read before they are asked for.

    Yields:
        Tuples of tensors.

    Raises:
        Exception: what `read` raised, as it raised it.
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
        if failures:  # TensorFlow has made an error of its own of it
            raise failures[0] from None
        raise
