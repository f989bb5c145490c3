"""The paper's protocol: every value with its evidence, methods and profiles."""

from dataclasses import dataclass, field

from common.evidence import chosen, inferred, stated
from papers.engine.paper import Method


@dataclass(frozen=True)
class Preparation:
    """What is done to the volumes before anything else."""

    n4: bool = stated(True, "3.1: 'N4-ITK bias field correction', all inputs")
    n4_shrink: int = chosen(4, "N4 sees every fourth voxel of each axis", min=1)
    normalization: str = chosen(
        "brain-zscore",
        "3.1: 'intensity normalization', no more; each modality of a volume over its "
        "non-zero voxels",
        options=("brain-zscore",),
    )


@dataclass(frozen=True)
class Slices:
    """Which axial slices are trained on; validation and test take all."""

    group: str = stated(
        "HGG", "3.1: 'Low-grade cases are not used'", options=("HGG", "LGG", "all")
    )
    policy: str = inferred(
        "paper30",
        "3.1: 'about 30% scans that don't contain any tumor structure are discarded': "
        "tumor-free slices until 30 % of all are gone, empty ones first",
        options=("paper30", "tumor_only", "all", "drop30_of_free"),
    )
    dropped: float = stated(
        0.3,
        "3.1: 'about 30%': of all slices (paper30), or of the tumor-free ones "
        "(drop30_of_free)",
        min=0.0,
        max=1.0,
    )
    policy_seed: int = chosen(0, "one fixed draw of slices", min=0)


@dataclass(frozen=True)
class Augmentation:
    """3.1: 'random rotation and random flip is used in all algorithms'."""

    flip: float = chosen(
        0.5, "probability of each axis; no number is given", min=0.0, max=1.0
    )
    largest_angle: float = chosen(
        15.0, "degrees, uniform; no range is given", min=0.0, max=180.0
    )


@dataclass(frozen=True)
class Network:
    """Widths and switches of `papers.cunet.networks`."""

    cu_net_filters: int = chosen(
        32,
        "figure 1's numbers are not known; two such nets are smaller than the U-Net",
        min=1,
    )
    unet_filters: int = inferred(64, "[6] begins with 64", min=1)
    bfcn_filters: int = chosen(64, "the first blocks of VGG16 begin with 64", min=1)
    drn_filters: int = chosen(16, "DRN-C begins with 16", min=1)
    branch2_classes: int = chosen(
        4,
        "not stated; half of the contour band is not tumor and needs a class",
        options=(3, 4),
    )
    aux_levels: str = inferred(
        "A",
        "2.1: every decoding layer's head has a deconvolution, 4 a U-Net: 1/16 to 1/2",
        options=("A", "B", "C"),
    )
    head_channels: int = chosen(
        8, "of an auxiliary head's deconvolution; 1/16 then has 1M weights", min=1
    )
    unet2_multiplier: int = chosen(1, "both U-Nets alike", min=1)
    feed_image_to_unet2: bool = chosen(False, "only features are said to be sent")
    preact: bool = chosen(False, "the first form of the residual block")
    additive_skips: bool = inferred(False, "U-Net [6] joins, and so do we")
    unet_bn: bool = chosen(True, "the baseline U-Net normalizes, as CU-Net does")
    symmetry_channels: int = inferred(
        0,
        "BFCN's own mirror differences: every method is given the same modalities",
        options=(0, 3, 4),
    )
    norm_momentum: float = inferred(
        0.9, "PyTorch's default, 0.1 in its terms, of all methods", min=0.0, max=1.0
    )
    norm_epsilon: float = inferred(1e-5, "PyTorch's default", min=0.0)


@dataclass(frozen=True)
class Sampling:
    """Loss weighted sampling, equations (2) and (3)."""

    beta: float = stated(1.5, "3.2: 'β is set to 1.5'", min=0.01)
    alpha1: float = stated(2.0, "3.2: 'contour weight α1 is set to 2'", min=0.0)
    alpha2: float = stated(1.0, "2.2: α2 = 1", min=0.0)
    contour_width: float = stated(
        10.0, "3.2: 'about 10 pixels wide'; half on either side: our choice", min=1.0
    )
    contour_overlap: str = inferred(
        "wins",
        "2.2: 'divided into four regions', so a pixel has one; add: both weights",
        options=("wins", "add"),
    )
    p2_scope: str = stated(
        "batch",
        "2.2: the proportion 'in a training batch'",
        options=("batch", "slice", "dataset"),
    )


@dataclass(frozen=True)
class Loss:
    """Equation (4)."""

    omega: float = stated(0.1, "3.2: ωa, at first", min=0.0)
    omega_factor: float = stated(0.1, "3.2: 'a factor of 10'", min=0.0, max=1.0)
    omega_every: int = stated(10, "3.2: epochs", min=1)
    omega_least: float = stated(1e-3, "3.2: 'a minimum threshold'", min=0.0)
    weight_decay: float = stated(
        5e-5, "3.2: λ; its gradient is λ w, before the momentum (inferred: PyTorch)"
    )
    decay_all: bool = chosen(False, "PyTorch decays biases and normalizations, too")
    border_radius: float = chosen(
        2.0, "BFCN's boundary targets: pixels around each border pixel", min=0.0
    )


