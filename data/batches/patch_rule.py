"""How patches are cut: their size, their view and where their centers may lie."""

from dataclasses import dataclass

from data.batches.regions import foreground_region
from data.volume.views import VIEWS


@dataclass(frozen=True)
class PatchRule:
    """What a patch is; all sizes are in voxels, in the order of the view's axes.

    Args:
        image_size: size of the image.
        label_size: size of the labels, about the same center.
        view: `"axial"`, `"sagittal"` or `"coronal"`.
        centers: for each axis of the view, where the center may lie: `"full"`:
            anywhere from 0 to the size of the region, both included; `"valid"`: so
            that the labels lie inside the region, or in its middle if it is too
            small.
        region: function from cache and case id to the box that patches are cut
            from (`data.batches.regions`); everything outside is filled.
        foreground: labels of which every batch must hold at least one voxel; empty
            to accept any batch.
        noise: whether the image, including the zero voxels of each modality, is
            filled with N(0, 1) noise instead of 0. Labels are filled with 0.

    Raises:
        ValueError: the view or a mode of the centers is unknown.
    """

    image_size: tuple[int, int, int]
    label_size: tuple[int, int, int]
    view: str = "axial"
    centers: tuple[str, str, str] = ("full", "valid", "valid")
    region: object = foreground_region
    foreground: tuple[int, ...] = (1, 2, 3, 4)
    noise: bool = True

    def __post_init__(self):
        if self.view not in VIEWS:
            raise ValueError(
                f"Expected one of {', '.join(VIEWS)}. Received: view={self.view!r}"
            )
        if len(self.centers) != 3 or not set(self.centers) <= {"full", "valid"}:
            raise ValueError(
                "Expected 'full' or 'valid' for each of three axes. "
                f"Received: centers={self.centers}"
            )

    def draw_center(self, random, size):
        """Draws the center of a patch.

        Args:
            random: a NumPy generator.
            size: the region's size, in the order of the view's axes.

        Returns:
            The center relative to the region, in the order of the view's axes.
        """
        return tuple(
            _draw(random, mode, length, wanted)
            for mode, length, wanted in zip(
                self.centers, size, self.label_size, strict=True
            )
        )


def _draw(random, mode, length, wanted):
    first = 0 if mode == "full" else wanted // 2
    last = length - first
    if last <= first:
        return length // 2
    return int(random.integers(first, last, endpoint=True))
