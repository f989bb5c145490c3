"""The suspicion of exchanged modalities: raised by swaps only."""

import itertools

import numpy as np
import pytest

from data.brats.check_swap import suspected_swap
from data.brats.dataset import BratsDataset
from data.brats.releases import MODALITIES
from data.phantom.brats.case import draw_case

SHAPE = (16, 48, 48)
PAIRS = list(itertools.combinations(range(4), 2))


def draw(index, high_grade=True):
    images, labels = draw_case(2, 0 if high_grade else 1, index, SHAPE, high_grade)
    return [images[role] for role in MODALITIES], labels


def exchange(images, first, second):
    images = images.copy()
    images[first], images[second] = images[second], images[first]
    return images


def test_the_phantom_is_not_suspected():
    for high_grade in (True, False):
        for index in range(6):
            images, labels = draw(index, high_grade)
            assert suspected_swap(images, labels) is None
            assert suspected_swap(images) is None


@pytest.mark.parametrize("pair", PAIRS)
def test_pair_is_named(pair):
    images, labels = draw(1)
    names = tuple(MODALITIES[i] for i in pair)
    assert suspected_swap(exchange(images, *pair), labels) == names


def test_scale_of_the_intensities_does_not_matter():
    images, labels = draw(1)
    scaled = [np.where(x > 0, 1 + x / 7.0, 0) ** 1.5 for x in images]
    assert suspected_swap(scaled, labels) is None
    swapped = exchange(scaled, 0, 3)
    assert suspected_swap(swapped, labels) == ("flair", "t2")


def test_t1_and_t1ce_are_not_suspected_without_enhancement():
    images, labels = draw(0, high_grade=False)
    assert not (labels == 4).any()
    assert suspected_swap(exchange(images, 1, 2), labels) is None


def test_nothing_is_suspected_without_brain():
    empty = [np.zeros(SHAPE, np.int16)] * 4
    flat = [np.ones(SHAPE, np.int16)] * 4
    assert suspected_swap(empty) is None and suspected_swap(flat) is None


@pytest.mark.real
def test_swaps_of_real_cases_are_noticed(shared_data):
    """Every twelfth cube: see the docstring of the module for all cases."""
    dataset = BratsDataset(shared_data / "brats" / "cubes32")
    noticed = dict.fromkeys(itertools.combinations(range(4), 2), 0)
    cases = [dataset[i] for i in range(0, len(dataset), 12)]
    for case in cases:
        images = [dataset.read_image(case, role) for role in MODALITIES]
        labels = dataset.read_labels(case)
        for first, second in noticed:
            swapped = images.copy()
            swapped[first], swapped[second] = images[second], images[first]
            noticed[first, second] += suspected_swap(swapped, labels) is not None
    shares = {pair: count / len(cases) for pair, count in noticed.items()}
    assert shares.pop((1, 2)) > 0.5  # T1 and T1ce, cases without rim included
    assert shares.pop((0, 3)) > 0.75  # FLAIR and T2
    assert min(shares.values()) > 0.9
