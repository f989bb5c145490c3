"""Folders of BraTS and of the Decathlon with their tables, and files of splits."""

import functools
import gzip
import json

import numpy as np

from tests.fuzz.reader import Reader
from tests.fuzz.readers.volumes import LPS, SHAPE

MSD = {
    "modality": {"0": "FLAIR", "1": "T1w", "2": "t1gd", "3": "T2w"},
    "labels": {
        "0": "background",
        "1": "edema",
        "2": "non-enhancing tumor",
        "3": "enhancing tumour",
    },
    "numTraining": 1,
    "numTest": 1,
    "training": [
        {"image": "./imagesTr/BRATS_001.nii.gz", "label": "./labelsTr/BRATS_001.nii.gz"}
    ],
    "test": ["./imagesTs/BRATS_485.nii.gz"],
}


def _write_msd(folder):
    import nibabel

    (folder / "dataset.json").write_text(json.dumps(MSD))
    four = np.ones((*SHAPE, 4), np.int16)
    for name, array in (
        ("imagesTr/BRATS_001", four),
        ("labelsTr/BRATS_001", np.ones(SHAPE, np.uint8)),
        ("imagesTs/BRATS_485", four),
    ):
        path = folder / f"{name}.nii.gz"
        path.parent.mkdir(exist_ok=True)
        image = nibabel.Nifti1Image(array, np.eye(4))
        path.write_bytes(gzip.compress(image.to_bytes()))


def _read_msd(folder):
    from data.msd.dataset import MsdDataset

    _use(MsdDataset, folder)


def _write_brats(folder):
    """One case of the two in its tables, since each has five files to be read."""
    import nibabel

    name = "BraTS20_Training_001"
    (folder / name).mkdir()
    for kind in ("flair", "t1", "t1ce", "t2", "seg"):
        values = np.full(SHAPE, 1 if kind == "seg" else 3, np.int16)
        image = nibabel.Nifti1Image(values, LPS)
        nibabel.save(image, folder / name / f"{name}_{kind}.nii")
    head = "Grade,BraTS_2017_subject_ID,BraTS_2020_subject_ID\n"
    rows = "HGG,NA,BraTS20_Training_001\nLGG,Brats17_X,BraTS20_Training_002\n"
    (folder / "name_mapping.csv").write_text(head + rows)
    head = "Brats20ID,Age,Survival_days,Extent_of_Resection\n"
    rows = "BraTS20_Training_001,60.5,289,GTR\nBraTS20_Training_002,52,ALIVE (3),NA\n"
    (folder / "survival_info.csv").write_text(head + rows)
    (folder / "dataset.json").write_text('{"name": "my-hospital"}')


def _read_brats(folder):
    from data.brats.dataset import BratsDataset

    _survival(folder, (folder / "survival_info.csv").read_bytes())
    _use(BratsDataset, folder)


@functools.lru_cache(maxsize=4)
def _survival(folder, content):
    """Reads the table once while it stays as it is; an error is not kept."""
    from data.brats.survival import read_survival

    read_survival(folder)


@functools.cache
def _remember_volumes():
    """Has a file be decoded once while its content stays: only one is damaged."""
    from data.volume import nifti

    for name in ("_load", "_voxels"):
        setattr(nifti, name, _remembered(getattr(nifti, name)))


def _remembered(function):
    known = {}

    def read(path, *others):
        key = (str(path), path.read_bytes() if path.is_file() else None)
        if key not in known:
            value = function(path, *others)  # an error is not kept
            if len(known) > 100:
                known.clear()
            known[key] = value
        value = known[key]
        return value.copy() if isinstance(value, np.ndarray) else value

    return read


def _use(kind, folder):
    """Checks a data set, which must never fail, and reads all of it."""
    from common.errors import UserError

    _remember_volumes()
    try:
        dataset = kind(folder)
        dataset.fingerprint()
        for case in dataset:
            dataset.read_images(case)
            dataset.read_labels(case)
            dataset.geometry(case)
    except UserError:
        from papers.engine import datasets

        name = "msd" if kind.__name__ == "MsdDataset" else "brats20"
        datasets.tools(name).check(folder)
        raise
    dataset.check()


def _cases():
    from data.case import Case

    return [Case(f"0{n}", f"p{n}", "HGG", {}, None) for n in range(6)]


def _write_splits(folder):
    from data.splits.files import write_assignment
    from data.splits.folds import write_folds
    from data.splits.parts import PARTS

    ids = [case.id for case in _cases()]
    write_folds(folder / "fold-signed.csv", {name: int(name) % 2 for name in ids})
    parts = {name: PARTS[int(name) % 3] for name in ids}
    write_assignment(folder / "part-signed.csv", "part", parts)
    for name in ("fold", "part"):
        text = (folder / f"{name}-signed.csv").read_text().partition("\n")[2]
        (folder / f"{name}.csv").write_text(text)


def _read_splits(path):
    from data.splits.folds import read_folds, split_by_fold
    from data.splits.parts import read_split

    if path.name.startswith("fold"):
        split_by_fold(_cases(), read_folds(path, _cases()), 0.2, 0)
    else:
        read_split(path, _cases())
        read_split(path, _cases(), partial=True)


READERS = [
    Reader("msd", _write_msd, _read_msd, whole=True),
    Reader("brats", _write_brats, _read_brats, whole=True),
    Reader("splits", _write_splits, _read_splits),
]
