"""The named rules by which lesions are found, matched and averaged."""

from dataclasses import dataclass

DILATED = "dilated truth"
ONE_TO_ONE = "one to one"


@dataclass(frozen=True)
class LesionRule:
    """How truth and prediction fall into lesions, and what counts.

    Args:
        name: in `LESION_RULES` and in the rows.
        matching: `DILATED`: lesions of the truth that are close are one, and each has
            all components of the prediction that come near it. `ONE_TO_ONE`: each
            component of the truth has at most one of the prediction, so that the sum
            of their Dice is the largest.
        dilation: steps by which the truth grows; each adds the voxels that share a face
            or an edge.
        min_volume: mm³ of the smallest lesion of the truth that counts.
        inclusive: whether a lesion of exactly that volume counts.
        penalty: HD95 in mm of a missed and of a false lesion, whose Dice and NSD are 0;
            None if the means are over the lesions that were found alone.
        distance: the rule of `common.metrics.surface.RULES` for HD95.
        surface_dice: the rule for the normalized surface Dice.
        source: where the rule comes from, in words.
    """

    name: str
    matching: str
    dilation: int
    min_volume: float
    inclusive: bool
    penalty: float | None
    distance: str
    surface_dice: str
    source: str

    def counts(self, volume):
        """Whether a lesion of the truth is large enough to count.

        Args:
            volume: mm³.
        """
        if self.inclusive:
            return volume >= self.min_volume
        return volume > self.min_volume


def _dilated(name, dilation, min_volume, source):
    areas = "area-weighted"
    return LesionRule(
        name, DILATED, dilation, min_volume, False, 374.0, areas, areas, source
    )


def _one_to_one(name, min_volume, penalty, source):
    # panoptica pools the directions for HD95, and averages their shares for NSD.
    return LesionRule(
        name, ONE_TO_ONE, 0, min_volume, True, penalty, "pooled", "border-max", source
    )


LESION_RULES = {
    rule.name: rule
    for rule in (
        _dilated(
            "brats23",
            3,
            50.0,
            "BraTS 2023, gliomas (Africa and children, too): BraTS-2023-Metrics",
        ),
        _dilated("brats23-met", 1, 2.0, "BraTS 2023, metastases: BraTS-2023-Metrics"),
        _one_to_one(
            "bipartite", 0.0, None, "brats-evaluation 0.0.10, `seg`, with panoptica"
        ),
        _one_to_one(
            "bipartite-met",
            20.0,
            373.0,
            "brats-evaluation 0.0.10, `mets`, with panoptica",
        ),
    )
}


def find_lesion_rule(name):
    """Finds a rule by its name.

    Args:
        name: a key of `LESION_RULES`.

    Raises:
        ValueError: there is no rule of that name.
    """
    if name not in LESION_RULES:
        raise ValueError(
            f"Expected one of the rules {tuple(LESION_RULES)}. Received: name={name!r}"
        )
    return LESION_RULES[name]
