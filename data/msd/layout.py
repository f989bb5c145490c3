"""Where the cases of the Decathlon's folder are; no volume is opened."""

import os
from dataclasses import dataclass
from pathlib import Path

from common.errors import UserError
from common.files import unreadable
from data.brats.case_files import CaseFiles
from data.brats.releases import MODALITIES
from data.folder_notes import OWN_FILE, PHANTOM_FILE
from data.ignored import is_ignored
from data.msd.description import FOLDERS, Description, holds_msd, read_description
from data.volume.channels import SUFFIXES

_KNOWN = {OWN_FILE, PHANTOM_FILE, *FOLDERS, "downloads"}


@dataclass(frozen=True)
class MsdLayout:
    """What was found in a folder.

    Args:
        root: the data set's own folder, with `dataset.json`.
        description: what that says.
        cases: the `CaseFiles` of each case in order of id, incomplete and duplicate
            ones included. The folder of a case is its file; all modalities have it.
        tests: the ids of the test cases, which have no labels.
        others: files that belong to no case.
    """

    root: Path
    description: Description
    cases: tuple[CaseFiles, ...]
    tests: frozenset[str]
    others: tuple[Path, ...]


def find_root(path):
    """Returns the Decathlon's own folder for a path that users may name, or None.

    Args:
        path: the folder, one of its folders or files, or the folder around it.
    """
    path = Path(path)
    start = path if path.is_dir() else path.parent
    above = start.resolve().parent if start.resolve().name in FOLDERS else start
    for folder in (start, above):
        if holds_msd(folder):
            return folder
    try:
        below = sorted(entry.path for entry in os.scandir(start) if entry.is_dir())
    except OSError:
        return None
    found = [Path(folder) for folder in below if holds_msd(folder)]
    return found[0] if len(found) == 1 and path.is_dir() else None


def find_layout(root):
    """Finds the cases of a folder by the names of their files.

    Training cases are the files of `imagesTr` with the map of the same name in
    `labelsTr`; test cases are those of `imagesTs`. The folder may hold any of them.

    Args:
        root: the data set's folder, one of its folders, or the one around it.

    Returns:
        A `MsdLayout`.

    Raises:
        UserError: there is no such folder, `dataset.json` is not that of the brain
            tumors, or there is no case.
    """
    folder = find_root(root)
    if folder is None:
        received = "not both" if Path(root).is_dir() else "no such folder"
        raise _nothing(root, f"imagesTr or imagesTs beside {OWN_FILE}", received)
    description = read_description(folder)
    files = {name: _volumes(folder / name) for name in FOLDERS}
    training, labels, tests = (files[name][0] for name in FOLDERS)
    cases = [
        _case_files(case_id, training.get(case_id, ()), labels.get(case_id, ()))
        for case_id in sorted({*training, *labels})
    ]
    cases += [_case_files(case_id, tests[case_id], ()) for case_id in sorted(tests)]
    if not cases:
        raise _nothing(folder, "volumes in imagesTr or imagesTs", "none")
    others = [path for name in FOLDERS for path in files[name][1]]
    others += [
        Path(entry.path)
        for entry in os.scandir(folder)
        if entry.name not in _KNOWN and not is_ignored(entry.name)
    ]
    return MsdLayout(
        folder, description, tuple(cases), frozenset(tests), tuple(sorted(others))
    )


def case_name(path):
    """Returns the id of the case that a file is of, or None if it is no volume.

    Args:
        path: the file.
    """
    name = Path(path).name
    if is_ignored(name):
        return None
    for suffix in SUFFIXES:
        if name.lower().endswith(suffix):
            return name[: -len(suffix)]
    return None


def _volumes(folder):
    """Returns the files of a folder by case, and those that are of none."""
    found, others = {}, []
    try:
        names = sorted(entry.name for entry in os.scandir(folder))
    except FileNotFoundError:
        return {}, []
    except OSError as error:
        raise unreadable(folder, error) from error
    for name in names:
        case_id = case_name(name)
        if case_id is not None:
            found.setdefault(case_id, []).append(folder / name)
        elif not is_ignored(name):
            others.append(folder / name)
    return found, others


def _case_files(case_id, images, labels):
    files = {name: tuple(images) for name in MODALITIES} | {"seg": tuple(labels)}
    return CaseFiles(
        id=case_id,
        patient=None,
        group="",
        folder=(*images, *labels)[0],
        files=files,
        others=(),
    )


def _nothing(root, expected, received):
    return UserError(
        root,
        f"{expected}, as Task01_BrainTumour has it",
        received,
        "`make data-msd` downloads the data set; `make phantom-msd DATA=folder` "
        "writes a phantom",
    )
