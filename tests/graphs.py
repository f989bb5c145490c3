"""What TensorFlow runs in the end: graphs as its optimizer has rewritten them."""

from collections import Counter

import tensorflow as tf


def optimized_operations(folder, function, *args):
    """Runs a `tf.function` once and counts the operations of its optimized graphs.

    Args:
        folder: an empty folder, for the trace.
        function: a `tf.function` that has not run yet.
        *args: its arguments.

    Returns:
        `Counter` of `(operation, inputs)`, of all functions that it calls. What XLA
        compiles is not listed: it adds in the order in which it is written.
    """
    writer = tf.summary.create_file_writer(str(folder))
    with writer.as_default():
        tf.summary.trace_on(graph=True)
        function(*args)
        tf.summary.trace_export("trace", step=0)
    writer.close()
    found = Counter()
    for graph in _graphs(folder):
        nodes = list(graph.node)
        for part in graph.library.function:
            if not part.attr["_XlaMustCompile"].b:
                nodes += part.node_def
        for node in nodes:
            inputs = sum(not name.startswith("^") for name in node.input)
            found[node.op, inputs] += 1
    return found


def _graphs(folder):
    for file in folder.iterdir():
        for record in tf.data.TFRecordDataset(str(file)):
            event = tf.compat.v1.Event.FromString(record.numpy())
            for value in event.summary.value:
                for serialized in value.tensor.string_val:
                    trace = tf.compat.v1.RunMetadata.FromString(serialized)
                    for graphs in trace.function_graphs:
                        yield graphs.post_optimization_graph
