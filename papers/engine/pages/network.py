"""The diagram of a network, drawn from the network that the code builds."""

import math

from papers.engine.pages.text import folded


def network_diagram(model):
    """Returns a folded Mermaid diagram of a network with one box per block.

    A block comprises all layers whose names share the part before the first
    underscore; its box shows the output shape of the last one.

    Args:
        model: a Keras functional model.
    """
    blocks, edges = {}, []
    for layer in model.get_config()["layers"]:
        block = _block(layer["name"])
        blocks[block] = tuple(model.get_layer(layer["name"]).output.shape[1:])
        for source in map(_block, _sources(layer["inbound_nodes"])):
            if source != block and (source, block) not in edges:
                edges.append((source, block))
    lines = ["```mermaid", "flowchart TD"]
    for block, shape in blocks.items():
        size = " x ".join(map(str, shape))
        lines.append(f'  {block}["{block}<br/>{size}"]')
    lines += [f"  {source} --> {block}" for source, block in edges]
    return folded("Diagram of the blocks", "\n".join([*lines, "```"]))


def trainable_parameters(model):
    """Returns the number of trainable parameters, as papers count them."""
    return sum(math.prod(variable.shape) for variable in model.trainable_variables)


def _block(layer_name):
    return layer_name.split("_")[0]


def _sources(config):
    """Returns the names of the layers whose outputs a node's arguments refer to."""
    if isinstance(config, dict):
        if "keras_history" in config:
            return [config["keras_history"][0]]
        config = list(config.values())
    if isinstance(config, list | tuple):
        return [name for part in config for name in _sources(part)]
    return []
