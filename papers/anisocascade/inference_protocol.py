"""How a trained cascade is applied to a case: every value with its evidence."""

from dataclasses import dataclass, field

from common.evidence import chosen, original

_CONFIG = "config17/test_all_class.txt"


@dataclass(frozen=True)
class Tiling:
    """The patches that the networks see, in voxels of 1 mm.

    A patch has the `(height, width)` stated here, or grows to the next multiple of four
    where the view's slices are larger.
    """

    whole_axial: tuple = original((180, 160), f"{_CONFIG}: data_shape [19, 180, 160]")
    whole_sagittal: tuple = original(
        (160, 180), f"{_CONFIG}: data_shape [19, 160, 180]"
    )
    whole_coronal: tuple = original((160, 160), f"{_CONFIG}: data_shape [19, 160, 160]")
    core: tuple = original((96, 96), f"{_CONFIG}: [19, 96, 96] in all views")
    enhancing: tuple = original(
        (96, 96), f"{_CONFIG}: [19, 96, 96] in all views (trained at 64 x 64)"
    )
    slices_in: int = original(19, f"{_CONFIG}: data_shape", min=9)
    slices_out: int = original(11, f"{_CONFIG}: label_shape", min=1)
    batch_size: int = original(
        5,
        "test.py: the default; patches of one batch share their statistics, so that "
        "the batch size changes the result",
        min=1,
    )
    tail_overwrite: bool = chosen(
        False,
        "the released code also writes the output of the patches that only fill up "
        "the last batch, over a view's last 10 slices: a slip; True for parity",
    )


@dataclass(frozen=True)
class Fill:
    """What replaces background, beyond the volume and in spare patches too.

    The networks use the statistics of the batch, so this is part of the method.
    """

    mode: str = original(
        "noise",
        "data_process.py: N(0, 1) for voxels of 0, beyond the volume and in spare "
        "patches; zeros: without random numbers, for parity",
        options=("noise", "zeros"),
    )
    seed: int = chosen(
        0,
        "the released code does not seed it; here each patch has its own counter, "
        "the same in every case",
        min=0,
    )


@dataclass(frozen=True)
class Cascade:
    """Boxes between the stages, and the fusion of the three label maps."""

    margin: int = original(5, "test.py: margin of every box in voxels", min=0)
    whole_size: int = original(
        2000, "test.py: components of the whole tumor must be larger", min=0
    )
    second_ratio: float = original(
        10.0,
        "data_process.py: of a core's components the second is kept where ten times "
        "its size is more than the first",
        min=1.0,
    )
    inside_share: float = original(
        0.5,
        "data_process.py: share of a core's component inside the whole tumor",
        min=0.0,
        max=1.0,
    )
    enhancing_size: int = original(
        30, "test.py: fewer enhancing voxels than that are none", min=0
    )


@dataclass(frozen=True)
class Inference:
    """All that decides the label map except the weights."""

    tiling: Tiling = field(default_factory=Tiling)
    fill: Fill = field(default_factory=Fill)
    cascade: Cascade = field(default_factory=Cascade)
