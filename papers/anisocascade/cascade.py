"""The cascade on one case: three stages, each inside the box of the last."""

from dataclasses import dataclass

import numpy as np

from common.boxes import box_around, box_inside
from common.inference.components import (
    close,
    keep_inside,
    keep_larger,
    keep_two_largest,
)
from data.volume.views import VIEWS, from_view, to_view
from papers.anisocascade.preprocessing import prepare
from papers.anisocascade.slabs import predict_view

STAGES = ("whole", "core", "enhancing")
EDEMA, CORE, ENHANCING = 2, 1, 4  # BraTS since 2017; core: necrosis, non-enhancing


@dataclass(frozen=True, eq=False)
class Stage:
    """The result of one stage for its part of a case.

    Args:
        box: the part, a tuple of slices of the case's grid.
        probability: probability of the stage's region, the mean of the views, float32
            `(depth, height, width)` inside the box.
        mask: boolean, of the same shape.
    """

    box: tuple[slice, slice, slice]
    probability: np.ndarray
    mask: np.ndarray

    def place(self, array, shape):
        """Returns an array of the box within a volume of zeros of `shape`."""
        volume = np.zeros(shape, array.dtype)
        volume[self.box] = array
        return volume


@dataclass(frozen=True, eq=False)
class Segmentation:
    """The result for one case.

    Args:
        labels: uint8 `(depth, height, width)` on the case's grid: 0 background,
            1 necrosis and non-enhancing tumor, 2 edema, 4 enhancing tumor.
        stages: `Stage` by name: `"whole"`, `"core"`, `"enhancing"`.
    """

    labels: np.ndarray
    stages: dict[str, Stage]

    def probability(self, stage):
        """Returns a stage's probabilities on the case's grid, 0 outside its box.

        Args:
            stage: `"whole"`, `"core"` or `"enhancing"`.

        Returns:
            float32 `(depth, height, width)`.
        """
        one = self.stages[stage]
        return one.place(one.probability, self.labels.shape)


def predict_case(volumes, networks, protocol, progress=None):
    """Segments one case.

    Args:
        volumes: four arrays `(depth, height, width)` of voxels of 1 mm: FLAIR,
            T1, T1 with contrast agent and T2, skull-stripped (0 in the
            background) and co-registered. Their axes point to the left, the back and
            the top of the head in index order, like those of BraTS.
        networks: by `(stage, view)`, functions from patches `(batch, slices,
            height, width, 4)` to foreground probabilities `(batch, slices - 8,
            height, width)`; each stage needs at least one view.
        protocol: an `Inference`.
        progress: function of stage, view, batches done and batches in all, or
            None.

    Returns:
        A `Segmentation`.

    Raises:
        ValueError: the volumes differ in shape.
        UserError: one of them has no positive voxel where FLAIR has.
    """
    prepared = prepare(volumes, protocol)
    rule = protocol.cascade
    box = _whole_box(prepared.brain.shape)
    stages = {}
    for stage in STAGES:
        images = prepared.images[box]
        probability = predict_views(images, stage, networks, protocol, progress)
        mask = (probability > 0.5) & prepared.brain[box]
        stages[stage] = Stage(box_inside(prepared.box, box), probability, mask)
        box = box_inside(box, _next_box(stage, mask, images, rule))
    labels = np.zeros(volumes[0].shape, np.uint8)
    whole, core, enhancing = (
        one.place(one.mask, labels.shape)[prepared.box] for one in stages.values()
    )
    labels[prepared.box] = fuse_stages(whole, core, enhancing, rule)
    return Segmentation(labels, stages)


def predict_views(images, stage, networks, protocol, progress=None):
    """Fuses the views of a stage by averaging their networks' probabilities.

    Args:
        images: float32 `(depth, height, width, modalities)`.
        stage: one of `STAGES`.
        networks: as for `predict_case`.
        protocol: an `Inference`.
        progress: as for `predict_case`.

    Returns:
        Foreground probabilities, float32 `(depth, height, width)`.

    Raises:
        ValueError: there is no network for the stage.
    """
    views = [view for view in VIEWS if (stage, view) in networks]
    if not views:
        raise ValueError(
            f"Expected a network for the stage {stage!r}. Received: {list(networks)}"
        )
    mean = np.zeros(images.shape[:3], np.float32)
    for view in views:

        def report(done, total, view=view):
            if progress is not None:
                progress(stage, view, done, total)

        probability = predict_view(
            to_view(images, view),
            networks[stage, view],
            _min_patch(protocol.tiling, stage, view),
            protocol,
            number=_number(stage, view),
            progress=report,
        )
        mean += from_view(probability, view) / len(views)
    return mean


def _number(stage, view):
    return len(VIEWS) * STAGES.index(stage) + list(VIEWS).index(view)


def _min_patch(tiling, stage, view):
    return getattr(tiling, f"whole_{view}" if stage == "whole" else stage)


def _next_box(stage, mask, images, rule):
    """Returns the box of the next stage inside the one of this stage."""
    found = close(mask)
    if stage == "whole":
        found = keep_larger(found, rule.whole_size)
    else:
        found = keep_two_largest(found, rule.second_ratio)
    box = box_around(found, rule.margin)
    if box is None and stage == "whole":
        # Whatever is brighter than the mean, or everything if the fill is noise.
        box = box_around(images[..., 0] > 0, rule.margin)
    return box or _whole_box(mask.shape)


def _whole_box(shape):
    return tuple(slice(0, length) for length in shape)


def fuse_stages(whole, core, enhancing, rule):
    """Fuses the maps of the three stages so that each lies within the last.

    Args:
        whole: the first network's map, boolean `(depth, height, width)`.
        core: the second network's map on the same grid.
        enhancing: the third network's map on the same grid.
        rule: the protocol's `Cascade`.

    Returns:
        uint8 labels of the same shape: 2 edema, 1 necrosis and non-enhancing
        tumor, 4 enhancing tumor.
    """
    inner = core | enhancing
    tumor = keep_larger(close(whole | inner), rule.whole_size)
    whole = whole & tumor
    # The stages were cropped, not masked, so that a core may lie outside the tumor.
    core = keep_inside(close(inner & tumor), whole, rule.inside_share)
    core = keep_two_largest(core, rule.second_ratio)
    enhancing = enhancing & core
    if np.count_nonzero(enhancing) < rule.enhancing_size:
        enhancing = np.zeros_like(enhancing)
    labels = np.zeros(whole.shape, np.uint8)
    labels[whole] = EDEMA
    labels[core] = CORE
    labels[enhancing] = ENHANCING
    return labels
