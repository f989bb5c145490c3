"""Raw scans that are made: moves within their limits, voxels where they belong."""

import numpy as np
import pytest
import SimpleITK as sitk

from benchmarks.scans import synthesize
from benchmarks.scans.bench import KINDS
from benchmarks.scans.synthesize import Grid, as_scanned, draw_move, middle_of
from data.scans.placement import Placement
from data.volume.itk import geometry_of
from data.volume.orientation import axis_codes
from tests.data.scans import heads


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr(synthesize, "_FIELD", 100)


def test_moves_are_within_their_limits_and_repeat():
    moves = [draw_move((5, 6, 7), 3, number) for number in range(200)]
    placed = [Placement(move, 0.0, "", 1.0) for move in moves]
    angles, shifts = ([getattr(p, name) for p in placed] for name in ("angle", "shift"))
    for values in (angles, shifts):
        assert 13 < max(values) <= 15 and min(values) < 1
    again = draw_move((5, 6, 7), 3, 11)
    assert again.GetParameters() == moves[11].GetParameters()


@pytest.mark.parametrize("thickness", [1, 5])
def test_voxels_show_what_lies_there(thickness):
    head = heads.scan("t1")
    move = draw_move(middle_of(head), 0, 1)
    raw = as_scanned(head, move, Grid("PSL", thickness)).image
    assert axis_codes(geometry_of(raw).affine) == "PSL"
    assert raw.GetSpacing() == (1, 1, thickness)
    index = (50, 55, 48 // thickness)
    # A slice is the mean over its thickness.
    along = np.arange(thickness) - (thickness - 1) / 2
    normal = np.reshape(raw.GetDirection(), (3, 3))[:, 2]
    place = np.array(raw.TransformIndexToPhysicalPoint(index))
    points = [move.TransformPoint((place + mm * normal).tolist()) for mm in along]
    expected = np.mean(
        [head.EvaluateAtPhysicalPoint(p, sitk.sitkLinear) for p in points]
    )
    assert raw.GetPixel(index) == pytest.approx(expected, abs=1.0) and expected > 100


def test_slices_are_stacked_as_in_dicom_series():
    """There, the axis of slices is the cross product of the others."""
    for grid in {grid for kind in KINDS.values() for grid in kind.values()}:
        axes = np.reshape(heads.grid(grid.axes).GetDirection(), (3, 3))
        assert np.linalg.det(axes) == pytest.approx(1)
