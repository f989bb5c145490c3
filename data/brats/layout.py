"""Where the cases of a BraTS folder are: any release, recognized by its names."""

import csv
import os
from dataclasses import dataclass
from pathlib import Path

from common.errors import UserError
from common.files import read_json, unreadable
from data.brats.case_files import CaseFiles, list_case_files
from data.brats.releases import RELEASES, Release
from data.folder_notes import PHANTOM_FILE
from data.ignored import is_ignored
from data.integrity import check_command

PHANTOM_WRITER = "braintumor-repro brats phantom"
GRADES = {"HGG": "HGG", "HG": "HGG", "LGG": "LGG", "LG": "LGG", "HGG_LGG": ""}

_DEPTH = 2  # levels that the data set may lie below the user's folder
_POINT = "pass the folder of the data set itself as DATA=…"


@dataclass(frozen=True)
class Layout:
    """What was found in a folder.

    Args:
        root: the data set's folder, which holds the grade folders or the cases.
        release: the `Release` that the names belong to.
        cases: the `CaseFiles` of each case in order of id, incomplete and duplicate
            ones included.
        others: files and folders beside the cases that belong to none.
    """

    root: Path
    release: Release
    cases: tuple[CaseFiles, ...]
    others: tuple[Path, ...]


def find_layout(root, release=None):
    """Finds the cases of a BraTS folder by their names; no file is opened.

    Args:
        root: the data set's folder, a grade folder of it, or a folder above it
            that holds no other data set.
        release: name of the release, or None to infer it from the names.

    Returns:
        A `Layout`.

    Raises:
        UserError: nothing was recognized, or there are several data sets or releases.
        ValueError: there is no such release.
    """
    if release is not None and release not in RELEASES:
        raise ValueError(
            f"Expected one of {', '.join(RELEASES)}. Received: release={release}"
        )
    root = Path(root)
    if not root.is_dir():
        raise _nothing(root, "a file" if root.exists() else "no such folder")
    found = _search(root, _DEPTH)
    if not found:
        raise _nothing(root, _some_names(root))
    if len(found) > 1:
        names = ", ".join(str(folder) for folder in sorted(found))
        raise UserError(root, "one data set", f"several: {names}", _POINT)
    folder, (cases, others) = found.popitem()
    release = _one_release(folder, cases, release)
    grades = _listed_grades(folder)
    files = [
        list_case_files(release, path, grade or grades.get(path.name, ""))
        for path, grade in cases
    ]
    files.sort(key=lambda case: (case.id, case.folder))
    return Layout(folder, release, tuple(files), tuple(sorted(others)))


def is_phantom(folder):
    """Whether our phantom writer made the folder of a data set.

    Args:
        folder: the folder, a `Path`.
    """
    path = folder / PHANTOM_FILE
    settings = read_json(path) if path.is_file() else None
    return isinstance(settings, dict) and settings.get("writer") == PHANTOM_WRITER


def _search(folder, depth):
    """Returns `(cases, others)` of each data set's folder below a folder."""
    # By its name as passed too: a link may lead to a folder of any name.
    for named in (Path(os.path.abspath(folder)), folder.resolve()):
        if named.name.upper() in GRADES:
            cases, others = _cases(folder, GRADES[named.name.upper()], graded=True)
            return {named.parent: (cases, others)} if cases else {}
    cases, others = _cases(folder, "", graded=False)
    for path in list(others):
        if path.name.upper() in GRADES and path.is_dir():
            graded, rest = _cases(path, GRADES[path.name.upper()], graded=True)
            if graded:
                cases += graded
                others = [other for other in others if other != path] + rest
    if cases:
        return {folder: (cases, others)}
    found, error = {}, None
    for path in others if depth else ():
        if path.is_dir():
            try:
                found |= _search(path, depth - 1)
            except UserError as reason:  # such as lost+found, which is of no interest
                error = error or reason
    if error and not found:
        raise error
    return found


def _cases(folder, group, graded):
    """Splits the entries of a folder into `[(case folder, group)]` and others."""
    cases, others = [], []
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        raise unreadable(folder, error) from error
    for entry in entries:
        if is_ignored(entry.name):
            continue
        if entry.is_dir() and _release_of(entry.name, graded):
            cases.append((Path(entry.path), group))
        else:
            others.append(Path(entry.path))
    return cases, others


def _release_of(name, graded):
    """Returns the release that a case's folder is named after, or None."""
    for release in RELEASES.values():
        # Four digits alone could mean anything.
        if release.patient(name) and (graded or not name.isdecimal()):
            return release
    return None


def _one_release(folder, cases, wanted):
    examples = {}
    for path, _ in cases:
        examples.setdefault(_release_of(path.name, graded=True).name, path.name)
    if wanted is None and len(examples) == 1:
        return RELEASES[next(iter(examples))]
    if set(examples) == {wanted}:
        return RELEASES[wanted]
    fix = "move the cases of other releases to another folder"
    if len(examples) == 1:
        name = next(iter(examples))
        fix = f"{check_command(name, folder)}; `make prepare-{name}` prepares it"
    raise UserError(
        folder,
        f"cases of {wanted or 'one release of BraTS'} only",
        ", ".join(f"{case} ({name})" for name, case in examples.items()),
        fix,
    )


def _listed_grades(folder):
    """Returns the grade by case, if a table of the release lists it (2020)."""
    path = folder / "name_mapping.csv"
    if not path.is_file():
        return {}
    try:
        with open(path, newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
    except OSError as error:
        raise unreadable(path, error) from error
    except (UnicodeDecodeError, csv.Error) as error:
        fix = "copy it from the release again, or delete it"
        raise UserError(path, "a CSV table", error, fix) from error
    grades = {row.get("BraTS_2020_subject_ID"): row.get("Grade") for row in rows}
    return {case: grade for case, grade in grades.items() if grade in ("HGG", "LGG")}


def _some_names(root):
    names = sorted(entry.name for entry in os.scandir(root))
    return ", ".join([*names[:3], "…"] if len(names) > 3 else names) or "nothing"


def _nothing(root, received):
    examples = ", ".join(
        f"{release.example}/{release.file_name('flair', release.example)}"
        for release in RELEASES.values()
    )
    return UserError(
        root,
        f"a folder of BraTS cases, flat or below HGG and LGG: {examples}",
        received,
        f"{_POINT}; `make phantom-brats17 DATA=folder` writes a phantom",
    )
