"""Regions, probabilities and sample matrices against the paper's equations."""

import numpy as np
import pytest
from scipy import ndimage

from common.evidence import replace
from data.batches.slice_name import SliceName
from data.brats.dataset import BratsDataset
from data.brats.releases import MODALITIES
from data.order import generator
from data.phantom.brats.case import draw_case
from papers.cunet.protocol import METHODS, PROFILES, Protocol
from papers.cunet.sampling import (
    BACKGROUND,
    CONTOUR,
    NORMAL,
    TUMOR,
    LossSampler,
    weights_of_batch,
)
from papers.cunet.slices import contour_note, share_note
from papers.cunet.truth import TruthMaker

SAMPLER = LossSampler()


def disc(size, center, radius):
    y, x = np.indices((size, size))
    return (y - center) ** 2 + (x - center) ** 2 <= radius**2


@pytest.fixture
def golden():
    """The specification's: a brain of radius 28 and a tumor of radius 12."""
    return disc(64, 32, 12), disc(64, 32, 28)


def test_golden_regions(golden):
    tumor, brain = golden
    regions = SAMPLER.regions(tumor, brain)
    counts = np.bincount(regions.ravel(), minlength=5)[1:]
    assert (brain.sum(), tumor.sum()) == (2453, 441)
    assert counts.tolist() == [1643, 1572, 149, 732]
    assert ((regions == CONTOUR) & ~tumor).sum() == 440
    y, x = np.indices(tumor.shape) - 32
    radii = np.hypot(y, x)[regions == CONTOUR]
    assert (round(radii.min(), 2), radii.max()) == (7.07, 17.0)
    assert SAMPLER.p2(counts[1], tumor.sum()) == pytest.approx(0.42080, abs=5e-6)


def test_contour_by_dilation_and_erosion():
    random = np.random.default_rng(0)
    tumor = ndimage.gaussian_filter(random.random((60, 60)), 4) > 0.51
    tumor[:15] = tumor[-15:] = tumor[:, :15] = tumor[:, -15:] = False
    disk = disc(11, 5, 5)
    grown = ndimage.binary_dilation(tumor, disk)
    shrunk = ndimage.binary_erosion(tumor, disk)
    regions = SAMPLER.regions(tumor, np.ones_like(tumor))
    np.testing.assert_array_equal(regions == CONTOUR, grown & ~shrunk)
    np.testing.assert_array_equal(regions == TUMOR, shrunk)


def test_no_contour_outside_of_the_brain(golden):
    tumor, _ = golden
    regions = SAMPLER.regions(tumor, tumor)
    np.testing.assert_array_equal(regions == BACKGROUND, ~tumor)
    assert NORMAL not in regions


def test_probability_is_clipped():
    assert SAMPLER.p2(100, 0) == pytest.approx(1 / 75)  # beta p2 epochs = 1
    assert SAMPLER.p2(100, 90) == 1.0
    assert SAMPLER.p2(0, 90) == 1.0
    assert SAMPLER.p2(1500, 100) == pytest.approx(0.1)


def draws(golden, count, sampler=SAMPLER):
    tumor, brain = golden
    regions = sampler.regions(tumor, brain)
    p2 = sampler.p2(np.count_nonzero(regions == NORMAL), tumor.sum())
    matrices = [
        sampler.weights(regions, tumor, p2, generator(0, 0, i)) for i in range(count)
    ]
    return regions, np.stack(matrices)


def test_values_of_the_sample_matrices(golden):
    regions, matrices = draws(golden, 3)
    first, second = matrices[..., 0], matrices[..., 1]
    assert set(np.unique(first)) == {0, 1, 2} and set(np.unique(second)) == {0, 1}
    assert not first[:, regions == BACKGROUND].any()
    assert (first[:, regions == TUMOR] == 1).all()
    assert (first[:, regions == CONTOUR] == 2).all()
    np.testing.assert_array_equal(
        second, np.broadcast_to(regions >= TUMOR, second.shape)
    )


def test_sampled_normal_brain_balances_the_tumor(golden):
    tumor, _ = golden
    regions, matrices = draws(golden, 200)
    sums = matrices[:, regions == NORMAL, 0].sum(axis=1)
    normal = np.count_nonzero(regions == NORMAL)
    p2 = 1.5 * tumor.sum() / normal
    error = np.sqrt(normal * p2 * (1 - p2) / len(sums))
    assert abs(sums.mean() - 1.5 * tumor.sum()) < 3 * error
    assert sums.std() == pytest.approx(np.sqrt(normal * p2 * (1 - p2)), rel=0.2)
    # Every pixel has the same chance, and slices do not depend on each other.
    share = matrices[:, regions == NORMAL, 0].mean(axis=0)
    deviation = np.sqrt(p2 * (1 - p2) / len(sums))
    assert abs(share - p2).max() < 5 * deviation
    assert share.std() == pytest.approx(deviation, rel=0.1)


def test_contour_may_add_to_the_tumor(golden):
    tumor, _ = golden
    sampler = LossSampler(contour_overlap="add")
    regions, matrices = draws(golden, 1, sampler)
    inner = (regions == CONTOUR) & tumor
    assert (matrices[0, inner, 0] == 3).all()
    assert (matrices[0, (regions == CONTOUR) & ~tumor, 0] == 2).all()


def test_one_probability_a_batch(golden):
    tumor, brain = golden
    tumors, brains = np.stack([tumor, np.zeros_like(tumor)]), np.stack([brain] * 2)

    def share(scope, p2=None):
        """Of the tumor-free slice's brain, the share that is kept."""
        generators = [generator(0, 0, row) for row in range(2)]
        matrices = weights_of_batch(SAMPLER, tumors, brains, generators, scope, p2)
        return matrices[1, brain, 0].mean()

    of_batch = 1.5 * 441 / (1572 + 2453)
    deviation = np.sqrt(of_batch * (1 - of_batch) / 2453)
    assert share("batch") == pytest.approx(of_batch, abs=3 * deviation)
    assert share("slice") == pytest.approx(1 / 75, abs=0.01)
    assert share("dataset", p2=0.5) == pytest.approx(0.5, abs=0.03)


