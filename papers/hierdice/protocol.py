"""The paper's protocol: every value with its evidence, methods and profiles."""

from dataclasses import dataclass, field

from common.evidence import chosen, inferred, stated
from papers.engine.paper import Method

# What the rows of cases that were trained on have in the place of their split.
TRAINED_ON = "training cases"
TRAINED_ON_ALL = "training cases, all"


@dataclass(frozen=True)
class Preparation:
    """What is done to the volumes before anything else."""

    n4: bool = inferred(False, "no bias field correction is mentioned")
    n4_shrink: int = chosen(4, "N4 sees every fourth voxel of each axis", min=1)


@dataclass(frozen=True)
class Slices:
    """Which slices are trained on, and how they look."""

    group: str = inferred(
        "LGG",
        "5: 'evaluate every of them after 100 epochs on LGG training data set'",
        options=("LGG", "HGG", "all"),
    )
    kept: str = stated(
        "tumor",
        "4: slices without tumor are left out, which brings other and tumor pixels "
        "from 87:1 to 28:1",
        options=("tumor", "brain", "all"),
    )
    normalization: str = chosen(
        "brain-zscore",
        "not stated; each modality of a volume over its non-zero voxels",
        options=("brain-zscore",),
    )
    augmentation: str = inferred("none", "none is mentioned", options=("none",))


@dataclass(frozen=True)
class Network:
    """Switches of `papers.hierdice.networks`."""

    base_filters: int = inferred(
        64, "VGG16, ResNet50 and U-Net, which the paper names, begin with 64", min=4
    )
    fusion: str = inferred(
        "par8",
        "3.1: 'FCN-8s', and figure 4: 'added up with weights of 1, 2 and 4'",
        options=("par8", "seq", "full"),
    )
    skip_weights: tuple[float, ...] = inferred(
        (1.0, 2.0, 4.0), "figure 4's caption; for strides 8, 16 and 32"
    )
    synchronized: bool = chosen(
        False, "TensorFlow 1's towers normalize each by its own 8 slices"
    )


@dataclass(frozen=True)
class Loss:
    """Constants of the six losses."""

    weights: tuple[float, ...] = stated(
        (0.1, 0.35, 0.1, 0.1, 0.35), "3.3: weights of the labels 0 to 4"
    )
    threshold: float = stated(0.9, "3.3: bootstrapping with t = 0.9", min=0.0, max=1.0)
    min_kept: int = chosen(
        0, "only t is mentioned; Wu et al. keep 512 pixels at least", min=0
    )
    sensitivity: float = chosen(
        0.05, "not stated; NiftyNet's share of the sensitivity", min=0.0, max=1.0
    )
    dice_form: str = inferred(
        "two_term",
        "conclusion: 'balance the pair components in a single dice loss'; only the "
        "form with a term of the background has a pair",
        options=("two_term", "plain", "squared"),
    )
    epsilon: float = chosen(1e-5, "not stated; NiftyNet's", min=0.0)


@dataclass(frozen=True)
class Training:
    """The optimizer and its budget, the same for every method."""

    learning_rate: float = stated(5e-5, "4: Adam, learning rate 5e-5", min=0.0)
    decay: float = stated(0.95, "4: times 0.95 per 10,000 iterations", min=0.0)
    decay_every: int = stated(10_000, "4: iterations between two decays", min=1)
    epsilon: float = inferred(1e-8, "TensorFlow 1's Adam; Keras has 1e-7", min=0.0)
    towers: int = stated(
        3, "4: 3 GPUs share variables, gradients meet on the CPU", min=1
    )
    tower_size: int = stated(8, "4: 8 slices a GPU, 24 an iteration", min=1)
    average_decay: float = stated(
        0.9999,
        "4: moving average of the variables; in the form of TensorFlow 1's tutorial, "
        "whose words the paper has, else a third of it would be initial weights",
        min=0.0,
        max=1.0,
    )
    epochs: int = stated(100, "5: 'after 100 epochs'", min=1)
    checkpoint: str = inferred(
        "average",
        "the averaged weights of the last iteration; last: the raw ones",
        options=("average", "last"),
    )
    precision: str = chosen(
        "float32",
        "not stated; mixed_bfloat16 is possible",
        options=("float32", "mixed_bfloat16"),
    )

    @property
    def batch_size(self):
        """Slices of one iteration, of all towers."""
        return self.towers * self.tower_size


