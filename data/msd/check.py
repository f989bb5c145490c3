"""The integrity check of a folder of the Decathlon: one list of everything wrong."""

import contextlib
from collections import defaultdict
from pathlib import Path

import numpy as np

from common.errors import UserError
from common.files import read_json
from data.brats.check_case import check_volumes
from data.brats.check_set import (
    count_findings,
    duplicate_findings,
    grid_findings,
    other_findings,
)
from data.brats.label_order import exchanged_severity, read_values, votes
from data.brats.labels import to_canonical
from data.brats.layout import is_phantom
from data.brats.releases import GRID, MODALITIES
from data.folder_notes import OWN_FILE, PHANTOM_FILE
from data.integrity import Finding
from data.msd.layout import find_layout
from data.msd.look_alikes import MODALITY, find_look_alikes, portrait
from data.volume.channels import read_channels
from data.volume.files import read_volume
from data.volume.orientation import brats_geometry, to_brats_axes

_AGAIN = "download the case again: `make data-msd CASES={} DATA=folder`"


def check_msd(root):
    """Reads every file of a folder of the Decathlon (or phantom), and reports all.

    A bad file does not stop the check. Each file is decoded once, and only one case at
    a time is held in memory.

    Args:
        root: the data set's folder, one of its folders, or the one around it.

    Returns:
        A list of `Finding`: first those about single cases, then those about the
        whole folder.

    Raises:
        UserError: the folder does not exist.
    """
    try:
        layout = find_layout(root)
        shape, total, title = _expected(layout)
    except UserError as error:
        if not Path(root).is_dir():
            raise
        found = f"expected {error.expected}; received {error.received}"
        return [Finding("error", "layout", error.file, found, error.next_step)]
    release = layout.description.release
    findings, grids, digests, maps, portraits = [], defaultdict(list), [], [], {}
    for case in layout.cases:
        findings += _file_findings(case, layout)
        found, volumes, geometries = _read(case, layout.description.channels)
        findings += found
        if MODALITY in volumes:
            spacing = geometries[MODALITY].spacing
            portraits[case.id] = portrait(volumes[MODALITY], spacing)
        maps += _order_of(volumes, release)
        found, geometry, own, _ = check_volumes(
            case, release, shape, volumes, geometries
        )
        findings += found
        if geometry is not None:
            spacing = tuple(round(length, 3) for length in geometry.spacing)
            grids[geometry.shape, spacing].append(case)
        digests.append((case, own))
    training = [case for case in layout.cases if case.id not in layout.tests]
    labeled = any(case.files["seg"] for case in training)
    findings += _order_findings(layout, maps)
    findings += grid_findings(layout.root, grids, shape)
    findings += duplicate_findings(layout.cases, digests)
    findings += _look_alike_findings(layout, portraits)
    findings += _patient_findings(layout)
    findings += other_findings(layout.others)
    counted = training if labeled else layout.cases
    findings += count_findings(layout.root, counted, labeled, {"": total}, title)
    return findings


def _expected(layout):
    """Returns the expected grid, the number of training cases, and whose they are."""
    release = layout.description.release
    settings = read_json(layout.root / PHANTOM_FILE) if is_phantom(layout.root) else {}
    if not {"count", "shape"} <= set(settings):
        return GRID, release.total, release.title
    return tuple(settings["shape"]), settings["count"], "the phantom"


def _file_findings(case, layout):
    again = _AGAIN.format(case.id)
    images, labels = case.files[MODALITIES[0]], case.files["seg"]
    path = str(case.folder)
    if not images:
        found = "a label map without its image in imagesTr"
        yield Finding("error", "missing-modality", path, found, again)
    if case.id not in layout.tests and not labels:
        found = "a training case without its map in labelsTr"
        fix = f"{again}; without it the case can only be predicted"
        yield Finding("warning", "missing-label", path, found, fix)
    for paths in (images, labels):
        if len(paths) > 1:
            found = f"several files: {', '.join(one.name for one in paths)}"
            fix = "delete all but one of them"
            yield Finding("error", "duplicate-file", path, found, fix)
    listed = {*layout.description.training, *layout.description.test}
    if not any(f"{case.id}{end}" in listed for end in (".nii.gz", ".nii")):
        found = f"{OWN_FILE} does not list this case"
        fix = "move it elsewhere, unless it is a case of your own"
        yield Finding("warning", "unlisted-case", path, found, fix)


def _read(case, channels):
    """Returns findings about unreadable files; turned volumes, geometries by role."""
    findings, volumes, geometries = [], {}, {}
    for role in (MODALITIES[0], "seg"):
        for path in case.files[role][:1]:
            try:
                read = read_volume if role == "seg" else read_channels
                array, own = read(path)
                parts = {"seg": array} if role == "seg" else _parts(array, channels)
                turned = brats_geometry(own)
            except (UserError, ValueError) as error:
                found, fix = str(error), _AGAIN.format(case.id)
                if isinstance(error, UserError):
                    found = f"expected {error.expected}; received {error.received}"
                findings.append(Finding("error", "unreadable", str(path), found, fix))
                if role != "seg":  # there is nothing to compare the labels with
                    return findings, {}, {}
                continue
            for name, part in parts.items():
                part = to_brats_axes(part, own.affine)
                volumes[name] = np.ascontiguousarray(part)
                geometries[name] = turned
    return findings, volumes, geometries


def _parts(array, channels):
    if len(array) != len(channels):
        raise ValueError(f"{len(array)} volumes instead of {len(channels)}")
    return {name: array[index] for name, index in channels.items()}


def _order_of(volumes, release):
    """Returns the `LabelValues` of a case's canonical labels, in a list, or none."""
    with contextlib.suppress(UserError):
        if "seg" in volumes:
            return [read_values(to_canonical(volumes["seg"], release, "labels"))]
    return []


def _order_findings(layout, maps):
    severity = exchanged_severity(maps)
    if severity:
        exchanged, total = votes(maps)
        found = (
            f"in {exchanged} of {total} cases what {OWN_FILE} calls non-enhancing "
            "tumor lies outside of the edema; in 97 % of real cases it is the other "
            "way around"
        )
        fix = f"look at some cases; the labels or their names in {OWN_FILE} are wrong"
        yield Finding(severity, "label-order", str(layout.root), found, fix)


def _look_alike_findings(layout, portraits):
    paths = {case.id: case.folder for case in layout.cases}
    for one, other, alike in find_look_alikes(portraits):
        found = (
            f"{one} and {other} look alike (correlation {alike:.2f}): perhaps two "
            "exams of one patient"
        )
        fix = "look at both; keep them in one fold, by SPLITS=file.csv"
        yield Finding("warning", "look-alike", str(paths[one]), found, fix)


def _patient_findings(layout):
    found = (
        "no name says which cases are of one patient; they are cases of BraTS 2016 and "
        "2017 under other names"
    )
    fix = (
        "none: folds divide cases, and rows say split case; do not test on BraTS what "
        "was trained here, nor here what was trained on BraTS"
    )
    yield Finding("note", "no-patients", str(layout.root), found, fix)
