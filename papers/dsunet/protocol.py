"""The paper's protocol: every value with its evidence, methods and profiles.

The paper states no number of its training. What it leaves open follows the Keras
code of the network that it starts from (ellisdg/3DUnetCNN, branch legacy).
"""

from dataclasses import dataclass, field

from common.evidence import chosen, inferred, original, stated
from papers.dsunet.dilation import SCHEDULES
from papers.engine.paper import Method


@dataclass(frozen=True)
class Preparation:
    """What is done to the volumes before anything else."""

    n4: bool = stated(True, "II: 'N4 Bias Field Correction', there by ANTs")
    n4_shrink: int = chosen(4, "N4 sees every fourth voxel of each axis", min=1)
    n4_exclude: str = original(
        "flair",
        "brats/preprocess.py corrects all modalities but FLAIR",
        options=("flair", "none"),
    )


@dataclass(frozen=True)
class Geometry:
    """How a case becomes the network's input."""

    size: int = stated(
        128, "II: '3D input blocks of 128x128x128 voxels'", min=32, multiple=16
    )
    mode: str = original(
        "resize",
        "normalize.py resamples the foreground box to the input; crop: a window at "
        "the grid's own voxels; what lies beyond it is predicted as background",
        options=("resize", "crop"),
    )
    center: str = chosen(
        "foreground",
        "of a crop: the middle of the foreground box, or of the grid",
        options=("foreground", "grid"),
    )


@dataclass(frozen=True)
class Intensity:
    """How intensities are scaled: (x - mean) / std of each modality."""

    statistics: str = chosen(
        "training",
        "departure: the code averages the means and deviations of all cases, held-out "
        "ones too; all: the same",
        options=("training", "all"),
    )


@dataclass(frozen=True)
class Augmentation:
    """What is drawn anew for every case and epoch; II: 'a number of' techniques."""

    symmetries: bool = original(
        True, "train_isensee2017.py: permute, one of the 48 symmetries of a cube"
    )
    flip: float = original(
        0.0,
        "train_isensee2017.py: flip is off; the probability of each axis",
        min=0.0,
        max=1.0,
    )
    scale_deviation: float = original(
        0.0,
        "train_isensee2017.py: distort is off; 0.25 is what its author names. What "
        "comes from outside is 0, the mean intensity, and not background",
        min=0.0,
        max=0.33,
    )


@dataclass(frozen=True)
class Network:
    """Switches of `papers.dsunet.networks`."""

    base_filters: int = inferred(
        16, "the published numbers of parameters, to the digit", min=1
    )
    dilation: str = chosen(
        "linear",
        "II: the rate increases with depth and decreases on the way up; no numbers. "
        "Rate 1 to 5 by level",
        options=tuple(SCHEDULES),
    )
    mid_norm: bool = chosen(
        False,
        "a normalization in the place of each bias of a separable block has as many "
        "parameters; the plainer reading is ours",
    )
    negative_slope: float = stated(
        1e-2, "II: 'a negative slope of 10−2'; the code has 0.3", min=1e-6, max=1.0
    )
    dropout: float = original(
        0.3, "isensee2017.py: dropout_rate, of whole features", min=0.0, max=0.9
    )


@dataclass(frozen=True)
class Loss:
    """One minus the mean Dice of the labels."""

    squares: bool = inferred(
        True, "II: the words are V-Net's, whose denominator has squares; the code: not"
    )
    smooth: float = original(1e-5, "metrics.py: smooth", min=0.0)


@dataclass(frozen=True)
class Training:
    """The optimizer, its schedule and budget, the same for both networks."""

    learning_rate: float = original(5e-4, "initial_learning_rate, Adam", min=0.0)
    drop: float = original(0.5, "learning_rate_drop on a plateau", min=0.01, max=1.0)
    patience: int = original(10, "epochs without improvement: a plateau", min=1)
    stop_after: int = original(
        50, "early_stop: epochs without improvement that end it", min=1
    )
    batch_size: int = original(
        1, "train_isensee2017.py; the paper speaks of small batches", min=1
    )
    epochs: int = original(500, "n_epochs: cutoff", min=1)
    checkpoint: str = original(
        "best", "ModelCheckpoint: that of the lowest val_loss", options=("best", "last")
    )
    precision: str = chosen(
        "float32",
        "not stated; mixed_float16 and mixed_bfloat16 are possible",
        options=("float32", "mixed_float16", "mixed_bfloat16"),
    )


@dataclass(frozen=True)
class Inference:
    """How probabilities become labels."""

    threshold: float = original(
        0.5,
        "prediction.py: background where no label's probability reaches it, else the "
        "most probable label",
        min=0.0,
        max=1.0,
    )


@dataclass(frozen=True)
class Folds:
    """Which cases are held out."""

    n_folds: int = original(
        5, "validation_split 0.8: a fifth of the cases is held out", min=2
    )
    fold_seed: int = chosen(0, "one fixed draw of patients", min=0)
    validation_share: float = chosen(
        0.1,
        "departure: the code picks its best epoch by the cases that it scores; ours "
        "are others, of the training part",
        min=0.01,
        max=0.9,
    )


@dataclass(frozen=True)
class Protocol:
    """All that decides a run but the method, the fold and the seed."""

    preparation: Preparation = field(default_factory=Preparation)
    geometry: Geometry = field(default_factory=Geometry)
    intensity: Intensity = field(default_factory=Intensity)
    augmentation: Augmentation = field(default_factory=Augmentation)
    network: Network = field(default_factory=Network)
    loss: Loss = field(default_factory=Loss)
    training: Training = field(default_factory=Training)
    inference: Inference = field(default_factory=Inference)
    folds: Folds = field(default_factory=Folds)

    @property
    def budget(self):
        """How long each network is trained at most, as the tables show it."""
        return f"{self.training.epochs} epochs"


# chosen: scores are of the original grid; the code takes them of the resampled one,
# and leaves out cases where both truth and prediction are empty.
CONVENTION = "border-max/brats"

# What each profile replaces in the published protocol; nothing else differs.
PROFILES = {
    "demo": {
        "preparation.n4": False,
        "geometry.size": 32,
        "network.base_filters": 8,
        "training.learning_rate": 2e-3,
        "training.epochs": 40,
        "folds.validation_share": 0.2,
    },
    "cpu": {
        "preparation.n4": False,
        "geometry.size": 32,
        "training.epochs": 12,
    },
    "paper": {},
}


@dataclass(frozen=True, kw_only=True)
class NetworkMethod(Method):
    """One of the two networks.

    Args:
        builder: name of its function in `papers.dsunet.networks`.
        published_labels: outputs that the published number of parameters counts.
    """

    builder: str
    published_labels: int


METHODS = (
    NetworkMethod(
        id="isensee",
        title="Isensee et al. 2017",
        builder="isensee2017",
        published_labels=1,
    ),
    NetworkMethod(
        id="separable",
        title="Proposed: separable, dilated",
        builder="separable_unet",
        published_labels=3,
    ),
)
