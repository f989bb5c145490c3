"""The integrity check of a figshare folder: one list of everything wrong."""

from collections import Counter, defaultdict

import numpy as np
from scipy import ndimage

from data.digests import digest_picture
from data.figshare.layout import (
    GROUPS,
    LABELS,
    TOTAL,
    find_cvind,
    kind_of,
    read_phantom_settings,
    slice_files,
)
from data.figshare.mat_error import MatError
from data.figshare.mat_reader import read_cvind, read_slice
from data.figshare.polygon import fill_polygon
from data.integrity import Finding, note_findings
from data.patients import base_exam

# Minimum Dice of the filled border with the mask. The real images reach 0.99 at 512
# pixels; a mask of few pixels is mostly edge, where the two may differ.
_MIN_DICE, _MIN_DICE_SMALL, _SMALL = 0.95, 0.9, 400

_DOWNLOAD = "download the file again (`make data-figshare`) or delete it"
_LOOK = "look at the image; delete the file if it is wrong"


def check_figshare(root):
    """Reads every file of a figshare folder (or phantom) and reports what is odd.

    A bad file does not stop the check. What `FigshareDataset` and `read_slice`
    refuse is an error; what they accept is a warning or a note.

    Args:
        root: folder with `<index>.mat` files.

    Returns:
        A list of `Finding`: first those about single files, then those about the
        whole folder.

    Raises:
        UserError: the folder does not exist or holds no slice at all.
    """
    phantom = read_phantom_settings(root)
    files, others = slice_files(root)
    total = TOTAL if phantom is None else phantom["count"]
    own, notes = note_findings(root)
    is_known = own is None
    if own is not None:
        total = len(files)
    findings = [*notes, *_other_findings(others)]
    findings += _index_findings(files, total if is_known else None)
    patients, labels, digests = {}, {}, defaultdict(list)
    for index, path in files:
        try:
            item = read_slice(path)
        except MatError as error:
            found = f"expected {error.expected}; received {error.received}"
            fix = error.next_step if error.code == "unreadable" else _DOWNLOAD
            findings.append(_finding("error", error.code, path, found, fix))
            continue
        findings += _slice_findings(item, path)
        if phantom is None and is_known and LABELS.get(index, item.label) != item.label:
            found = f"label {item.label}; the data set has {LABELS[index]} here"
            findings.append(_finding("warning", "label-block", path, found, _DOWNLOAD))
        patients[index], labels[index] = item.patient, item.label
        digests[digest_picture(item.image)].append(path)
    findings += _duplicate_images(digests)
    findings += _patient_labels(root, patients, labels)
    if is_known:
        findings += _fold_findings(root, total, patients, phantom is not None)
    kind = "images of the data set" if is_known else f"images of {own}"
    kind = kind if phantom is None else "phantom images"
    findings.append(_coverage(root, labels, total, kind))
    return findings


def _finding(severity, code, path, found, fix):
    return Finding(severity, code, str(path), found, fix)


def _other_findings(paths):
    """Reports what is left out: each `.mat` file, and the number of all others."""
    kinds = defaultdict(list)
    for path in paths:
        if path.suffix.lower() == ".mat":
            found = "its name is not an index: ignored"
            yield _finding("note", "other-file", path, found, "none")
        else:
            kinds[kind_of(path)].append(path)
    for kind, same in kinds.items():
        found = f"{len(same)} {kind} are no slices: ignored"
        fix = "none, unless it should be; a folder below slices is not searched"
        yield _finding("note", "other-file", same[0], found, fix)


def _index_findings(files, total):
    paths = defaultdict(list)
    for index, path in files:
        paths[index].append(path)
    for index, same in paths.items():
        if total is not None and not 1 <= index <= total:
            found = f"index {index}; expected 1 to {total}"
            fix = "move the file elsewhere: it is not part of this data set"
            yield _finding("error", "unknown-index", same[0], found, fix)
        if len(same) > 1:
            found = f"index {index} twice: {', '.join(path.name for path in same)}"
            fix = "delete all but one of them"
            yield _finding("error", "duplicate-index", same[0], found, fix)


