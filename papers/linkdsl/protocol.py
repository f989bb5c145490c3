"""The paper's protocol: every value with its evidence, methods and profiles."""

from dataclasses import dataclass, field

from common.evidence import chosen, inferred, original, stated
from papers.engine.paper import Method


@dataclass(frozen=True)
class Preparation:
    """How a slice becomes the network's input."""

    image_size: int = chosen(
        512, "not stated; the data's own size in pixels", min=32, multiple=32
    )
    normalization: str = chosen(
        "min-max",
        "not stated; each image to [0, 1], as the data set's README exports",
        options=("min-max",),
    )
    resampling: str = chosen(
        "area", "not stated; image by area, mask where area >= .5", options=("area",)
    )


@dataclass(frozen=True)
class Network:
    """Switches of `papers.linkdsl.networks.linknet`."""

    # On CPUs oneDNN's gradient of a strided 1x1 convolution with fewer than 16
    # input channels writes past its memory (uxlfoundation/oneDNN#6035).
    base_filters: int = original(64, "LinkNet's first convolution", min=16, multiple=4)
    outer_link: bool = original(True, "LinkNet links the max-pool's output too")
    post_sum_relu: bool = original(True, "LinkNet applies a ReLU after each sum")
    fusion: str = inferred(
        "concat",
        "II.B: 'concatenated at different encoder layers'; the one map of equal size",
        options=("concat", "concat_conv", "conv_concat", "resample"),
    )
    quarter_at: str = inferred(
        "pool", "the first map of the quarter's size", options=("pool", "enc1")
    )


@dataclass(frozen=True)
class Cascade:
    """How the second network sees the first one's map (II.C)."""

    map: str = chosen(
        "soft",
        "II.C says 'output map'; soft: its probabilities",
        options=("soft", "hard"),
    )
    scaled_inputs: str = chosen(
        "both",
        "not stated; both: image and map are down-scaled, image: only it",
        options=("both", "image"),
    )


@dataclass(frozen=True)
class Loss:
    """Reductions that equations (1) to (3) leave open."""

    dice_over: str = chosen(
        "image", "Dice of each image, then the batch's mean", options=("image", "batch")
    )
    smooth: float = chosen(1.0, "added to Dice's numerator and denominator", min=0.0)


@dataclass(frozen=True)
class Training:
    """The optimizer and its budget, the same for every network."""

    learning_rate: float = stated(
        1e-3,
        "III: 'SGD with momentum (learning rate = 0.001)'; no schedule is mentioned",
        min=0.0,
    )
    momentum: float = chosen(0.9, "III names momentum, not its value", min=0.0, max=1.0)
    epochs: int = stated(
        300,
        "III: 'trained over 300 epochs'; for each network of "
        "the cascade too (inferred)",
        min=1,
    )
    batch_size: int = original(8, "not stated; LinkNet's default", min=1)
    augmentation: str = inferred("none", "none is mentioned", options=("none",))
    checkpoint: str = chosen(
        "best",
        "not stated; best: epoch of best validation Dice, last: the last one",
        options=("best", "last"),
    )
    precision: str = chosen(
        "float32",
        "not stated; mixed_float16 and mixed_bfloat16 are possible",
        options=("float32", "mixed_float16", "mixed_bfloat16"),
    )


@dataclass(frozen=True)
class Folds:
    """Cross-validation (III.A)."""

    n_folds: int = stated(5, "III.A: 'randomly put images into five folds'", min=2)
    validation_share: float = stated(
        0.2, "III.A: '20% of the training data'", min=0.01, max=0.9
    )
    fold_seed: int = chosen(0, "not stated; one fixed draw, not stratified", min=0)
    strict_patients: bool = chosen(
        True,
        "patient-wise only: exams that differ in the trailing letter of the id "
        "are one patient",
    )


@dataclass(frozen=True)
class Protocol:
    """All that decides a run but the method, the fold and the seed."""

    preparation: Preparation = field(default_factory=Preparation)
    network: Network = field(default_factory=Network)
    cascade: Cascade = field(default_factory=Cascade)
    loss: Loss = field(default_factory=Loss)
    training: Training = field(default_factory=Training)
    folds: Folds = field(default_factory=Folds)

    @property
    def budget(self):
        """How long each network is trained, as the tables show it."""
        return f"{self.training.epochs} epochs"


# What each profile replaces in the published protocol; nothing else differs.
PROFILES = {
    "demo": {
        "preparation.image_size": 64,
        "network.base_filters": 16,
        "training.learning_rate": 0.05,
        "training.epochs": 20,
    },
    "cpu": {
        "preparation.image_size": 128,
        "training.epochs": 12,
    },
    "paper": {},
}


@dataclass(frozen=True, kw_only=True)
class LinkNetMethod(Method):
    """One row of the paper's tables.

    Args:
        scales: down-scaling factors fed to the network.
        loss: `"bce"` or `"bce_dice"`.
    """

    scales: tuple[int, ...]
    loss: str = "bce_dice"


METHODS = (
    LinkNetMethod(id="bce", title="LinkNet, BCE", scales=(1,), loss="bce"),
    LinkNetMethod(id="linknet", title="LinkNet, BCE-Dice", scales=(1,)),
    LinkNetMethod(id="dual", title="Dual-Scale LinkNet", scales=(1, 2)),
    # inferred: the scale sets, nested, as the names count them (II.B).
    LinkNetMethod(id="triad", title="Triad-Scale LinkNet", scales=(1, 2, 4)),
    LinkNetMethod(id="multi", title="Multi-Scale LinkNet", scales=(1, 2, 4, 8)),
    LinkNetMethod(
        id="cdsl",
        title="Cascaded Dual-Scale LinkNet",
        scales=(1, 2),
        previous="dual",
    ),
)
