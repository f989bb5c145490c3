"""The paper's protocol: every value with its evidence, methods and profiles.

The defaults follow the released code; the profile `paper` follows the text.
"""

from dataclasses import dataclass, field

from common.evidence import chosen, original
from data.volume.views import VIEWS
from papers.anisocascade.inference_protocol import Inference
from papers.engine.paper import Method


@dataclass(frozen=True)
class Preparation:
    """What is done to the volumes before anything else."""

    n4: bool = original(
        False, "no bias field correction in the code; the text names none"
    )
    n4_shrink: int = chosen(4, "N4 sees every fourth voxel of each axis", min=1)


@dataclass(frozen=True)
class Network:
    """Switches of `papers.anisocascade.networks`."""

    base_channels: int = original(
        32, "all released checkpoints have 32; the text says 48", min=2
    )


@dataclass(frozen=True)
class Patches:
    """What the networks are trained on, in voxels of 1 mm."""

    whole_size: int = original(
        144, "config17/train_wt_*.txt: data_shape [19, 144, 144]", min=8, multiple=4
    )
    core_size: int = original(
        96, "config17/train_tc_*.txt: data_shape [19, 96, 96]", min=8, multiple=4
    )
    enhancing_size: int = original(
        64, "config17/train_en_*.txt: data_shape [19, 64, 64]", min=8, multiple=4
    )
    slices_in: int = original(19, "config17: data_shape", min=9)
    slices_out: int = original(11, "config17: label_shape, 8 fewer", min=1)
    margin: int = original(
        5, "data_loader.py: around the true region of the stage before", min=0
    )
    lgg_repeats: int = original(
        3, "config17: the lists of TC and EN name each LGG case three times", min=1
    )


@dataclass(frozen=True)
class Loss:
    """The soft Dice of both classes."""

    smooth: float = original(1e-5, "NiftyNet v0.2.0: added to the denominator", min=0.0)


@dataclass(frozen=True)
class Training:
    """The optimizer and its budget, the same for all nine networks."""

    learning_rate: float = original(
        1e-3, "constant in config17; the text says 'initial learning rate'", min=0.0
    )
    epsilon: float = original(1e-8, "TensorFlow 1's Adam; Keras has 1e-7", min=0.0)
    weight_decay: float = original(
        0.0,
        "declared as 1e-7 but never added to the loss; the text says 1e-7",
        min=0.0,
    )
    batch_size: int = original(5, "config17: batch_size; the text says 5", min=1)
    epochs: int = original(
        200,
        "config17: maximal_iteration 20000; an epoch is 100 iterations here, as "
        "patches are drawn at random",
        min=1,
    )
    start: str = original(
        "axial",
        "rename_variables.py: the other views begin with the axial weights",
        options=("axial",),
    )
    checkpoint: str = original(
        "last", "the code keeps the last; there is no validation", options=("last",)
    )
    precision: str = chosen(
        "float32",
        "not stated; mixed_float16 and mixed_bfloat16 are possible",
        options=("float32", "mixed_float16", "mixed_bfloat16"),
    )


@dataclass(frozen=True)
class Folds:
    """Which cases are held out; the paper scores on BraTS's own validation set."""

    n_folds: int = chosen(
        5, "ours: the official validation set has no public labels", min=2
    )
    fold_seed: int = chosen(0, "one fixed draw of patients", min=0)
    validation_share: float = chosen(
        0.1,
        "departure: the code trains on all cases it is given and looks at training "
        "batches; ours are held out to be looked at",
        min=0.01,
        max=0.9,
    )


@dataclass(frozen=True)
class Protocol:
    """All that decides a run but the method, the fold and the seed."""

    preparation: Preparation = field(default_factory=Preparation)
    network: Network = field(default_factory=Network)
    patches: Patches = field(default_factory=Patches)
    loss: Loss = field(default_factory=Loss)
    training: Training = field(default_factory=Training)
    inference: Inference = field(default_factory=Inference)
    folds: Folds = field(default_factory=Folds)

    @property
    def budget(self):
        """How long each network is trained, as the tables show it."""
        return f"{ITERATIONS * self.training.epochs} iterations a network"


CONVENTION = "border-max/brats"  # chosen: the server's is not published
ITERATIONS = 100  # original code: the loss is checked every 100 iterations

_SMALL = {
    "patches.whole_size": 32,
    "patches.core_size": 32,
    "patches.enhancing_size": 32,
    "inference.tiling.whole_axial": (32, 32),
    "inference.tiling.whole_sagittal": (32, 32),
    "inference.tiling.whole_coronal": (32, 32),
    "inference.tiling.core": (32, 32),
    "inference.tiling.enhancing": (32, 32),
    "inference.cascade.whole_size": 20,
    "inference.cascade.enhancing_size": 3,
}

# What each profile replaces in the released code's protocol.
PROFILES = {
    "demo": _SMALL
    | {
        "network.base_channels": 8,
        "training.epochs": 1,
        "folds.validation_share": 0.2,  # one of the few cases of the phantom
    },
    "cpu": _SMALL | {"training.epochs": 3},
    "released": {},
    "paper": {"network.base_channels": 48, "training.weight_decay": 1e-7},
}

NETWORKS = {"wnet": "whole", "tnet": "core", "enet": "enhancing"}


@dataclass(frozen=True, kw_only=True)
class NetworkMethod(Method):
    """One of the nine networks.

    Args:
        network: `"wnet"`, `"tnet"` or `"enet"`.
        view: `"axial"`, `"sagittal"` or `"coronal"`.
    """

    network: str
    view: str


@dataclass(frozen=True, kw_only=True)
class CascadeMethod(Method):
    """Networks put together.

    Args:
        views: the views whose probabilities are averaged.
    """

    views: tuple[str, ...]


def _network(network, view):
    return NetworkMethod(
        id=f"{network}-{view}",
        title=f"{network[0].upper()}Net, {view}",
        starts_from=None if view == "axial" else f"{network}-axial",
        scored=False,
        network=network,
        view=view,
    )


def _cascade(method_id, title, views):
    parts = tuple(f"{network}-{view}" for view in views for network in NETWORKS)
    return CascadeMethod(id=method_id, title=title, parts=parts, views=views)


METHODS = (
    *(_network(network, view) for view in VIEWS for network in NETWORKS),
    _cascade("cascade-axial", "Cascade trained here, axial view only", ("axial",)),
    _cascade("cascade", "Cascade trained here", tuple(VIEWS)),
    CascadeMethod(
        id="released",
        title="The authors' released weights, run here",
        given=True,
        views=tuple(VIEWS),
    ),
)
