"""Prepared scans as files: images of 1 mm, brain, transforms, the T1ce as given."""

import json
import tempfile
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from common.errors import UserError
from data.brats.releases import MODALITIES
from data.prepared.n4 import N4, corrected
from data.scans.inputs import path_of, read_input
from data.scans.preparation import REFERENCE, prepare
from data.scans.skull import strip_skull
from data.volume.itk import geometry_of, to_image
from data.volume.nifti import encode_nifti

IMAGES = {name: f"{name}.nii.gz" for name in MODALITIES}
BRAIN, GIVEN, SAID = "brain.nii.gz", "reference.nii.gz", "preparation.json"
TRANSFORMS = {name: f"{name}.tfm" for name in MODALITIES if name != REFERENCE}
NAMES = (*IMAGES.values(), BRAIN, GIVEN, *TRANSFORMS.values(), SAID)
_MASK_OR_PROGRAM = (
    'add --brain-mask FILE, or --skull-strip "hd-bet -i {in} -o {out}" with a program '
    f"that you have installed; where {REFERENCE} is 0 outside of the brain already, "
    "name it as the mask, too"
)


def check_brain(brain_mask, skull_strip):
    """Refuses a scan of which nobody says where the brain is, or two do.

    Args:
        brain_mask: path of a file, or None.
        skull_strip: a command, or None.

    Raises:
        UserError: there is none of them, or both.
    """
    if bool(brain_mask) == bool(skull_strip):
        received = "both" if brain_mask else "neither"
        expected = "a brain mask, or a program that makes one"
        raise UserError("the scan", expected, received, _MASK_OR_PROGRAM)


def prepare_scan(
    sources, folder, brain_mask=None, skull_strip=None, n4=False, say=print
):
    """Prepares a scan and writes it as a folder that `predict --case` takes.

    Args:
        sources: what `read_input` takes, by modality.
        folder: a `ScanFolder` that was opened for `NAMES`.
        brain_mask: a file that is not 0 in the brain, in the place of T1ce.
        skull_strip: a command with `{in}` and `{out}`, instead of `brain_mask`.
        n4: whether to correct the bias field of each image.
        say: receives a line for each step.

    Raises:
        UserError: an image cannot be used; nothing says where the brain is; or a file
            cannot be written.
    """
    check_brain(brain_mask, skull_strip)
    inputs = {name: read_input(sources[name]) for name in MODALITIES}
    if brain_mask:
        brain = read_input(brain_mask)
    else:
        brain = strip_skull(skull_strip, inputs[REFERENCE])
    prepared = prepare(inputs, brain, say)
    geometry = prepared.geometry
    paths = {name: path_of(sources[name]) for name in MODALITIES}
    volumes = corrected(prepared.volumes, N4() if n4 else None, geometry.spacing, paths)
    for name in MODALITIES:
        folder.write(IMAGES[name], encode_nifti(volumes[name], geometry.affine))
    folder.write(BRAIN, encode_nifti(prepared.brain, geometry.affine))
    reference = sitk.GetArrayFromImage(prepared.reference)
    affine = geometry_of(prepared.reference).affine
    folder.write(GIVEN, encode_nifti(reference, affine))
    for name, placement in prepared.placements.items():
        folder.write(TRANSFORMS[name], encode_transform(placement.transform))
    said = _said(prepared, bool(skull_strip), n4)
    folder.write(SAID, (json.dumps(said, indent=1, sort_keys=True) + "\n").encode())


def encode_transform(transform):
    """Returns a transform as the bytes of ITK's text file, which Slicer reads, too."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "x.tfm")
        sitk.WriteTransform(transform, str(path))
        return path.read_bytes()


def read_reference(folder):
    """Returns the SimpleITK image of the T1ce that a prepared scan was made from.

    Args:
        folder: a folder that `prepare_scan` wrote.

    Raises:
        UserError: it is no such folder.
    """
    path = Path(folder) / GIVEN
    if not path.is_file():
        raise UserError(
            folder,
            f"a prepared scan, with a file {GIVEN}",
            "none",
            "see `.venv/bin/python -m papers prepare-scan --help`",
        )
    given = read_input(path)
    return to_image(given.array, given.geometry, path)


def _said(prepared, stripped, n4):
    """Returns what was done, without a name of a file or anything of a header."""
    placements = {
        name: {
            "angle_degrees": round(one.angle, 3),
            "shift_mm": round(one.shift, 3),
            "mutual_information_nats": round(one.information, 4),
            "start": one.start,
        }
        for name, one in prepared.placements.items()
    }
    liters = float(np.count_nonzero(prepared.brain)) / 1e6
    return {
        "registered_to": REFERENCE,
        "placements": placements,
        "voxel_mm": [round(mm, 6) for mm in prepared.geometry.spacing],
        "brain_liters": round(liters, 3),
        "brain_from": "a program" if stripped else "a file",
        "n4": n4,
        "SimpleITK": sitk.Version.VersionString(),
    }
