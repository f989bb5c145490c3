"""The authors' released weights, from TensorFlow 1 checkpoints to Keras weight files.

TensorFlow 2 still reads the format. Every variable of a checkpoint is accounted for: it
is a weight of the network, or of a kind that prediction does not need.
"""

import math
import shlex
import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import tensorflow as tf

from common.errors import UserError
from common.files import atomic_folder, lock_beside, read_json, sha256, write_json
from common.training.weights import damage_of, load_weights, save_weights
from papers.anisocascade.networks import enet, tnet, wnet

SOURCE = "https://github.com/taigw/brats17, model17"
LICENSE = "BSD-3-Clause, Copyright (c) 2017-2018, University College London"
MANIFEST = "manifest.json"

NETWORKS = {"wnet": wnet, "tnet": tnet, "enet": enet}
VIEWS = ("axial", "sagittal", "coronal")
_SHORT = {"wnet": "wt", "tnet": "tc", "enet": "en"}
_SUFFIX = {"axial": "", "sagittal": "sg", "coronal": "cr"}
CHECKPOINTS = {
    (network, view): f"msnet_{_SHORT[network]}32{_SUFFIX[view]}_20000.ckpt"
    for network in NETWORKS
    for view in VIEWS
}
CHANNELS = 4
ADAM_BETA_2 = float(np.float32(0.999))

# What a checkpoint holds beside the weights, by the last part of the name.
UNUSED = {
    "Adam": "optimizer slots",
    "Adam_1": "optimizer slots",
    "beta1_power": "optimizer step",
    "beta2_power": "optimizer step",
    "moving_mean": "moving statistics, never updated",
    "moving_variance": "moving statistics, never updated",
    "biased": "moving statistics, never updated",
    "local_step": "moving statistics, never updated",
}
_LEAVES = {"w": "kernel", "beta": "beta", "gamma": "gamma", "alpha": "alpha"}
_NEXT = (
    "download the nine checkpoints of model17 from github.com/taigw/brats17 again, as "
    "`make weights-anisocascade` does"
)


def import_released(source, target, say=print):
    """Writes the nine released networks as Keras weight files.

    Args:
        source: folder with the checkpoints `msnet_*.ckpt.{index,data-…}`.
        target: folder to write: `<network>_<view>.weights.h5`, the
            license if it lies beside the checkpoints, and `manifest.json`.
            What an earlier import wrote there is replaced.
        say: receives one line per network.

    Raises:
        UserError: a checkpoint is missing, damaged or of another network, or
            `target` holds anything else.
    """
    source, target = Path(source), Path(target)
    _check_target(target)
    missing = [
        file.name
        for checkpoint in CHECKPOINTS.values()
        for file in _files(source / checkpoint)
        if not file.is_file()
    ]
    if missing:
        raise UserError(source, "the nine checkpoints", f"no {missing[0]}", _NEXT)
    shape = (None, None, None, CHANNELS)
    models = {name: build(shape) for name, build in NETWORKS.items()}
    rows = []
    with lock_beside(target, say), atomic_folder(target) as folder:
        for (network, view), checkpoint in CHECKPOINTS.items():
            model = models[network]
            report = load_checkpoint(model, source / checkpoint)
            file = folder / weights_file(network, view)
            save_weights(model, file)
            rows.append(
                {
                    "network": network,
                    "view": view,
                    "file": file.name,
                    "sha256": sha256(file),
                    "checkpoint": checkpoint,
                    "source_sha256": {
                        path.name: sha256(path) for path in _files(source / checkpoint)
                    },
                    **report,
                }
            )
            say(
                f"{checkpoint} -> {file.name}: {report['variables']} variables, "
                f"{report['parameters']} weights, {report['steps']} steps"
            )
        if (source / "LICENSE.txt").is_file():
            shutil.copyfile(source / "LICENSE.txt", folder / "LICENSE.txt")
        write_json(
            folder / MANIFEST, {"source": SOURCE, "license": LICENSE, "networks": rows}
        )


def holds_released(folder, known):
    """Whether a folder holds weights that were imported from certain checkpoints.

    Args:
        folder: what `import_released` may have written.
        known: SHA-256 of each file of the checkpoints, by name.
    """
    manifest = Path(folder) / MANIFEST
    try:
        rows = read_json(manifest)["networks"]
        sources = {}
        for row in rows:
            sources |= row["source_sha256"]
        files = {row["file"]: row["sha256"] for row in rows}
        return sources == known and all(
            Path(name).name == name and sha256(Path(folder) / name) == digest
            for name, digest in files.items()
        )
    except (UserError, KeyError, TypeError, ValueError):
        return False  # the last: no name that a file could have


def load_released(folder, network, view, input_shape=(None, None, None, CHANNELS)):
    """Builds a network with its imported weights.

    Args:
        folder: what `import_released` wrote.
        network: `"wnet"`, `"tnet"` or `"enet"`.
        view: `"axial"`, `"sagittal"` or `"coronal"`.
        input_shape: the network's input shape, `(depth, height, width, 4)`.

    Raises:
        UserError: the file is missing, or is not the one that was written.
    """
    file = Path(folder) / weights_file(network, view)
    target = shlex.quote(str(folder))
    again = (
        f"delete {folder}, then `make import-weights FROM=folder TO={target}`; or, for "
        "weights/anisocascade, `make weights-anisocascade`"
    )
    manifest = Path(folder) / MANIFEST
    if not manifest.is_file() or not file.is_file():
        raise UserError(file, "imported weights and their manifest", "none", again)
    digests = _listed(manifest, again)
    if digests.get(file.name) != sha256(file):
        received = damage_of(file) or "a changed one"
        raise UserError(file, "the file that the manifest lists", received, again)
    model = NETWORKS[network](input_shape, name=f"{network}_{view}")
    load_weights(model, file, again)
    return model


