"""Compiled graphs that several networks of one architecture use."""

import json

import tensorflow as tf


class SharedGraphs:
    """Outputs of networks that differ in their weights only.

    A graph takes seconds to build and optimize. This one takes the weights as inputs,
    so that the networks need a single one for each shape of inputs.

    Args:
        model: one of the networks, a Keras model of one input and one output.
        head: function of the model's output, the last part of the graph.
    """

    def __init__(self, model, head):
        self._graphs = {}

        # There is no Python control flow to convert, and nothing to warn about.
        @tf.function(autograph=False)
        def run(weights, x):
            output, _ = model.stateless_call(*weights, x, training=False)
            return head(output)

        self._run = run

    def __call__(self, model, x):
        """Returns what the head makes of a network's output.

        Args:
            model: a network of this architecture.
            x: a tensor, of which each shape has a graph.
        """
        weights = _weights_of(model)
        shape = tuple(x.shape)
        if shape not in self._graphs:
            self._graphs[shape] = self._run.get_concrete_function(weights, x)
        return self._graphs[shape](weights, x)


def architecture_of(model):
    """Returns what decides a model's graph, hashable: all but its name and weights.

    Args:
        model: a Keras model; one with a layer that does not tell its arguments is
            like no other.
    """
    try:
        config = {**model.get_config(), "name": ""}
    except NotImplementedError:
        return id(model)
    return json.dumps(config, sort_keys=True, default=repr)


def _weights_of(model):
    both = model.trainable_variables, model.non_trainable_variables
    return tuple([tf.convert_to_tensor(one) for one in variables] for variables in both)
