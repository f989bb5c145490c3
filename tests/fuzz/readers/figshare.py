"""The `.mat` files of figshare, in both formats of MATLAB, and notes beside them."""

import numpy as np

from tests.fuzz.reader import Reader

SIDE = 8


def _slice(number=1):
    from data.figshare.slice import Slice

    image = np.arange(SIDE * SIDE, dtype=np.int16).reshape(SIDE, SIDE)
    mask = np.zeros((SIDE, SIDE), np.uint8)
    mask[2:5, 2:5] = 1
    border = np.array([[2.0, 2.0], [4.0, 2.0], [4.0, 4.0]])
    return Slice(image, mask, border, f"10000{number}", 1)


def _write_slices(folder):
    """One as the data set has them, one of doubles, one of MATLAB v5."""
    import h5py
    from scipy.io import savemat

    from data.figshare.mat_writer import write_slice

    write_slice(folder / "1.mat", _slice())
    with h5py.File(folder / "2.mat", "w") as file:
        group = file.create_group("cjdata")
        for name, values in (
            ("label", [[2.0]]),
            ("PID", np.array([[49], [50]], np.uint16)),
            ("image", np.ones((SIDE, SIDE))),
            ("tumorBorder", [[1.0, 1.0, 3.0, 1.0, 3.0, 3.0]]),
            ("tumorMask", np.eye(SIDE, dtype=np.uint8)),
        ):
            group[name] = values
    # It reads the slice above where this one is refused, as it has to be.
    savemat(folder / "v5.mat", {"cjdata": {"label": 1, "image": np.ones((2, 2))}})


def _read_slice(path):
    from data.figshare.mat_reader import read_header, read_slice

    read_header(path)
    read_slice(path)


def _write_folds(folder):
    from data.figshare.mat_writer import write_cvind

    write_cvind(folder / "cvind.mat", [1, 2, 3, 4, 5] * 4)


def _read_folds(path):
    from data.figshare.mat_reader import read_cvind

    read_cvind(path)


def _write_set(folder):
    from data.figshare.mat_writer import write_cvind, write_slice

    for number in (1, 2, 3):
        write_slice(folder / f"{number}.mat", _slice(number))
    write_cvind(folder / "cvind.mat", [1, 2, 3])
    (folder / "dataset.json").write_text('{"name": "my-hospital"}')
    (folder / "phantom.json").write_text(
        '{"writer": "braintumor-repro figshare phantom", "count": 3, '
        '"planes": {"1": "axial"}}'
    )


def _read_set(folder):
    from data.figshare.dataset import FigshareDataset

    dataset = FigshareDataset(folder)
    dataset.fingerprint()
    for case in dataset:
        dataset.plane(case)
        dataset.read(case)


READERS = [
    Reader("figshare-mat", _write_slices, _read_slice),
    Reader("figshare-cvind", _write_folds, _read_folds),
    Reader("figshare-set", _write_set, _read_set, whole=True),
]
