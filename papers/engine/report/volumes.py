"""The volumes of a case for the viewer, as scripts: pages of files read no others."""

import base64

import numpy as np

from common.files import write_text
from papers.engine.report.rows import script

_MARGIN = 2  # voxels around what is not air


def write_volumes(folder, name, images, layers, affine):
    """Writes gray values and labels of a case, each as NIfTI in base64 in a script.

    Args:
        folder: the folder of the case.
        name: the name under which pages know it.
        images: each modality's gray values, uint8 `(depth, height, width)`, a list.
        layers: label maps of the same shape, a list.
        affine: `(4, 4)` from voxels, x first, to RAS+ mm.

    Returns:
        The scripts' names without ending: `{"images": […], "layers": […]}`.

    Raises:
        UserError: a file cannot be written.
    """
    from data.volume.nifti import encode_nifti  # needs nibabel, which `--help` does not

    box = box_of([image > image.min() for image in images] + [m > 0 for m in layers])
    first = [part.start for part in box][::-1]  # x first
    moved = np.array(affine, np.float64)
    moved[:3, 3] += moved[:3, :3] @ first
    names = {"images": [], "layers": []}
    for kind, volumes in (("images", images), ("layers", layers)):
        for number, volume in enumerate(volumes):
            part = np.ascontiguousarray(volume[box], np.uint8)
            content = base64.b64encode(encode_nifti(part, moved)).decode()
            file = f"{kind}{number}"
            text = script("REPORT_LOADED", [f"{name}/{file}", content])
            write_text(folder / f"{file}.js", f"{text}window.REPORT_GOT();\n")
            names[kind].append(file)
    return names


def box_of(masks):
    """Returns the slices of the box around all that is marked, with a margin.

    Args:
        masks: boolean arrays of one shape; without a mark the box is the whole.
    """
    marked = np.any(masks, axis=0)
    box = []
    for axis in range(marked.ndim):
        others = tuple(other for other in range(marked.ndim) if other != axis)
        where = np.flatnonzero(marked.any(axis=others))
        if not where.size:
            return (slice(0, None),) * marked.ndim
        low = max(0, where[0] - _MARGIN)
        box.append(slice(int(low), int(where[-1] + 1 + _MARGIN)))
    return tuple(box)
