"""Masks of slices as files: 0 and 255, as PNG of the slice's size.

A segmenter is a function from intensities `(height, width)` to a boolean mask of the
same shape; `fingerprint()` changes with whatever changes the masks.
"""

import io
from pathlib import Path

import keras
import numpy as np

from common.errors import UserError
from common.files import describe_os_error
from data.figshare.layout import is_companion
from data.figshare.mat_reader import read_slice
from data.ignored import is_ignored
from papers.engine.case_images import CaseImages
from papers.engine.predict.files import Files

_INPUTS = (".mat", ".png")


class SliceFiles(Files):
    """Slices: `.mat` in the layout of the figshare set, or gray `.png`.

    A slice is opened as its path.
    """

    outputs = (".png",)
    ending = ".png"

    def kind_of(self, case):
        """Returns `"one"` for a file, `"several"` for a folder, else None."""
        path = Path(case)
        return "several" if path.is_dir() else "one" if path.exists() else None

    def open_case(self, source):
        """Returns the path of a slice.

        Raises:
            UserError: it is not the name of a slice.
        """
        if isinstance(source, dict):
            fix = "use --case FILE"
            received = "files of modalities"
            raise UserError("the slice", "--case, one file", received, fix)
        path = Path(source)
        if path.suffix.lower() not in _INPUTS:
            kind = f"a {path.suffix} file" if path.suffix else "a file without suffix"
            raise _unreadable(path, kind)
        return path

    def list_cases(self, root):
        """Lists the slices of a folder; where it holds none, those one level down.

        The figshare set as delivered is four folders, with files that are no slices.
        """
        paths, folders = _slices_in(root)
        if not paths:
            paths = [path for one in folders for path in _slices_in(one)[0]]
        if not paths:
            raise _no_slices(root, "none of them")
        return [(path.stem, path) for path in paths]

    def images(self, case):
        return [case]

    def segment(self, segmenter, case, progress, warn):
        """Returns a boolean mask; slices are not checked as volumes are."""
        return segmenter(_read(case)), []

    def shown(self, source, path, names):
        image = _read(self.open_case(source))
        labels = np.uint8(_read(path) > 0)
        return CaseImages({"image": image}, None, names, ""), labels

    def encode(self, path, labels, case):
        content = io.BytesIO()
        pixels = np.uint8(255) * labels[..., None]
        keras.utils.save_img(content, pixels, file_format="png", scale=False)
        return content.getvalue()


def _slices_in(folder):
    """Returns the slices and the folders in a folder, sorted."""
    try:
        paths = sorted(Path(folder).iterdir())
    except OSError as error:
        raise _no_slices(folder, describe_os_error(error)) from error
    paths = [
        path for path in paths if not (is_ignored(path.name) or is_companion(path.name))
    ]
    folders = [path for path in paths if path.is_dir()]
    slices = [path for path in paths if path.suffix.lower() in _INPUTS]
    return [path for path in slices if path not in folders], folders


def _no_slices(folder, received):
    names = " or ".join(f"*{suffix}" for suffix in _INPUTS)
    return UserError(
        folder,
        f"a folder of files named {names}, in it or one level below",
        received,
        "name the folder of the slices with --case",
    )


def _read(path):
    if path.suffix.lower() == ".mat":
        return read_slice(path).image
    try:
        return np.asarray(keras.utils.load_img(path, color_mode="grayscale"))
    except OSError as error:
        received = describe_os_error(error)
    except (ValueError, SyntaxError) as error:  # Pillow, of damaged files
        received = str(error)
    raise _unreadable(path, received)


def _unreadable(path, received):
    fix = "convert it, or leave it out"
    return UserError(path, "a .mat slice or a gray .png", received, fix)
