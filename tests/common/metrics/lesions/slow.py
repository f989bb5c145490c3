"""Lesions by slow loops over sets of voxels, to compare with."""

import itertools

import numpy as np

from common.metrics.surface import surface_distances

CUBE = [step for step in itertools.product((-1, 0, 1), repeat=3) if any(step)]
# Neighbors by a face or an edge: not all three coordinates change.
CROSS = [step for step in CUBE if 0 in step]


def voxels(mask):
    """The voxels of a mask as a set."""
    return set(map(tuple, np.argwhere(mask).tolist()))


def mask_of(points, shape):
    """The mask of a set of voxels."""
    mask = np.zeros(shape, bool)
    for point in points:
        mask[point] = True
    return mask


def around(point, steps, shape):
    """The neighbors of a voxel within the array."""
    for step in steps:
        other = tuple(a + b for a, b in zip(point, step, strict=True))
        if all(0 <= a < n for a, n in zip(other, shape, strict=True)):
            yield other


def grown(points, times, shape):
    """A set of voxels after some steps of growth."""
    for _ in range(times):
        points = points | {o for p in points for o in around(p, CROSS, shape)}
    return points


def parts(points, shape):
    """The parts of a set that hang together, in the order of their first voxels."""
    left, found = set(points), []
    for start in sorted(points):
        if start not in left:
            continue
        part, edge = {start}, [start]
        left.discard(start)
        while edge:
            for other in around(edge.pop(), CUBE, shape):
                if other in left:
                    left.discard(other)
                    part.add(other)
                    edge.append(other)
        found.append(part)
    return found


def dice(one, other):
    """Dice of two sets."""
    return 2 * len(one & other) / (len(one) + len(other))


def measures(predicted, true, shape, spacing, rule, tolerance):
    """Dice, surface Dice and HD95 of two sets, of masks that are cut out alone."""
    masks = mask_of(predicted, shape), mask_of(true, shape)
    distances = surface_distances(*masks, spacing, rule.distance)
    nsd = distances.under(rule.surface_dice).surface_dice(tolerance)
    return dice(predicted, true), nsd, distances.hausdorff(95)


def dilated(prediction, truth, spacing, rule, tolerance=1.0):
    """Means and numbers of lesions by the rule of 2023."""
    shape, voxel = truth.shape, float(np.prod(spacing))
    true, components = voxels(truth), parts(voxels(prediction), shape)
    near = parts(grown(true, rule.dilation, shape), shape)
    scores, numbers, taken = [], {"found": 0, "missed": 0, "small": 0}, set()
    for lesion in (true & one for one in near):
        reach = grown(lesion, rule.dilation, shape)
        own = [i for i, one in enumerate(components) if one & reach]
        taken |= set(own)
        if len(lesion) * voxel <= rule.min_volume:
            numbers["small"] += 1
        elif not own:
            numbers["missed"] += 1
            scores.append((0, 0, rule.penalty))
        else:
            numbers["found"] += 1
            predicted = set().union(*(components[i] for i in own))
            scores.append(measures(predicted, lesion, shape, spacing, rule, tolerance))
    numbers["false"] = len(components) - len(taken)
    scores += [(0, 0, rule.penalty)] * numbers["false"]
    return np.mean(scores, axis=0) if scores else (1, 1, 0), numbers


def best_matches(components, lesions):
    """All one-to-one matchings with the largest sum of Dice, by trying every one."""
    few, many = sorted((components, lesions), key=len)
    best, found = 0.0, [()]
    for chosen in itertools.permutations(range(len(many)), len(few)):
        pairs = [(i, j) for i, j in enumerate(chosen) if few[i] & many[j]]
        total = sum(dice(few[i], many[j]) for i, j in pairs)
        pairs = tuple(pairs if few is components else [(j, i) for i, j in pairs])
        if total > best + 1e-12:
            best, found = total, [pairs]
        elif pairs and abs(total - best) <= 1e-12:
            found.append(pairs)
    return {tuple(sorted(one)) for one in found}
