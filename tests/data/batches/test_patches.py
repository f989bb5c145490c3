"""Patches: centers, views, windows and fill, against slow loops over whole grids."""

import itertools
import json

import numpy as np
import pytest

from common.errors import UserError
from data.batches.augment_rule import AugmentationRule
from data.batches.patch_name import PatchName
from data.batches.patch_rule import PatchRule
from data.batches.patches import PatchSampler
from data.batches.pipeline import batch_stream
from data.batches.regions import (
    foreground_region,
    label_region,
    modality_region,
)
from data.prepared.pack import pack_volume
from data.prepared.volume_cache import VolumeCache
from tests.data.prepared.small_cases import MODALITIES, normalized, write_cases

SHAPE = (16, 24, 20)
IDS = ("case0", "case1", "case2")
IMAGE, LABEL = (9, 12, 14), (5, 12, 14)
TRANSPOSED = {"axial": (0, 1, 2), "sagittal": (2, 0, 1), "coronal": (1, 0, 2)}

views = pytest.mark.parametrize("view", TRANSPOSED)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    return write_cases(tmp_path_factory.mktemp("patches"), 3, SHAPE)


def sampler(prepared, view="axial", **options):
    rule = {name: options.pop(name) for name in RULE if name in options}
    rule = PatchRule(IMAGE, LABEL, view, **rule)
    return PatchSampler(prepared[0], IDS, rule, 3, seed=6, **options)


RULE = ("centers", "region", "foreground", "noise")


