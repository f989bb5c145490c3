"""The meaning of labels: a set votes, and the advice names both orders."""

import shutil

import numpy as np
import pytest

from data.brats.check import check_brats
from data.brats.label_order import LabelValues, advice, read_values
from data.brats.releases import RELEASES
from data.phantom.brats.write import write_phantom
from tests.data.brats.faults import SHAPE, change

NEW = {"as released": LabelValues(frozenset({0, 1, 2, 3}), "as released")}
NEW["exchanged"] = LabelValues(frozenset({0, 1, 2, 3}), "exchanged")


@pytest.fixture(scope="module")
def phantom(tmp_path_factory):
    """A small phantom; not to be changed."""
    root = tmp_path_factory.mktemp("phantoms") / "brats17"
    write_phantom(root, "brats17", hgg=4, lgg=1, shape=SHAPE)
    return root


@pytest.fixture
def root(phantom, tmp_path):
    """A copy of the phantom, to be changed at will."""
    return shutil.copytree(phantom, tmp_path / "copy")


def rewrite(root, table, count=None):
    """Writes other values into the label maps: by old value, the new one."""
    values = np.arange(5, dtype=np.uint8)
    values[list(table)] = list(table.values())
    for path in sorted(root.rglob("*_seg.nii.gz"))[:count]:
        change(path, lambda array: values[array.astype(int)])


def found(root, code):
    return [finding for finding in check_brats(root) if finding.code == code]


def test_labels_in_the_order_of_nnunet(root):
    rewrite(root, {1: 2, 2: 1, 4: 3})
    everything = found(root, "unexpected-label")
    assert everything and not found(root, "label-order")
    for finding in everything:
        first, other = finding.fix.split("; but ")
        assert "write 2 for 1, 1 for 2 and 4 for 3" in first
        assert "since 2023" in other and "write 4 for 3" in other


def test_labels_in_the_order_of_2023(root):
    rewrite(root, {4: 3})
    for finding in found(root, "unexpected-label"):
        first, other = finding.fix.split("; but ")
        assert "since 2023" in first and "nnU-Net" in other


def test_the_wrong_advice_followed_is_an_error(root):
    """Edema and necrosis exchanged, all values those of the release."""
    rewrite(root, {1: 2, 2: 1})
    (finding,) = found(root, "label-order")
    assert finding.severity == "error" and "exchange 1 and 2" in finding.fix
    assert finding.found.startswith(("in 4 of 4", "in 5 of 5"))


def test_few_cases_are_a_warning(root):
    for folder in sorted((root / "HGG").iterdir())[1:]:
        shutil.rmtree(folder)
    rewrite(root, {1: 2, 2: 1})
    (finding,) = found(root, "label-order")
    assert finding.severity == "warning"


def test_a_single_odd_case_is_outvoted(root):
    rewrite(root, {1: 2, 2: 1}, count=1)
    assert not found(root, "label-order")


def test_labels_of_2015_explain_themselves(root):
    rewrite(root, {1: 3}, count=1)  # 3 in one case, 4 in others
    for finding in found(root, "unexpected-label"):
        assert "write" not in finding.fix


@pytest.mark.parametrize("release", ["brats13", "brats15", "brats23"])
def test_no_advice_where_the_release_has_the_value(release):
    assert advice(RELEASES[release], list(NEW.values())) is None


def test_too_little_to_vote():
    assert read_values(np.zeros((3, 3, 3))) == LabelValues(frozenset({0}), None)


@pytest.mark.real
def test_a_real_set_is_in_order(shared_data):
    """The other sets have no finding worse than a note: see `test_check.py`."""
    assert not found(shared_data / "brats" / "half2mm", "label-order")
