"""What a kill just before its end leaves of a phantom is removed by the next run."""

import pytest

from data.phantom.brats.write import write_phantom as brats
from data.phantom.figshare.write import write_phantom as figshare
from data.phantom.msd.write import write_phantom as msd

SMALL = {"shape": (16, 48, 48)}


@pytest.mark.parametrize(
    "write, settings",
    [
        (figshare, {"count": 1, "size": 64}),
        (brats, {"hgg": 1, "lgg": 0, **SMALL}),
        (msd, {"count": 1, **SMALL}),
    ],
)
def test_the_lock_of_a_whole_phantom_goes_too(tmp_path, write, settings):
    root, lock = tmp_path / "phantom", tmp_path / ".phantom.lock"
    write(root, **settings)
    times = {path: path.stat().st_mtime_ns for path in root.rglob("*")}
    lock.write_text("process 1 (make phantom)")
    write(root, **settings)
    assert not lock.exists()
    assert times == {path: path.stat().st_mtime_ns for path in root.rglob("*")}
