"""Rigid registration of images of one head to another, by mutual information.

Mattes' mutual information needs no relation between the intensities of two modalities.
It has many local optima, so that a coarse search begins at several places and angles;
the best one is refined at higher resolutions. With one thread and a fixed seed, the
same images give the same transform, to the bit.
"""

import itertools
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import SimpleITK as sitk

from data.scans.placement import Placement
from data.volume.itk import one_thread

# Voxel size in mm, share of voxels sampled, largest step in mm and number of steps.
_COARSE = (8.0, 1.0, 4.0, 40)
_FINE = ((4.0, 1.0, 2.0, 100), (2.0, 0.5, 1.0, 100), (1.0, 0.1, 0.3, 100))
_ANGLE = 15  # degrees of the turned starts, about each axis in both directions
_MARGIN = 10.0  # mm around the brain that the measure takes in
_BINS = 32
_MIN_COVERAGE = 0.5  # of the brain
_POINTS = 5000  # of the brain, to tell how much of it an image shows
_SAME_PLACE = 4.0  # mm within which two starts are one
_WIDTH = 2.355  # a Gaussian's width at half height, in standard deviations


class Registration:
    """Registers images of a head to one of them, the fixed image.

    Args:
        fixed: SimpleITK image of float32.
        brain: SimpleITK mask of uint8 on its grid; only what lies in it and up to 10 mm
            around it is compared.
    """

    def __init__(self, fixed, brain):
        self._fixed, self._brain = fixed, brain
        self._near = _near(brain)
        self._points = _points_of(brain)
        self._levels = {}

    def place(self, images):
        """Finds the rigid transform under which each image fits best.

        Args:
            images: SimpleITK images of float32, of any grid.

        Returns:
            A list of `Placement`; the information is minus infinity where an image
            shows less than half of the brain in every place that was tried.
        """
        # A search has one thread, and others run beside it.
        with one_thread(), ThreadPoolExecutor(len(images)) as pool:
            for size, *_ in (_COARSE, *_FINE):
                self._at(size)
            return list(pool.map(self._place, images))

    def _place(self, moving):
        size = _COARSE[0]
        blurred = _smoothed(moving, size)
        found = [
            self._refine(start, blurred, _COARSE, name)
            for name, start in _starts(moving, self._brain)
        ]
        best = max(found, key=lambda one: one.information)
        for level in _FINE:
            blurred = _smoothed(moving, level[0])
            best = self._refine(best.transform, blurred, level, best.start)
        return best

    def _refine(self, start, moving, level, name):
        """Returns the `Placement` that a search from one start ends with."""
        size, share, step, steps = level
        fixed, near = self._at(size)
        method = sitk.ImageRegistrationMethod()
        method.SetNumberOfThreads(1)
        method.SetMetricAsMattesMutualInformation(_BINS)
        method.SetMetricFixedMask(near)
        if share < 1:
            method.SetMetricSamplingStrategy(method.RANDOM)
            method.SetMetricSamplingPercentage(share, 1)
        method.SetInterpolator(sitk.sitkLinear)
        # Central differences where they are needed, instead of a filter of all voxels.
        method.SetMetricUseMovingImageGradientFilter(False)
        method.SetMetricUseFixedImageGradientFilter(False)
        method.SetOptimizerAsRegularStepGradientDescent(
            learningRate=step,
            minStep=step / 200,
            numberOfIterations=steps,
            relaxationFactor=0.6,
            gradientMagnitudeTolerance=1e-6,
        )
        method.SetOptimizerScalesFromPhysicalShift()
        transform = sitk.Euler3DTransform(start)
        method.SetInitialTransform(transform, inPlace=True)
        try:
            method.Execute(fixed, moving)
        except RuntimeError:  # from this start, the images do not overlap
            return Placement(sitk.Euler3DTransform(start), -np.inf, name, 0.0)
        # Two images that overlap in a few voxels have these in common by chance.
        coverage = self._coverage(moving, transform)
        information = -method.GetMetricValue() if coverage > _MIN_COVERAGE else -np.inf
        return Placement(transform, information, name, coverage)

    def _coverage(self, moving, transform):
        """Returns the share of the brain that an image shows."""
        matrix = np.reshape(transform.GetMatrix(), (3, 3))
        center = np.array(transform.GetCenter())
        moved = (self._points - center) @ matrix.T + center + transform.GetTranslation()
        axes = np.reshape(moving.GetDirection(), (3, 3)) * moving.GetSpacing()
        index = np.linalg.solve(axes, (moved - moving.GetOrigin()).T).T
        inside = (index > -0.5) & (index < np.array(moving.GetSize()) - 0.5)
        return float(inside.all(axis=1).mean())

    def _at(self, size):
        """Returns fixed image and mask in cubes of a size, made once.

        The moving image keeps its grid: on a coarse one, mutual information prefers
        places between voxels, where interpolation smooths most.
        """
        if size not in self._levels:
            box = _box_of(self._near, size)
            still = sitk.Transform()
            fixed = sitk.Resample(
                _smoothed(self._fixed, size), box, still, sitk.sitkLinear
            )
            near = sitk.Resample(self._near, box, still, sitk.sitkNearestNeighbor)
            self._levels[size] = (fixed, near)
        return self._levels[size]


