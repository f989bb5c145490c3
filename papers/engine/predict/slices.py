"""Masks of slices as files: one slice, or a folder of them.

A segmenter is a function from intensities `(height, width)` to a boolean mask of the
same shape.
"""

from pathlib import Path
from time import perf_counter

import keras
import numpy as np

from common.errors import UserError
from common.files import atomic_path
from data.figshare.mat_reader import read_slice
from papers.engine.predict.volumes import Prediction

OUTPUTS = (".png",)
_INPUTS = (".mat", ".png")


def kind_of(case):
    """Returns `"one"` for a file, `"several"` for a folder, else None."""
    path = Path(case)
    return "several" if path.is_dir() else "one" if path.exists() else None


def predict_file(segmenter, path, out, progress=None, warn=None):
    """Segments a slice and writes its mask, 0 and 255, as PNG of the same size.

    Args:
        segmenter: see above.
        path: a `.mat` file in the layout of the figshare set, or a gray `.png`.
        out: `.png` file to write.
        progress: ignored, as a slice takes milliseconds.
        warn: ignored, as there are no findings.

    Returns:
        An empty list: slices are not checked as volumes are.

    Raises:
        UserError: the slice cannot be read.
    """
    if isinstance(path, dict):
        raise UserError(
            "the slice", "--case, one file", "files of modalities", "use --case FILE"
        )
    mask = segmenter(_read(Path(path)))
    with atomic_path(Path(out)) as temporary:
        pixels = np.uint8(255) * mask[..., None]
        keras.utils.save_img(temporary, pixels, file_format="png", scale=False)
    return []


def predict_folder(segmenter, root, folder, say=print, progress=None):
    """Segments a folder of slices into `<name>.png`.

    Args:
        segmenter: see above.
        root: folder of `.mat` or `.png` files.
        folder: the folder to write.
        say: receives one line for each slice that cannot be read.
        progress: ignored.

    Returns:
        A list of `papers.engine.predict.volumes.Prediction`, in order of name.

    Raises:
        UserError: there is no slice.
    """
    paths = sorted(p for p in Path(root).glob("*") if p.suffix.lower() in _INPUTS)
    if not paths:
        raise UserError(
            root,
            f"files named {' or '.join(f'*{suffix}' for suffix in _INPUTS)}",
            "none of them",
            "name the folder of the slices with --case",
        )
    rows = []
    for path in paths:
        out, begin, notes = Path(folder) / f"{path.stem}.png", perf_counter(), ()
        try:
            predict_file(segmenter, path, out)
        except UserError as error:
            # An older mask must not stand in for the one that failed.
            out.unlink(missing_ok=True)
            notes = (str(error),)
            say(f"{path.name}: {error}")
        status = "failed" if notes else "written"
        seconds = round(perf_counter() - begin, 1)
        rows.append(Prediction(path.stem, status, seconds, notes))
    return rows


def _read(path):
    suffix = path.suffix.lower()
    if suffix == ".mat":
        return read_slice(path).image
    try:
        if suffix == ".png":
            image = keras.utils.load_img(path, color_mode="grayscale")
            return np.asarray(image)
        received = f"a {path.suffix} file" if suffix else "a file without suffix"
    except OSError as error:
        received = str(error)
    raise UserError(
        path, "a .mat slice or a gray .png", received, "convert it, or leave it out"
    )
