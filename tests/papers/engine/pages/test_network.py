"""The diagram of a network."""

import keras

from papers.engine.pages.network import network_diagram, trainable_parameters


def test_network_diagram_names_every_edge():
    x = inputs = keras.layers.Input((4, 4, 1), name="image")
    x = keras.layers.ReLU(name="first_relu")(x)
    y = keras.layers.ReLU(name="second_relu")(x)
    model = keras.Model(inputs, keras.layers.Add(name="sum")([x, y]))
    lines = network_diagram(model).splitlines()
    edges = {line.strip() for line in lines if "-->" in line}
    assert edges == {
        "image --> first",
        "first --> second",
        "first --> sum",
        "second --> sum",
    }
    assert '  sum["sum<br/>4 x 4 x 1"]' in lines


def test_parameters_that_are_not_trained_do_not_count():
    inputs = keras.layers.Input((3,))
    dense = keras.layers.Dense(2)  # 3 * 2 + 2
    model = keras.Model(inputs, keras.layers.BatchNormalization()(dense(inputs)))
    assert trainable_parameters(model) == 8 + 4  # scale and offset, no moving values