def boxed(image, size, center, fill):
    """A patch, voxel by voxel; `center` and `image` in the order of the view's axes."""
    patch = np.full((*size, *image.shape[3:]), fill, image.dtype)
    for place in np.ndindex(*size):
        at = [c - s // 2 + p for c, s, p in zip(center, size, place, strict=True)]
        if all(0 <= a < n for a, n in zip(at, image.shape[:3], strict=True)):
            patch[place] = image[tuple(at)]
    return patch


def cut_by_hand(grids, name, region, view, fill=0.0):
    """Image and labels of a patch: cropped, normalized, turned, cut."""
    raw, labels = grids[name.case_id]
    start, stop = region
    box = tuple(map(slice, start, stop))
    center = np.subtract(name.center, start)[list(TRANSPOSED[view])]
    image = normalized(raw)[box].transpose(*TRANSPOSED[view], 3)
    return (
        boxed(image, IMAGE, center, fill),
        boxed(labels[box].transpose(TRANSPOSED[view]), LABEL, center, 0),
    )


@views
@pytest.mark.parametrize("noise", [False, True])
def test_patch_equals_one_cut_by_hand(prepared, view, noise):
    cache, grids = prepared
    cut = sampler(prepared, view, noise=noise)
    overhanging = 0
    for step in range(4):
        names, _ = cut.draw(step)
        images, labels = cut(step)
        assert images.dtype == np.float32 and labels.dtype == np.uint8
        for name, image, label in zip(names, images, labels, strict=True):
            region = foreground_region(cache, name.case_id)
            expected, truth = cut_by_hand(grids, name, region, view, fill=np.nan)
            np.testing.assert_array_equal(label, truth)
            outside = np.isnan(expected)
            overhanging += outside.any()
            empty = outside | (expected == 0)
            np.testing.assert_allclose(image[~empty], expected[~empty], atol=1e-5)
            if not noise:
                assert not image[empty].any()
            elif empty.sum() > 1000:
                assert image[empty].mean() == pytest.approx(0, abs=0.15)
                assert image[empty].std() == pytest.approx(1, abs=0.15)
    assert overhanging


def test_noise_differs_between_patches_and_steps(prepared):
    cut = sampler(prepared)
    names, _ = cut.draw(0)
    far = names[0]._replace(center=(100, 100, 100))  # fill and nothing else
    far = [far._replace(step=step, position=i) for step in range(3) for i in range(3)]
    drawn = [cut.read_image(name) for name in far]
    assert len({image.tobytes() for image in drawn}) == 9
    np.testing.assert_array_equal(cut.read_image(far[4]), drawn[4])


def test_any_step_can_be_drawn_without_those_before_it(prepared):
    cut, other = sampler(prepared), sampler(prepared)
    for _ in range(3):
        other(17)
    whole = [cut(step) for step in range(4)]
    for one, again in zip(whole[3], other(3), strict=True):
        np.testing.assert_array_equal(one, again)
    assert not np.array_equal(whole[2][0], whole[3][0])


@views
def test_valid_labels_lie_inside_the_region(prepared, view):
    """Where the region is large enough; of an odd size, one voxel may be fill."""
    cut = sampler(prepared, view, centers=("valid",) * 3, foreground=())
    label = np.zeros(3, int)
    label[list(TRANSPOSED[view])] = LABEL  # by the axes of the volume
    for step in range(5):
        for name in cut.draw(step)[0]:
            start, stop = foreground_region(prepared[0], name.case_id)
            first = np.subtract(name.center, label // 2)
            low = np.subtract(first, start)
            high = np.subtract(stop, first + label)
            fits = np.subtract(stop, start) > label
            assert (low[fits] >= 0).all() and (high + label % 2 >= 0)[fits].all()


def test_cases_are_drawn_as_often_as_they_are_listed(prepared):
    rule = PatchRule(IMAGE, LABEL, foreground=())
    cases = ("case0", "case1", "case1", "case1")
    cut = PatchSampler(prepared[0], cases, rule, 10, seed=0)
    drawn = [name.case_id for step in range(40) for name in cut.draw(step)[0]]
    assert drawn.count("case1") / 400 == pytest.approx(0.75, abs=0.08)


@views
def test_what_lies_outside_of_a_label_region_is_fill(prepared, view):
    cache, grids = prepared
    region = label_region((4,), 1)
    cut = sampler(prepared, view, region=region, foreground=(4,), noise=False)
    names, _ = cut.draw(0)
    images, labels = cut(0)
    for name, image, label in zip(names, images, labels, strict=True):
        expected = cut_by_hand(grids, name, region(cache, name.case_id), view)
        np.testing.assert_allclose(image, expected[0], atol=1e-5)
        np.testing.assert_array_equal(label, expected[1])


def test_every_batch_holds_foreground(prepared):
    """Even of a rare label, which the first draw of many steps lacks."""
    cache, _ = prepared
    rule = PatchRule((3, 3, 3), (1, 2, 2), foreground=(4,))
    cut = PatchSampler(cache, IDS, rule, 2, seed=1)
    free = PatchSampler(
        cache, IDS, PatchRule((3, 3, 3), (1, 2, 2), foreground=()), 2, seed=1
    )
    assert all((cut(step)[1] == 4).any() for step in range(12))
    assert not all((free(step)[1] == 4).any() for step in range(12))


def test_a_first_draw_with_foreground_is_kept(prepared):
    cut, free = sampler(prepared), sampler(prepared, foreground=())
    kept = [s for s in range(8) if any(x.any() for x in free.draw(s)[1])]
    assert kept and all(cut.draw(s)[0] == free.draw(s)[0] for s in kept)


def test_no_foreground_at_all(prepared, monkeypatch):
    monkeypatch.setattr("data.batches.patches.MAX_DRAWS", 20)
    with pytest.raises(UserError, match=r"one of the labels \(7,\)"):
        sampler(prepared, foreground=(7,)).draw(0)


def test_augmentation_is_what_was_drawn(prepared):
    rule = AugmentationRule(rank=3, flip=(0.0, 0.0, 0.5))
    plain, changed = sampler(prepared)(4), sampler(prepared, augment=rule)(4)
    log = rule.rows(6, sampler(prepared).draw(4)[0])
    flipped = [rule.draw(6, 4, position).flips[2] for position in range(3)]
    assert [row["flips"] for row in log] == [f"0 0 {int(flip)}" for flip in flipped]
    assert [row["position"] for row in log] == [0, 1, 2]
    for position, flip in enumerate(flipped):
        for one, other in zip(plain, changed, strict=True):
            expected = one[position][:, :, ::-1] if flip else one[position]
            np.testing.assert_array_equal(other[position], expected)


# Of the recorded training batches: the labels of the region, and the centers of one
# batch, which were found by searching the volume for their voxels.
RECORDED = {
    "wt": (None, [(36, 20, 32), (31, 44, 46), (13, 22, 47)]),
    "tc": ((1, 2, 4), [(21, 42, 43), (27, 49, 38), (21, 49, 20)]),
    "en": ((1, 4), [(24, 45, 24), (24, 30, 27), (24, 42, 27)]),
}


@pytest.mark.real
@pytest.mark.parametrize("net", RECORDED)
def test_patches_equal_those_of_the_original_code(shared_data, tmp_path, net):
    """One batch per view, recorded from the authors' released code."""
    folder = shared_data / "oracle_aniso"
    with np.load(folder / "pipeline_case_zero.npz") as file:
        raw = {name: file[f"raw_zyx/{name}"] for name in MODALITIES}
        info, arrays = pack_volume(raw, file["truth_zyx"], np.eye(4))
    with np.load(folder / "data_process_cases.npz") as file:
        config = json.loads(str(file[f"batch_{net}/config"]))
        images, labels = (file[f"batch_{net}/{key}"] for key in ("images", "labels"))
    cache = VolumeCache(tmp_path, "recorded", "0" * 64)
    cache.write_volume("case", "source", info, arrays)
    wanted, centers = RECORDED[net]
    region = modality_region(0, 5)
    if wanted:
        region = label_region(wanted, 5, within=region, high_margin=4)
    rule = PatchRule(
        tuple(config["data_shape"][:3]),
        tuple(config["label_shape"][:3]),
        config["batch_slice_direction"],
        region=region,
        noise=False,  # the recorded fill is 0
    )
    cut = PatchSampler(cache, ["case"], rule, 3, seed=0)
    sources, targets = (config[f"label_convert_{x}"] for x in ("source", "target"))
    positive = [s for s, t in zip(sources, targets, strict=True) if t]
    for center, image, label in zip(centers, images, labels, strict=True):
        name = PatchName("case", center, 0, 0)
        np.testing.assert_allclose(cut.read_image(name), image, atol=1e-5)
        found = np.isin(cut.read_labels(name), positive)
        np.testing.assert_array_equal(found, label[..., 0])


def test_through_the_pipeline(prepared):
    cut = sampler(prepared, "coronal")
    shapes = [(3, *IMAGE, 4), (3, *LABEL)]
    stream = iter(batch_stream(itertools.count(5), cut, shapes))
    for step in (5, 6):
        for received, read in zip(next(stream), cut(step), strict=True):
            np.testing.assert_array_equal(received, read)
