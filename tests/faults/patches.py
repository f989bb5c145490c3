"""What a process is told before its verb: of a server, of pages, of a small network."""

import hashlib
import itertools
import time
from pathlib import Path


def local_server(url):
    """Takes the Decathlon from a server of this machine."""
    from data.msd import download

    path = Path("server") / "Task01_BrainTumour.tar"
    if not path.exists():  # it is still being made
        return
    content = path.read_bytes()
    md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
    download.download_msd.__defaults__ = (
        *download.download_msd.__defaults__[:-2],
        f"{url}/Task01_BrainTumour.tar",
        md5,
    )


def pages_here(url):
    """Writes pages of two papers, in the present folder and not in the repository."""
    from papers import registry
    from papers.engine.cli import reports

    registry.IDS = ("linkdsl", "anisocascade")  # the front page shows both
    reports.PAPERS = Path("papers").absolute()


def small_released(url):
    """Has the released weights be those of two layers, as `checkpoints` writes them."""
    from papers.anisocascade import released_weights

    released_weights.NETWORKS = dict.fromkeys(released_weights.NETWORKS, two_layers)


def two_layers(shape=None):
    """Returns a network of two layers, whose weights have names of the originals."""
    import keras

    inputs = keras.Input((3,))
    x = keras.layers.Dense(2, name="hidden", use_bias=False)(inputs)
    return keras.Model(inputs, keras.layers.Dense(1, name="last", use_bias=False)(x))


def small_grid(url):
    """Prepares scans on the smallest grid that they fit in."""
    from data.scans import preparation

    preparation.GRID = (8, 8, 8)


def small_network(url):
    """Gives the paper on slices a network of three layers, which takes no seconds."""
    from papers.linkdsl import experiment, inference

    def build_network(method, protocol):
        import keras

        size = protocol.preparation.image_size
        channels = 1 if method.previous is None else 2
        layers = keras.layers
        inputs = layers.Input((size, size, channels))
        x = layers.Conv2D(4, 3, padding="same", name="first")(inputs)
        x = layers.BatchNormalization(name="norm")(x)
        x = layers.Conv2D(1, 1, activation="sigmoid", name="last")(x)
        return keras.Model(inputs, x, name="small")

    experiment.build_network = inference.build_network = build_network


def backwards():
    """Has each look at the clock find it an hour earlier than the one before."""
    now, looks = time.time(), itertools.count()
    time.time = lambda: now - 3600 * next(looks)
    time.time_ns = lambda: int(time.time() * 1e9)
