"""What comes back of a prepared scan: mask on the grid of T1ce, volumes, a picture."""

import csv
import io

import numpy as np
import SimpleITK as sitk

from common.metrics.regions import REGIONS
from data.brats.labels import from_canonical
from data.brats.releases import RELEASES
from data.scans.preparation import restore
from data.volume.itk import geometry_of
from data.volume.nifti import encode_nifti
from papers.engine.predict.scan_picture import draw_scan

MASK, VOLUMES, PICTURE = "segmentation.nii.gz", "volumes.csv", "overlay.png"
RETURNED = (MASK, VOLUMES, PICTURE)
_TITLES = {"wt": "whole tumor", "tc": "tumor core", "et": "enhancing tumor"}
_RELEASE = RELEASES["brats17"]  # its values 0, 1, 2 and 4 are those of `predict`


def bring_back(labels, geometry, reference, folder):
    """Writes mask, volumes and picture of a prepared scan.

    Args:
        labels: canonical uint8 `(depth, height, width)` on the grid of 1 mm.
        geometry: `Geometry` of that grid.
        reference: SimpleITK image of the T1ce as it was given.
        folder: a `ScanFolder` that was opened for `RETURNED`.

    Returns:
        `(labels, volumes)`: uint8 on the grid of T1ce, and ml by region.

    Raises:
        UserError: a file cannot be written.
    """
    back = restore(labels, geometry, reference)
    given = geometry_of(reference)
    volumes = region_volumes(back, given)
    folder.write(MASK, encode_nifti(from_canonical(back, _RELEASE), given.affine))
    folder.write(VOLUMES, _table(volumes).encode())
    image = sitk.GetArrayFromImage(reference)
    folder.write(PICTURE, draw_scan(image, back, given, volumes))
    return back, volumes


def region_volumes(labels, geometry):
    """Returns the volume of each region in ml, by its name.

    Args:
        labels: canonical, `(depth, height, width)`.
        geometry: their `Geometry`.
    """
    # The determinant, for axes that are not quite at right angles.
    voxel = abs(float(np.linalg.det(geometry.affine[:3, :3]))) / 1000
    return {
        name: float(np.isin(labels, values).sum()) * voxel
        for name, values in REGIONS.items()
    }


def _table(volumes):
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["region", "name", "ml"])
    table.writerows([n, _TITLES[n], f"{ml:.3f}"] for n, ml in volumes.items())
    return text.getvalue()