@dataclass(frozen=True)
class Inference:
    """From probabilities to labels."""

    thresholds: tuple[float, ...] = chosen(
        (0.5, 0.5, 0.5), "3.3 names thresholds of the four formulas, not their values"
    )
    softmax_classifier: str = inferred(
        "most_probable",
        "3.3 has the four formulas for the hierarchical Dice; of networks trained with "
        "another loss it says nothing",
        options=("most_probable", "four_formulas"),
        added=True,
    )


@dataclass(frozen=True)
class Folds:
    """Which patients are held out; the paper holds out none."""

    n_folds: int = chosen(
        5,
        "departure: the paper scores what it trained on; training patients and "
        "held-out ones are scored here, side by side",
        min=2,
    )
    fold_seed: int = chosen(0, "one fixed draw of patients", min=0)
    validation_share: float = chosen(
        0.1, "only looked at while training", min=0.01, max=0.9
    )


@dataclass(frozen=True)
class Protocol:
    """All that decides a run but the method, the fold and the seed."""

    preparation: Preparation = field(default_factory=Preparation)
    slices: Slices = field(default_factory=Slices)
    network: Network = field(default_factory=Network)
    loss: Loss = field(default_factory=Loss)
    training: Training = field(default_factory=Training)
    inference: Inference = field(default_factory=Inference)
    folds: Folds = field(default_factory=Folds)

    @property
    def budget(self):
        """How long each network is trained, as the tables show it."""
        return f"{self.training.epochs} epochs"


# What each profile replaces in the published protocol; nothing else differs.
PROFILES = {
    "demo": {
        "network.base_filters": 8,
        "training.learning_rate": 2e-3,
        "training.tower_size": 4,
        "training.epochs": 32,
        "folds.validation_share": 0.2,
    },
    "cpu": {
        "slices.group": "all",
        "network.base_filters": 16,
        "training.learning_rate": 1e-3,
        "training.epochs": 6,
    },
    "paper": {},
}


@dataclass(frozen=True, kw_only=True)
class NetworkMethod(Method):
    """One row of a table.

    Args:
        builder: name of its function in `papers.hierdice.networks`.
        loss: name of its loss in `papers.hierdice.losses.LOSSES`.
        classifier: `"four_formulas"`, or None for `Inference.softmax_classifier`.
    """

    builder: str
    loss: str
    classifier: str | None = None


METHODS = (
    NetworkMethod(
        id="vgg16-bootstrapping",
        title="VGG16 with skip connection, bootstrapping",
        builder="fcn8s_vgg16",
        loss="bootstrapping",
    ),
    NetworkMethod(
        id="unet-bootstrapping",
        title="U-Net, bootstrapping",
        builder="unet",
        loss="bootstrapping",
    ),
    NetworkMethod(
        id="resnet50-bootstrapping",
        title="ResNet50 with skip connection, bootstrapping",
        builder="resnet50_skip",
        loss="bootstrapping",
    ),
    NetworkMethod(
        id="resunet-bootstrapping",
        title="Residual U-Net, bootstrapping",
        builder="residual_unet",
        loss="bootstrapping",
    ),
    NetworkMethod(
        id="resunet-softmax",
        title="Residual U-Net, softmax cross-entropy",
        builder="residual_unet",
        loss="softmax",
    ),
    NetworkMethod(
        id="resunet-hierarchical",
        title="Residual U-Net, hierarchical Dice",
        builder="residual_unet",
        loss="hierarchical_dice",
        classifier="four_formulas",
    ),
    # Described, but in none of the paper's tables: run where METHODS names them.
    NetworkMethod(
        id="resunet-weighted",
        title="Residual U-Net, weighted cross-entropy",
        builder="residual_unet",
        loss="weighted",
        by_default=False,
    ),
    NetworkMethod(
        id="resunet-sensitivity",
        title="Residual U-Net, sensitivity-specificity",
        builder="residual_unet",
        loss="sensitivity_specificity",
        by_default=False,
    ),
    NetworkMethod(
        id="resunet-dice",
        title="Residual U-Net, Dice of each label",
        builder="residual_unet",
        loss="dice",
        by_default=False,
    ),
)