def weights_file(network, view):
    """Returns the name of a network's weight file."""
    return f"{network}_{view}.weights.h5"


def load_checkpoint(model, checkpoint):
    """Fills a network from a TensorFlow 1 checkpoint.

    Args:
        model: one of this paper's networks.
        checkpoint: path without `.index`.

    Returns:
        A dict of the numbers of `variables` and `parameters` that became weights, the
        training `steps`, and `unused`, the numbers of other variables by kind.

    Raises:
        UserError: the checkpoint is damaged, or a variable is missing, left over or
            of another shape.
    """
    values = _read(checkpoint)
    scopes = {name.split("/")[0] for name in values if "/" in name}
    unused = Counter()
    weights = {}
    for name, value in values.items():
        leaf = name.rsplit("/", 1)[-1]
        if leaf in UNUSED:
            unused[UNUSED[leaf]] += 1
        else:
            weights[keras_path(name.removeprefix(f"{min(scopes)}/"))] = value
    expected = {weight.path: weight for weight in model.weights}
    if wrong := sorted(expected.keys() ^ weights.keys()):
        raise UserError(
            checkpoint,
            f"the {len(expected)} variables of {model.name}",
            f"{wrong[0]} {'missing' if wrong[0] in expected else 'left over'}",
            _NEXT,
        )
    for path, weight in expected.items():
        if weights[path].shape != tuple(weight.shape):
            raise UserError(
                checkpoint,
                f"{path} of shape {tuple(weight.shape)}",
                weights[path].shape,
                _NEXT,
            )
        weight.assign(weights[path])
    # Adam keeps a power of its beta 2 in float32, the first power before any update.
    power = values.get("beta2_power")
    steps = None if power is None else round(math.log(power, ADAM_BETA_2) - 1)
    return {
        "variables": len(weights),
        "parameters": sum(value.size for value in weights.values()),
        "steps": steps,
        "unused": dict(unused),
    }


def keras_path(name):
    """Returns the path of the Keras weight for a variable of the original.

    Args:
        name: the variable's name without the network's scope, such as
            `block1_1/bn_0/gamma`, `fuse1_bn_prelu/conv_/w` or `final_pred/w`.
    """
    *scopes, leaf = name.split("/")
    block, *inner = scopes
    layer = block.removesuffix("_bn_prelu")
    for part in inner:  # at most one: bn_0, prelu_acti_, conv_, deconv_ …
        kind, _, number = part.rpartition("_")
        kind = "conv" if kind in ("conv", "deconv") else "norm"
        layer += f"_{kind}" + (f"_{number}" if number else "")
    return f"{layer}/{_LEAVES.get(leaf, leaf)}"


def _check_target(target):
    """Refuses a folder that holds anything but unchanged files of an earlier import."""
    if not target.exists():
        return
    kept = {MANIFEST, "LICENSE.txt"}
    try:
        listed = _listed(target / MANIFEST, "")
        others = [
            path.name
            for path in sorted(target.iterdir())
            if path.name not in kept
            and (path.name not in listed or sha256(path) != listed[path.name])
        ]
    except (OSError, UserError):
        others = ["no manifest of imported weights"]
    if others:
        raise UserError(
            target,
            "no folder, or one that holds imported weights and nothing else",
            others[0],
            "name another folder with TO= (--to), or delete this one",
        )


def _listed(manifest, next_step):
    """Returns the SHA-256 of each file that a manifest lists, by name."""
    try:
        rows = read_json(manifest)["networks"]
        return {row["file"]: row["sha256"] for row in rows}
    except (UserError, KeyError, TypeError) as error:
        raise UserError(
            manifest, "a manifest of imported weights", "another file", next_step
        ) from error


def _files(checkpoint):
    return (
        checkpoint.with_name(f"{checkpoint.name}.index"),
        checkpoint.with_name(f"{checkpoint.name}.data-00000-of-00001"),
    )


def _read(checkpoint):
    """Returns all variables by name.

    Raises:
        UserError: the file is damaged, or holds values that are not finite.
    """
    try:
        reader = tf.train.load_checkpoint(str(checkpoint))
        names = reader.get_variable_to_shape_map()
        values = {name: np.asarray(reader.get_tensor(name)) for name in names}
    # An IndexError: the data file is shorter than the index promises.
    except (tf.errors.OpError, ValueError, RuntimeError, IndexError) as error:
        damages = [(path, damage_of(path)) for path in _files(checkpoint)]
        damages = [f"{path.name}: {damage}" for path, damage in damages if damage]
        received = [*damages, *str(error).splitlines(), type(error).__name__][0]
        expected = "a TensorFlow checkpoint of one file"
        raise UserError(checkpoint, expected, received, _NEXT) from error
    if broken := [
        name for name, value in values.items() if not np.isfinite(value).all()
    ]:
        raise UserError(checkpoint, "finite values", f"others in {broken[0]}", _NEXT)
    return values
