"""The label maps of a folder, by case."""

import re
from pathlib import Path

from common.errors import UserError
from common.files import unreadable
from data.brats.releases import MODALITIES
from data.ignored import files_below
from data.scans.find import role_of

_ENDINGS = re.compile(r"\.(nii\.gz|nii|mha)$", re.IGNORECASE)
_KINDS = r"seg|segmentation|mask|labels?|pred|prediction|truth|gt"
_KIND = re.compile(rf"(?:^|[-_.])(?:{_KINDS})$", re.IGNORECASE)
_DEPTH = 3  # grades, cases, and the folder of each file in 2013 and 2015


def find_masks(folder, option):
    """Finds the label maps in a folder and its subfolders; no file is opened.

    Scans are skipped by the words in their names (`data.scans.find.role_of`). A case is
    named after its file without words such as `seg`, or its folder if nothing else is
    left (and in 2013 and 2015, whose files do not name it).

    Args:
        folder: a folder of label maps, or of cases, with or without grade folders.
        option: name of the option that gave it, for errors.

    Returns:
        The `Path` of each `.nii.gz`, `.nii` or `.mha` file, by the case's name.

    Raises:
        UserError: there is no such folder, it holds no label map or cannot be read, or
            two files are of one case.
    """
    folder = Path(folder)
    wanted = "a folder of label maps (.nii.gz, .nii, .mha)"
    if not folder.is_dir():
        received = "a file" if folder.exists() else "no such folder"
        raise UserError(folder, wanted, received, f"name another folder with {option}")
    found = {}
    try:
        paths = sorted(files_below(folder, _DEPTH))
    except OSError as error:
        raise unreadable(Path(error.filename or folder), error) from error
    for path in paths:
        if not _ENDINGS.search(path.name) or role_of(path.name) in MODALITIES:
            continue
        case = case_of(path)
        if case in found:
            raise UserError(
                folder,
                f"one label map of {case}",
                f"{found[case].relative_to(folder)}, {path.relative_to(folder)}",
                f"move one of them away, or name a folder below with {option}",
            )
        found[case] = path
    if not found:
        raise UserError(folder, wanted, "none", f"name another folder with {option}")
    return found


def case_of(path):
    """Returns the name of the case that a label map is of.

    Args:
        path: the file.

    Example:

    >>> case_of(Path("BraTS2021_00000/BraTS2021_00000_seg.nii.gz"))
    'BraTS2021_00000'
    """
    stem = _KIND.sub("", _ENDINGS.sub("", path.name))
    if stem and not stem.upper().startswith("VSD."):
        return stem
    parents = (parent.name for parent in path.absolute().parents)
    return next(name for name in parents if not name.upper().startswith("VSD."))
