"""N4 bias field correction by SimpleITK, reproducible to the byte."""

from dataclasses import asdict, dataclass

import numpy as np
import SimpleITK as sitk

from common.errors import UserError

MASKS = ("positive",)
# Share of the intensities that resampling may have made negative.
_MAX_NEGATIVE = 0.01


@dataclass(frozen=True)
class N4:
    """How the slowly varying sensitivity of the coil is removed from an image.

    Args:
        shrink: the field is estimated on every `shrink`-th voxel along each axis,
            and applied to the whole image.
        iterations: maximum number of iterations at each level of resolution; a level
            ends earlier if the field has converged.
        mask: the voxels that the estimate uses: `"positive"`, where the image > 0.
        exclude: modalities that are left as they are.

    Raises:
        ValueError: a setting is out of range.
    """

    shrink: int = 4
    iterations: tuple[int, ...] = (50, 50, 50, 50)
    mask: str = "positive"
    exclude: tuple[str, ...] = ()

    def __post_init__(self):
        if self.shrink < 1 or not self.iterations or self.mask not in MASKS:
            raise ValueError(
                "Expected `shrink` of at least 1, at least one level of `iterations` "
                f"and `mask` among {MASKS}. Received: {self}"
            )

    def settings(self):
        """Returns everything that shapes the result, the library's version included."""
        return {**asdict(self), "SimpleITK": sitk.Version.VersionString()}

    def correct(self, image, spacing):
        """Divides an image by its estimated bias field.

        At the default settings 240x240x155 voxels take about 5 s of one core and
        0.15 GB of memory.

        Args:
            image: `(depth, height, width)`; background is exactly 0.
            spacing: `(depth, height, width)` of a voxel in mm.

        Returns:
            A float32 array of the same shape: 0 where the image is 0, positive
            where it is positive.

        Raises:
            ValueError: an intensity is not finite, none is positive, or more than one
                of a hundred is negative: the image was standardized.
        """
        if not np.isfinite(image).all():
            raise ValueError("Expected finite intensities. Received: NaN or Inf")
        low, seen = np.count_nonzero(image < 0), np.count_nonzero(image > 0)
        if seen and low > _MAX_NEGATIVE * (low + seen):
            raise ValueError(
                "Expected positive intensities, as scanners make them, because N4 sees "
                f"no others. Received: {low / (low + seen):.0%} negative ones"
            )
        threads = sitk.ProcessObject.GetGlobalDefaultNumberOfThreads()
        # One thread: sums in another order would give other bytes.
        sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
        try:
            field = self._log_field(image.astype(np.float32), spacing)
        finally:
            sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(threads)
        return (image / np.exp(field)).astype(np.float32)

    def _log_field(self, image, spacing):
        whole = sitk.GetImageFromArray(image)
        whole.SetSpacing([float(size) for size in reversed(spacing)])
        # A short axis keeps at least four voxels, which the spline needs.
        shrink = [max(1, min(self.shrink, n // 4)) for n in whole.GetSize()]
        small = sitk.Shrink(whole, shrink)
        mask = small > 0
        if not sitk.GetArrayViewFromImage(mask).any():
            raise ValueError("Expected positive intensities. Received: none")
        corrector = sitk.N4BiasFieldCorrectionImageFilter()
        corrector.SetMaximumNumberOfIterations(self.iterations)
        corrector.Execute(small, mask)
        return sitk.GetArrayFromImage(corrector.GetLogBiasFieldAsImage(whole))


def corrected(images, n4, spacing, paths=None):
    """Returns images by modality, corrected but for those that N4 excludes.

    Args:
        images: arrays `(depth, height, width)` by modality.
        n4: the `N4`, or None to change nothing.
        spacing: `(depth, height, width)` of a voxel in mm.
        paths: file of each image, for messages.

    Raises:
        UserError: an image cannot be corrected; it is named, and so is the setting.
    """
    images = dict(images)
    for name in () if n4 is None else images:
        if name in n4.exclude:
            continue
        try:
            images[name] = n4.correct(images[name], spacing)
        except ValueError as error:
            raise UserError(
                paths[name] if paths else name,
                "intensities that N4 can correct: finite and positive, as scanners "
                "make them",
                str(error).partition("Received: ")[2],
                "use the images from before any standardization, or no correction: "
                "SET=preparation.n4=false for a paper, `make prepare-brats…` without "
                "N4=1, a run that was trained without it to segment a scan",
            ) from error
    return images
