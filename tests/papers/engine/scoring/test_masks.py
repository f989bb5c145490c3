"""Which files are label maps, and of which case."""

from pathlib import Path

import pytest

from common.errors import UserError
from papers.engine.scoring.masks import case_of, find_masks


def touch(root, *names):
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()


@pytest.mark.parametrize(
    ("path", "case"),
    [
        ("x/BraTS-GLI-00005-100-seg.nii.gz", "BraTS-GLI-00005-100"),
        ("x/Brats17_2013_10_1_seg.nii.gz", "Brats17_2013_10_1"),
        ("x/case1.nii", "case1"),
        ("x/case1_pred.mha", "case1"),
        ("x/BRATS_001.nii.gz", "BRATS_001"),
        ("x/seg.nii.gz", "x"),
        ("brats_1/VSD.Brain.XX.O.OT.5/VSD.Brain.XX.O.OT.5.mha", "brats_1"),
    ],
)
def test_names_of_cases(path, case):
    assert case_of(Path(path)) == case


def test_scans_and_hidden_files_are_no_label_maps(tmp_path):
    names = ("HGG/a/a_seg.nii.gz", "HGG/a/a_t1.nii.gz", "HGG/a/a_flair.nii.gz")
    touch(tmp_path, *names, "HGG/a/._a_seg.nii.gz", "b-seg.nii", "note.txt")
    found = find_masks(tmp_path, "--truth")
    assert {case: path.name for case, path in found.items()} == {
        "a": "a_seg.nii.gz",
        "b": "b-seg.nii",
    }


def test_two_maps_of_a_case_are_refused(tmp_path):
    touch(tmp_path, "a.nii.gz", "more/a_seg.nii.gz")
    with pytest.raises(UserError) as error:
        find_masks(tmp_path, "--prediction")
    assert "one label map of a" in str(error.value)
    assert "more/a_seg.nii.gz" in error.value.received
