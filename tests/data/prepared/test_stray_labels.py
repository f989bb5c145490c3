"""Labels where no image shows anything, and labels in another order."""

import numpy as np

from data.brats.dataset import BratsDataset
from data.prepared.prepare import prepare_volumes
from data.prepared.volume_cache import VolumeCache
from tests.data.prepared.brats17_tree import (
    MODALITIES,
    case_id,
    read_file,
    write_file,
    write_tree,
)


def test_a_stray_label_is_left_out_and_counted(tmp_path):
    root = tmp_path / "brats"
    write_tree(root, 2)
    labels = np.zeros_like(read_file(root, 1, "seg"))
    images = [read_file(root, 1, modality) for modality in MODALITIES]
    inside = np.argwhere(np.any(images, 0))
    corners = zip(inside.min(0), inside.max(0), strict=True)
    labels[tuple(slice(*ends) for ends in corners)] = 2
    outside = np.argwhere(labels == 0)[0]
    assert (outside < inside.min(0)).any() and np.count_nonzero(labels) > 100
    labels[tuple(outside)] = 1
    write_file(root, 1, "seg", labels)
    cache, lines = VolumeCache(tmp_path / "cache", "brats17", "fingerprint"), []
    assert prepare_volumes(BratsDataset(root), cache, say=lines.append) == 2
    expected = "1 labeled voxels lie outside of all images and were left out: "
    assert lines[-1] == f"{expected}{case_id(1)} (1)"
    assert cache.info(case_id(1)).dropped == 1 and cache.info(case_id(0)).dropped == 0
    (found,) = cache.read(case_id(1), ["labels"])
    assert not (found == 1).any()


def test_edema_and_necrosis_exchanged_are_said(tmp_path):
    root = tmp_path / "brats"
    write_tree(root, 4)
    for number in range(4):
        labels = np.zeros_like(read_file(root, number, "seg"))
        images = [read_file(root, number, modality) for modality in MODALITIES]
        inside = np.argwhere(np.any(images, 0))
        low, high = inside.min(0), inside.max(0)
        labels[tuple(slice(*ends) for ends in zip(low, high, strict=True))] = 1
        core = zip(low + 1, high - 1, strict=True)
        labels[tuple(slice(*ends) for ends in core)] = 2  # as nnU-Net numbers necrosis
        write_file(root, number, "seg", labels)
    lines = []
    cache = VolumeCache(tmp_path / "cache", "brats17", "fingerprint")
    prepare_volumes(BratsDataset(root), cache, say=lines.append)
    assert lines[-1].startswith("in 4 of 4 label maps 1 lies outside of 2")
    assert "`make check-data DATASET=brats17 DATA=" in lines[-1]