def shares(tumors, brains):
    """Weighted shares of S2 : S3 : S4 and mean p2, slice by slice."""
    sums, probabilities = np.zeros(3), []
    for number, (tumor, brain) in enumerate(zip(tumors, brains, strict=True)):
        regions = SAMPLER.regions(tumor, brain)
        p2 = SAMPLER.p2(np.count_nonzero(regions == NORMAL), tumor.sum())
        first = SAMPLER.weights(regions, tumor, p2, generator(0, 0, number))[..., 0]
        sums += [first[regions == region].sum() for region in (NORMAL, TUMOR, CONTOUR)]
        probabilities.append(p2)
    return sums / sums.sum(), np.mean(probabilities)


def check_balance(labels, images):
    """Makes sure that normal brain is sampled, and not taken whole."""
    here = (labels > 0).any(axis=(1, 2))
    tumors, brains = labels[here] > 0, (images[here] != 0).any(axis=-1)
    (normal, tumor, contour), p2 = shares(tumors, brains)
    # 0.34 : 0.09 : 0.57 with a mean p2 of 0.13 on a case of 2015.
    assert 0.03 < p2 < 0.3
    assert 0.2 < normal < 0.45 and tumor < 0.35 and 0.3 < contour < 0.7


def test_balance_of_whole_slices_of_a_phantom():
    # Every sixth slice or so, each of 240x240 pixels of 1 mm.
    images, labels = draw_case(0, 0, 0, (24, 240, 240), high_grade=True)
    check_balance(labels, np.stack(list(images.values()), axis=-1))


def test_balance_of_a_batch_of_whole_slices():
    """Equation (3) over a batch: beta normal pixels for each of tumor."""
    images, labels = draw_case(0, 0, 0, (24, 240, 240), high_grade=True)
    brains = np.stack(list(images.values()), axis=-1).any(axis=-1)
    middle = int((labels > 0).sum(axis=(1, 2)).argmax())
    batch = slice(middle - 4, middle + 4)
    tumors, brains = labels[batch] > 0, brains[batch]
    generators = [generator(0, 0, row) for row in range(8)]
    first = weights_of_batch(SAMPLER, tumors, brains, generators)[..., 0]
    pairs = zip(tumors, brains, strict=True)
    normal = np.stack([SAMPLER.regions(*pair) == NORMAL for pair in pairs])
    p2 = 1.5 * tumors.sum() / normal.sum()
    assert 1 / 75 < p2 < 0.5  # far from the clips
    deviation = np.sqrt(normal.sum() * p2 * (1 - p2))
    assert abs(first[normal].sum() - 1.5 * tumors.sum()) < 3 * deviation
    # The same share in every slice, not that of each slice's own tumor.
    shares = [one[mask].mean() for one, mask in zip(first, normal, strict=True)]
    own = [1.5 * t.sum() / n.sum() for t, n in zip(tumors, normal, strict=True)]
    np.testing.assert_allclose(shares, p2, atol=0.01)
    assert np.ptp(own) > 0.05


@pytest.mark.real
def test_balance_of_whole_real_slices(shared_data):
    dataset = BratsDataset(shared_data / "brats" / "full")
    case = dataset[0]
    images = np.stack([dataset.read_image(case, m) for m in MODALITIES], axis=-1)
    check_balance(dataset.read_labels(case), images)


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.id)
def test_a_method_whose_truth_depends_on_the_budget_says_so(method):
    """It must not go on from a shorter run."""
    brain = disc(64, 32, 28)[None]
    classes = disc(64, 32, 2)[None].astype(np.uint8)
    made = []
    for epochs in (2, 50):
        protocol = replace(Protocol(), {"training.epochs": epochs})
        maker = TruthMaker(method, protocol, 0, None)
        made.append(maker([SliceName("a", 0, 0, 0)], classes, brain))
    pairs = zip(*made, strict=True)
    differs = any((short != long).any() for short, long in pairs)
    assert differs == method.budget_in_loss


BY_ID = {method.id: method for method in METHODS}
CPU = replace(Protocol(), PROFILES["cpu"])


def test_a_contour_for_other_slices_is_warned_of():
    note = contour_note(BY_ID["cun_lws"], CPU, 240)
    assert "5.33 pixels" in note and note.endswith("SET=sampling.contour_width=10.0")
    note = contour_note(BY_ID["cun_lws"], Protocol(), 32)
    assert "10 pixels wide in slices of 32" in note
    assert note.endswith("SET=sampling.contour_width=10.0/their size in mm")
    for method, protocol, width in (
        ("cun", CPU, 240),
        ("cun_lws", CPU, 32),
        ("cun", Protocol(), 32),
        ("cun_lws", Protocol(), 240),
    ):
        assert contour_note(BY_ID[method], protocol, width) is None


@pytest.mark.parametrize(
    ("epochs", "share"), [(1, "0.667"), (4, "0.167"), (6, "0.111"), (7, None)]
)
def test_a_share_of_normal_brain_that_no_balance_lowers_is_warned_of(epochs, share):
    sampler = LossSampler(epochs=epochs)
    note = share_note(BY_ID["cun_lws"], sampler)
    if share:
        assert f"at least {share} of normal brain" in note
        assert note.endswith("the paper's 50 epochs keep 0.013")
    else:
        assert note is None
    assert share_note(BY_ID["cun"], sampler) is None