@dataclass(frozen=True)
class Training:
    """The optimizer, its schedule and budget, the same for every method."""

    learning_rate: float = stated(1e-3, "3.2: SGD, 10−3 initially", min=0.0)
    momentum: float = stated(0.9, "3.2", min=0.0, max=1.0)
    factor: float = stated(0.1, "3.2: 'a factor of 10'", min=0.0, max=1.0)
    every: int = stated(10, "3.2: 'every ten epochs'", min=1)
    least_rate: float = stated(1e-7, "3.2: 'a minimum threshold of 10−7'", min=0.0)
    batch_size: int = chosen(8, "not stated", min=1)
    epochs: int = inferred(
        50, "3.2: 'about 50 iterations', which schedules by epoch make epochs", min=1
    )
    stop_after: int = inferred(
        10, "3.2: 'until there is an obvious uptrend in the validation loss'", min=1
    )
    checkpoint: str = inferred(
        "best", "that of the lowest validation loss", options=("best", "last")
    )
    precision: str = chosen(
        "float32",
        "not stated; mixed_float16 and mixed_bfloat16 are possible",
        options=("float32", "mixed_float16", "mixed_bfloat16"),
    )


@dataclass(frozen=True)
class Inference:
    """How the branches and the brain mask become labels."""

    fusion: str = chosen(
        "gate",
        "2.2: the non-brain mask is fused with both branches, no rule is printed. "
        "gate: branch 1 decides on tumor, branch 2 on its parts; and: branch 2 may "
        "veto; prob: the product of probabilities",
        options=("gate", "and", "prob"),
    )


@dataclass(frozen=True)
class Split:
    """Which patients are held out."""

    train: int = stated(126, "3.1: patients; other numbers of them: shares", min=1)
    validation: int = stated(42, "3.1", min=1)
    test: int = stated(42, "3.1", min=1)
    seed: int = chosen(0, "the lists are not known; one fixed draw", min=0)


@dataclass(frozen=True)
class Protocol:
    """All that decides a run but the method, the fold and the seed."""

    preparation: Preparation = field(default_factory=Preparation)
    slices: Slices = field(default_factory=Slices)
    augmentation: Augmentation = field(default_factory=Augmentation)
    network: Network = field(default_factory=Network)
    sampling: Sampling = field(default_factory=Sampling)
    loss: Loss = field(default_factory=Loss)
    training: Training = field(default_factory=Training)
    inference: Inference = field(default_factory=Inference)
    split: Split = field(default_factory=Split)

    @property
    def budget(self):
        """How long each network is trained at most, as the tables show it."""
        return f"{self.training.epochs} epochs"


CONVENTION = "border-max/brats"  # chosen: both empty 1; only the truth empty: left out

_SHORT = {
    "preparation.n4": False,
    # Ten times the paper's, and one step down, in the few epochs that there are.
    "training.learning_rate": 1e-2,
}

# What each profile replaces in the published protocol; nothing else differs.
PROFILES = {
    "demo": _SHORT
    | {
        "network.cu_net_filters": 8,
        "network.unet_filters": 8,
        "network.bfcn_filters": 8,
        "network.drn_filters": 4,
        # Of a few hundred steps, none may be lost on slices of background alone, nor
        # on a small rate: narrow networks find no tumor in them otherwise.
        "slices.policy": "tumor_only",
        "training.batch_size": 4,
        "training.learning_rate": 0.1,
        # A phantom's 64 pixels are a head's 240.
        "sampling.contour_width": 3.0,
        "training.epochs": 16,
        "training.every": 12,
        "loss.omega_every": 12,
    },
    "cpu": _SHORT
    | {
        "network.cu_net_filters": 16,
        "network.unet_filters": 16,
        "network.bfcn_filters": 16,
        "network.drn_filters": 4,
        # Cubes are cut from heads whose 240 pixels became 128.
        "sampling.contour_width": 5.33,
        "training.epochs": 6,
        "training.every": 3,
        "loss.omega_every": 3,
    },
    "paper": {},
}


@dataclass(frozen=True, kw_only=True)
class NetworkMethod(Method):
    """One row of Table 1.

    Args:
        builder: name of its function in `papers.cunet.networks`.
        sampled: whether its loss sees sampled pixels only.
    """

    builder: str
    sampled: bool = False


METHODS = (
    NetworkMethod(id="unet", title="U-Net", builder="unet"),
    NetworkMethod(id="bfcn", title="BFCN", builder="bfcn"),
    NetworkMethod(id="drn", title="DRN", builder="drn"),
    NetworkMethod(id="cun", title="CUN", builder="cu_net"),
    NetworkMethod(
        id="cun_lws",
        title="CUN+LWS",
        builder="cu_net",
        sampled=True,
        budget_in_loss=True,  # the least p2 has the number of epochs in it
    ),
)