def _points_of(brain):
    """Returns places all over the brain, `(n, 3)` in LPS+ mm."""
    index = np.argwhere(sitk.GetArrayViewFromImage(brain))[:, ::-1]
    index = index[:: max(1, len(index) // _POINTS)]
    axes = np.reshape(brain.GetDirection(), (3, 3)) * brain.GetSpacing()
    return index @ axes.T + brain.GetOrigin()


def _near(brain):
    """Returns the brain and what lies up to `_MARGIN` around it, as a mask."""
    distance = sitk.SignedMaurerDistanceMap(
        brain > 0, insideIsPositive=False, squaredDistance=False, useImageSpacing=True
    )
    return sitk.Cast(distance <= _MARGIN, sitk.sitkUInt8)


def _smoothed(image, size):
    """Returns an image without detail finer than a voxel size, where it has any."""
    for axis, mm in enumerate(image.GetSpacing()):
        if mm < 0.9 * size and image.GetSize()[axis] >= 4:
            smooth = sitk.RecursiveGaussianImageFilter()
            smooth.SetDirection(axis)
            smooth.SetSigma((size**2 - mm**2) ** 0.5 / _WIDTH)
            image = smooth.Execute(image)
    return image


def _box_of(mask, size):
    """Returns an empty image of cubes of a size that covers a mask, on its axes."""
    shape = sitk.LabelShapeStatisticsImageFilter()
    shape.Execute(mask)
    box = shape.GetBoundingBox(1)
    starts, lengths, spacing = box[:3], box[3:], mask.GetSpacing()
    counts = [
        max(4, int(np.ceil(n * mm / size)))
        for n, mm in zip(lengths, spacing, strict=True)
    ]
    # The outer faces of the first voxels coincide.
    inner = [
        start - 0.5 + size / (2 * mm) for start, mm in zip(starts, spacing, strict=True)
    ]
    grid = sitk.Image(counts, sitk.sitkFloat32)
    grid.SetSpacing([size] * 3)
    grid.SetDirection(mask.GetDirection())
    grid.SetOrigin(mask.TransformContinuousIndexToPhysicalPoint(inner))
    return grid


def _starts(moving, brain):
    """Yields names and transforms to begin with."""
    center = _center_of_mass(sitk.Cast(brain, sitk.sitkFloat32))
    middle = [(n - 1) / 2 for n in moving.GetSize()]
    shifts = {
        "scanner": np.zeros(3),
        "mass": _center_of_mass(moving) - center,
        "middle": moving.TransformContinuousIndexToPhysicalPoint(middle) - center,
    }
    kept = {}
    for name, shift in shifts.items():
        others = kept.values()
        if all(np.linalg.norm(shift - other) > _SAME_PLACE for other in others):
            kept[name] = shift
    turns = {"": (0.0, 0.0, 0.0)}
    for axis, sign in itertools.product(range(3), (-1, 1)):
        angles = [0.0, 0.0, 0.0]
        angles[axis] = sign * float(np.radians(_ANGLE))
        turns[f", turned about {'xyz'[axis]} by {sign * _ANGLE}"] = tuple(angles)
    for (name, shift), (how, angles) in itertools.product(kept.items(), turns.items()):
        start = sitk.Euler3DTransform()
        start.SetCenter(center.tolist())
        start.SetRotation(*angles)
        start.SetTranslation(np.asarray(shift).tolist())
        yield name + how, start


def _center_of_mass(image):
    """Returns the center of the intensities above the mean of an image, in mm."""
    array = sitk.GetArrayViewFromImage(image)
    weights = np.maximum(array - array.mean(), 0)
    axes = [weights.sum(axis=tuple({0, 1, 2} - {axis})) for axis in (2, 1, 0)]
    index = [float(np.arange(len(a)) @ a / max(a.sum(), 1e-9)) for a in axes]
    return np.array(image.TransformContinuousIndexToPhysicalPoint(index))
