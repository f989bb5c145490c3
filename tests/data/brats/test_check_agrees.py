"""The check and the preparation agree: what one refuses, the other reports."""

import json
import shutil

import numpy as np
import pytest

from common.errors import UserError
from data.brats.check import check_brats
from data.brats.dataset import BratsDataset
from data.phantom.brats.write import write_phantom
from data.prepared.prepare_case import prepare_case
from tests.data.brats.faults import CASE, SHAPE, change, file, only


@pytest.fixture(scope="module")
def phantom(tmp_path_factory):
    """A small phantom; not to be changed."""
    root = tmp_path_factory.mktemp("phantoms") / "brats17"
    write_phantom(root, "brats17", hgg=2, lgg=1, shape=SHAPE)
    return root


@pytest.fixture
def root(phantom, tmp_path):
    """A copy of the phantom, to be changed at will."""
    return shutil.copytree(phantom, tmp_path / "copy")


def test_labels_outside_of_the_box(root):
    """The check and the preparation say the same."""
    change(file(root, "seg"), lambda array: np.roll(array, 20, 0))
    found = only(root, "labels-outside", "error").found
    with pytest.raises(UserError) as refused:
        dataset = BratsDataset(root)
        (case,) = [case for case in dataset if case.id == CASE.split("/")[1]]
        prepare_case(dataset, case)
    assert refused.value.received == found


def test_one_voxel_outside_of_the_brain(root):
    def spoil(array):
        array = array.copy()
        array[0, 0, 0] = 2
        return array

    change(file(root, "seg"), spoil)
    assert (
        "1 are outside of the brain's box and not prepared"
        in only(root, "tumor-outside", "note").found
    )
    dataset = BratsDataset(root)
    (case,) = [case for case in dataset if case.id == CASE.split("/")[1]]
    info, arrays = prepare_case(dataset, case)
    assert info.dropped == 1
    labels = dataset.read_labels(case)
    assert arrays["labels"].astype(bool).sum() == (labels > 0).sum() - 1
    assert info.slices[:, 2:].sum() == (labels > 0).sum() - 1


NNUNET = {"channel_names": {"0": "FLAIR"}, "labels": {"background": 0}}
DECATHLON = {"name": "BRATS", "modality": {"0": "FLAIR"}, "numTraining": 484}


@pytest.mark.parametrize(
    ("settings", "tool"), [(NNUNET, "nnU-Net"), (DECATHLON, "Decathlon")]
)
def test_note_of_another_tool(root, settings, tool):
    (root / "phantom.json").unlink()
    (root / "dataset.json").write_text(json.dumps(settings))
    (found,) = [one for one in check_brats(root) if one.code == "foreign-file"]
    assert found.severity == "note" and tool in found.found
    assert BratsDataset(root).name == "brats17-copy"


@pytest.mark.parametrize("text", ['{"title": "mine"}', '{"name": "a b"}', "[]", "{"])
def test_a_name_that_is_none_is_refused_by_both(root, text):
    (root / "dataset.json").write_text(text)
    (found,) = [one for one in check_brats(root) if one.severity == "error"]
    with pytest.raises(UserError) as refused:
        BratsDataset(root)
    assert found.file == refused.value.file and found.fix == refused.value.next_step
    assert refused.value.received in found.found


def test_own_data_has_no_total(root):
    (root / "dataset.json").write_text('{"name": "mine"}')
    (found,) = check_brats(root)
    assert (found.code, found.found) == ("coverage", "3 of 3 cases of mine")
