"""What `dataset.json` of the Decathlon says, checked, and where its cases are."""

import json

import pytest

from common.errors import UserError
from data.msd.description import read_description
from data.msd.layout import case_name, find_layout, find_root
from tests.data.msd.trees import CHANNELS, LABELS, describe, write_tree


def test_what_the_real_file_says(tmp_path):
    describe(tmp_path, ["BRATS_457"], ["BRATS_529"])
    found = read_description(tmp_path)
    assert found.channels == {"flair": 0, "t1": 1, "t1ce": 2, "t2": 3}
    assert found.release.labels == {0: 0, 1: 2, 2: 1, 3: 4}
    assert found.training == ("BRATS_457.nii.gz",)
    assert found.test == ("BRATS_529.nii.gz",)
    assert found.release.total == 484


@pytest.mark.parametrize(
    ("key", "changes"),
    [
        ("modality", {"channels": CHANNELS[:3]}),
        ("modality", {"channels": ("CT", *CHANNELS[1:])}),
        ("modality", {"modality": "FLAIR"}),
        ("labels", {"labels": (*LABELS, "cavity")}),
        ("labels", {"labels": (*LABELS[:3], "edema")}),
        ("training", {"training": [1]}),
        ("test", {"test": None}),
    ],
)
def test_what_is_another_data_set_is_refused(tmp_path, key, changes):
    describe(tmp_path, channels=changes.pop("channels", CHANNELS))
    path = tmp_path / "dataset.json"
    settings = json.loads(path.read_text())
    if isinstance(changes.get("labels"), tuple):
        changes = {"labels": {str(i): one for i, one in enumerate(changes["labels"])}}
    path.write_text(json.dumps(settings | changes))
    with pytest.raises(UserError, match=f"expected {key}: "):
        read_description(tmp_path)


def test_files_of_macos_are_no_cases(tmp_path):
    write_tree(tmp_path)
    assert (tmp_path / "imagesTr" / "._BRATS_001.nii.gz").is_file()
    layout = find_layout(tmp_path)
    assert [case.id for case in layout.cases] == ["BRATS_001", "BRATS_002", "BRATS_003"]
    assert layout.tests == {"BRATS_003"} and layout.others == ()


def test_names_of_cases():
    assert case_name("imagesTr/BRATS_001.nii.gz") == "BRATS_001"
    assert case_name("BRATS_001.nii") == "BRATS_001"
    assert case_name("._BRATS_001.nii.gz") is None and case_name("a.txt") is None


def test_other_folders_are_none_of_the_decathlon(tmp_path):
    assert find_root(tmp_path) is None and find_root(tmp_path / "absent") is None
    (tmp_path / "dataset.json").write_text('{"name": "own"}')
    assert find_root(tmp_path) is None
    describe(tmp_path)  # as it may lie beside cases of BraTS
    assert find_root(tmp_path) is None
    (tmp_path / "imagesTr").mkdir()
    assert find_root(tmp_path) == find_root(tmp_path / "imagesTr") == tmp_path
    with pytest.raises(UserError, match="volumes in imagesTr or imagesTs"):
        find_layout(tmp_path)
