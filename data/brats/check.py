"""The integrity check of a BraTS folder: one list of everything wrong."""

from collections import defaultdict
from dataclasses import replace
from pathlib import Path

from common.errors import UserError
from common.files import read_json
from data.brats.check_case import check_case
from data.brats.check_set import (
    count_findings,
    duplicate_findings,
    grid_findings,
    other_findings,
    some,
)
from data.brats.label_order import advice, exchanged_severity, votes
from data.brats.layout import find_layout, is_phantom
from data.brats.releases import GRID
from data.brats.survival import FILES
from data.folder_notes import OWN_FILE, PHANTOM_FILE
from data.integrity import Finding, note_findings

_KNOWN_FILES = {*FILES, "name_mapping.csv", PHANTOM_FILE, OWN_FILE}


def check_brats(root, release=None):
    """Reads every file of a BraTS folder (or phantom) and reports what is odd.

    A bad file does not stop the check. Errors are what `BratsDataset` refuses, images
    from which nothing can be learned, and copies of whole cases; whatever may be right
    after all is a warning or a note. Each volume is read once, and only one case at a
    time is held in memory.

    Args:
        root: the data set's folder, a grade folder of it, or a folder above it.
        release: name of the release, or None to infer it from the names.

    Returns:
        A list of `Finding`: first those about single cases, then those about the
        whole folder.

    Raises:
        UserError: the folder does not exist.
    """
    try:
        layout = find_layout(root, release)
        shape, totals, title = _expected(layout)
    except UserError as error:
        if not Path(root).is_dir():
            raise
        found = f"expected {error.expected}; received {error.received}"
        return [_finding("error", "layout", error.file, found, error.next_step)]
    own, findings = note_findings(layout.root)
    if own is not None:  # of which nothing is known in advance
        totals, title = {"": len(layout.cases)}, own
    grids, digests, maps = defaultdict(list), [], []
    unlabeled = [case for case in layout.cases if not case.files["seg"]]
    labeled = len(unlabeled) < len(layout.cases)
    for case in layout.cases:
        findings += _file_findings(case, layout.release, labeled)
        found, geometry, own, values = check_case(case, layout.release, shape)
        findings += found
        maps += [] if values is None else [values]
        if geometry is not None:
            spacing = tuple(round(length, 3) for length in geometry.spacing)
            grids[geometry.shape, spacing].append(case)
        digests.append((case, own))
    findings = _with_advice(findings, layout.release, maps)
    findings += _order_findings(layout, maps)
    findings += grid_findings(layout.root, grids, shape)
    findings += duplicate_findings(layout.cases, digests)
    findings += _exam_findings(layout)
    findings += other_findings(_others(layout))
    findings += count_findings(layout.root, layout.cases, labeled, totals, title)
    return findings


def _finding(severity, code, path, found, fix):
    return Finding(severity, code, str(path), found, fix)


def _expected(layout):
    """Returns the expected grid, the expected cases by grade, and whose they are."""
    release = layout.release
    settings = read_json(layout.root / PHANTOM_FILE) if is_phantom(layout.root) else {}
    if not {"hgg", "lgg", "shape"} <= set(settings):
        return GRID, release.totals, release.title
    totals = {grade: settings[grade.lower()] for grade in ("HGG", "LGG")}
    if "" in release.totals:
        totals = {"": sum(totals.values())}
    return tuple(settings["shape"]), totals, "the phantom"


def _file_findings(case, release, labeled):
    name = case.folder.name
    if case.error:
        found = f"expected {case.error.expected}; received {case.error.received}"
        fix = case.error.next_step
        yield _finding("error", "unreadable", case.error.file, found, fix)
        return
    for role in case.missing:
        found = f"no file {release.file_name(role, name)}"
        fix = "copy it from the release, or remove the case"
        yield _finding("error", "missing-modality", case.folder, found, fix)
    if labeled and not case.files["seg"]:
        found = f"no file {release.file_name('seg', name)}, which other cases have"
        fix = "copy it from the release; without it the case can only be predicted"
        yield _finding("warning", "missing-label", case.folder, found, fix)
    for role in case.duplicated:
        names = ", ".join(path.name for path in case.files[role])
        found = f"several files of {role}: {names}"
        fix = "delete all but one of them"
        yield _finding("error", "duplicate-file", case.folder, found, fix)


def _with_advice(findings, release, maps):
    """Completes the findings about labels by what the whole set says of them."""
    text = advice(release, maps)
    return [
        replace(finding, fix=f"{text}; or {finding.fix}")
        if text and finding.code == "unexpected-label"
        else finding
        for finding in findings
    ]


def _order_findings(layout, maps):
    severity = exchanged_severity(maps)
    # Values that the release does not have are reported, with advice, by case.
    present = set().union(*(one.present for one in maps))
    if severity and present <= set(layout.release.labels):
        exchanged, total = votes(maps)
        found = (
            f"in {exchanged} of {total} cases label 1 lies outside of label 2; as "
            "necrosis and edema they lie the other way around in 97 % of real cases"
        )
        fix = (
            "look at some cases; if 1 is edema, as nnU-Net writes it, exchange 1 and 2"
        )
        yield _finding(severity, "label-order", layout.root, found, fix)


def _exam_findings(layout):
    patients = defaultdict(list)
    for case in layout.cases:
        patients[case.patient].append(case)
    several = {name: cases for name, cases in patients.items() if len(cases) > 1}
    for name, cases in several.items():
        groups = sorted({case.group for case in cases})
        if len(groups) > 1:
            found = f"patient {name} is in {' and '.join(groups)}"
            fix = "find out which grade is right"
            yield _finding("warning", "patient-grades", cases[0].folder, found, fix)
    if several:
        found = (
            f"{len(several)} patients have several cases, such as "
            f"{some(next(iter(several.values())))}"
        )
        fix = "none: a split by patient keeps them together"
        yield _finding("note", "several-exams", layout.root, found, fix)


def _others(layout):
    """Returns the files that belong to no case, but for those of a release."""
    paths = (*layout.others, *(path for case in layout.cases for path in case.others))
    return [
        path
        for path in paths
        if path.parent != layout.root or path.name not in _KNOWN_FILES
    ]