def _slice_findings(item, path):
    low, high = item.image.min(), item.image.max()
    if low == high:
        found = f"every pixel is {low}"
        yield _finding("warning", "constant-image", path, found, _LOOK)
    if low < 0:
        found = f"the image's minimum is {low}; the data set has none below 0"
        yield _finding("warning", "negative-image", path, found, _LOOK)
    if not item.patient:
        fix = "a patient-wise split cannot use it: use SPLIT=image, or delete the file"
        yield _finding("warning", "empty-pid", path, "the PID is empty", fix)
    filled = fill_polygon(item.border, item.mask.shape)
    overlap = int((filled & item.mask).sum())
    dice = 2 * overlap / (int(filled.sum()) + int(item.mask.sum()))
    if dice < (_MIN_DICE if item.mask.sum() >= _SMALL else _MIN_DICE_SMALL):
        found = f"the filled border and the mask have a Dice of only {dice:.3f}"
        yield _finding("warning", "border-mask", path, found, _LOOK)
    rows, columns = (np.flatnonzero(item.mask.any(axis)) for axis in (1, 0))
    box = item.mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    parts = ndimage.label(box, np.ones((3, 3)))[1]
    if parts > 1:
        found = f"the mask has {parts} components"
        yield _finding("note", "components", path, found, "none: some images have two")


def _duplicate_images(digests):
    for same in digests.values():
        if len(same) > 1:
            found = f"the same image: {', '.join(path.name for path in same)}"
            fix = "keep one: copies in training and test set make results too good"
            yield _finding("warning", "duplicate-image", same[0], found, fix)


def _patient_labels(root, patients, labels):
    types = defaultdict(set)
    for index, patient in patients.items():
        if patient:
            types[patient].add(labels[index])
    for patient, found_labels in types.items():
        if len(found_labels) > 1:
            found = f"patient {patient} has the labels {sorted(found_labels)}"
            fix = "look at the files of the patient, who should have one label"
            yield _finding("warning", "patient-labels", root, found, fix)


def _fold_findings(root, total, patients, is_phantom):
    path = find_cvind(root, is_phantom)
    if path is None:
        found = (
            "no cvind.mat: patient folds are drawn at random instead of the author's"
        )
        fix = "copy cvind.mat of the data set into the folder"
        yield _finding("note", "no-cvind", root, found, fix)
        return
    fix = "replace it with that of the data set, or delete it"
    try:
        folds = read_cvind(path)
    except MatError as error:
        fix = error.next_step if error.code == "unreadable" else fix
        yield _finding("error", error.code, path, f"{error.received}", fix)
        return
    if len(folds) != total:
        found = f"{len(folds)} folds; expected {total}"
        yield _finding("error", "cvind-length", path, found, fix)
        return
    exact, base = defaultdict(set), defaultdict(set)
    for index, patient in patients.items():
        if patient and 1 <= index <= total:
            exact[patient].add(folds[index - 1])
            base[base_exam(patient)].add(folds[index - 1])
    for patient, found_folds in exact.items():
        if len(found_folds) > 1:
            found = f"patient {patient} is in the folds {sorted(found_folds)}"
            yield _finding("warning", "patient-folds", path, found, fix)
    # Patients whose very id is in several folds have been reported above.
    cut = sum(len(found) > 1 for found in base.values())
    if cut:
        found = f"{cut} patients with repeated exams (PID + letter) in several folds"
        fix = "none: the patient-wise split keeps their exams together"
        yield _finding("note", "repeated-exams", path, found, fix)


def _coverage(root, labels, total, kind):
    counts = Counter(GROUPS[label] for label in labels.values())
    mix = ", ".join(f"{counts[group]} {group}" for group in GROUPS.values())
    found = f"{len(labels)} of {total} {kind} are usable: {mix}"
    return _finding("note", "coverage", root, found, "none")
