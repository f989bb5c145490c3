"""Finding a user's scans: four modalities in a folder, or a folder of such folders."""

import contextlib
import os
import re
from pathlib import Path

from common.errors import UserError
from common.files import unreadable
from data.brats.layout import find_layout
from data.brats.releases import MODALITIES, RELEASES
from data.case import Case
from data.ignored import is_ignored
from data.msd.scan import find_msd_cases, msd_scan, release_of_file

_SUFFIXES = (".nii", ".nii.gz", ".mha")
# The words in file names that identify a modality; FLAIR comes first, for "T2-FLAIR".
_WORDS = {
    "flair": {"flair", "t2f"},
    "t1ce": {"t1ce", "t1c", "t1gd", "t1post"},
    "t1": {"t1", "t1n", "t1w"},
    "t2": {"t2", "t2w"},
}
ALL_FOUR = (
    "the four files: `.venv/bin/python -m papers predict PAPER --flair … --t1 … "
    "--t1ce … --t2 … --out seg.nii.gz`"
)
_LABELS = {"seg", "ot", "mask", "label", "labels"}


def find_scan(folder):
    """Finds the four modalities in a folder by the words in the files' names.

    Args:
        folder: holds one file of each modality, named like those of any release of
            BraTS, perhaps in subfolders as in 2013 and 2015; or a file of four volumes,
            as in the Medical Segmentation Decathlon.

    Returns:
        A `Case` with the name of the folder as its id, and with a `label` if there is
        one.

    Raises:
        UserError: there is no such folder, or not exactly one file per modality.
    """
    folder = Path(folder)
    if folder.is_file():
        return msd_scan(folder)
    if not folder.is_dir():
        fix = f"pass the folder of one case, or {ALL_FOUR}"
        raise UserError(folder, "the folder of a case", "no such folder", fix)
    found = {role: [] for role in (*_WORDS, "label")}
    try:
        os.listdir(folder)  # `glob` says nothing of a folder that it cannot read
        paths = sorted([*folder.glob("*"), *folder.glob("*/*")])
    except OSError as error:
        raise unreadable(folder, error) from error
    for path in paths:
        role = role_of(path.name)
        # A broken link counts: reading it will say what is wrong with it.
        if role is not None and not path.is_dir():
            found[role].append(path)
    for name in MODALITIES:
        if len(found[name]) != 1:
            received = ", ".join(path.name for path in found[name]) or "none"
            fix = f"pass {ALL_FOUR}"
            raise UserError(folder, f"one file of {name}", received, fix)
    return Case(
        id=folder.resolve().name,
        patient=None,
        group="",
        images={name: found[name][0] for name in MODALITIES},
        label=found["label"][0] if len(found["label"]) == 1 else None,
    )


def role_of(name):
    """Returns what a file of this name is in a case's folder.

    Args:
        name: the file's name.

    Returns:
        A modality, `"label"`, or None if it is no file of a case.
    """
    name = name.lower()
    if is_ignored(name) or not name.endswith(_SUFFIXES):
        return None
    words = set(re.split(r"[^a-z0-9]+", name))
    if words & _LABELS:
        return "label"
    return next((role for role, known in _WORDS.items() if words & known), None)


def release_of(paths):
    """Returns the `Release` after which the files of a scan are named, or None.

    Releases with the same file names have the same labels; any of them is returned.

    Args:
        paths: path by modality.
    """
    if len(set(paths.values())) == 1:
        return release_of_file(paths[MODALITIES[0]])
    for release in RELEASES.values():
        if all(
            release.role(paths[name].parent.name, paths[name].name) == name
            for name in MODALITIES
        ):
            return release
    return None


def find_cases(root):
    """Finds the folders of all cases below a folder.

    Args:
        root: a folder of BraTS cases of any release, with or without grade folders;
            one of the Medical Segmentation Decathlon; or any folder whose subfolders
            are cases.

    Returns:
        A list of `(id, folder or file)` in order of id; cases may be incomplete.

    Raises:
        UserError: there is no such folder, or it has no subfolder.
    """
    root = Path(root)
    if not root.is_dir():
        received = "a file" if root.exists() else "no such folder"
        fix = "pass the folder of one case, or of cases, as CASE= (--case)"
        raise UserError(root, "a folder of cases", received, fix)
    if (cases := find_msd_cases(root)) is not None:
        return cases
    with contextlib.suppress(UserError):  # it is no data set
        return [(case.id, case.folder) for case in find_layout(root).cases]
    try:
        folders = [path for path in sorted(root.iterdir()) if path.is_dir()]
    except OSError as error:
        raise unreadable(root, error) from error
    folders = [path for path in folders if not is_ignored(path.name)]
    if not folders:
        fix = "pass a folder that holds one folder per case"
        raise UserError(root, "folders of cases", "none", fix)
    return [(path.name, path) for path in folders]
