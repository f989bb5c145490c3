"""Single files of the Decathlon's layout as scans to be segmented."""

from pathlib import Path

from common.errors import UserError
from data.brats.releases import MODALITIES
from data.case import Case
from data.msd.description import FOLDERS, read_description
from data.msd.layout import case_name, find_layout, find_root


def msd_scan(path):
    """Returns a file of four volumes as a `Case`.

    Args:
        path: a `.nii` or `.nii.gz` file below a folder with `dataset.json` of the
            Decathlon, which says which volume is which modality.

    Raises:
        UserError: there is no such `dataset.json`, or it is of another data set.
    """
    path = Path(path)
    root = find_root(path)
    if root is None:
        raise UserError(
            path,
            "the folder of a case; or a file of four volumes, in the folder imagesTr "
            "or imagesTs beside the Decathlon's dataset.json",
            "a file without it",
            "pass the folder of one case, or put dataset.json there",
        )
    return Case(
        id=case_name(path) or path.name,
        patient=None,
        group="",
        images=dict.fromkeys(MODALITIES, path),
        label=None,
        channels=read_description(root).channels,
    )


def find_msd_cases(root):
    """Returns `(id, file)` of the cases in a folder of the Decathlon, in order of id.

    Args:
        root: the data set's folder, or `imagesTr` or `imagesTs` in it, whose cases are
            listed alone.

    Returns:
        A list; None if the folder is not one of the Decathlon.
    """
    folder = find_root(root)
    if folder is None:
        return None
    name = Path(root).resolve().name
    # The cases of `labelsTr` are those of `imagesTr`, where their images are.
    wanted = {"imagesTr": ("imagesTr",), "imagesTs": ("imagesTs",)}.get(name, FOLDERS)
    images = [case.files[MODALITIES[0]] for case in find_layout(folder).cases]
    return sorted(
        (case_name(path), path)
        for paths in images
        for path in paths[:1]
        if path.parent.name in wanted
    )


def release_of_file(path):
    """Returns the `Release` after which labels of a file's case are written.

    Args:
        path: a file that `msd_scan` takes.
    """
    return read_description(find_root(path)).release
