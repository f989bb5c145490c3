"""The reader of `.mat` files: what it returns, and what it refuses."""

import dataclasses
import shutil
from pathlib import Path

import h5py
import numpy as np
import pytest

from common.errors import UserError
from data.figshare.mat_error import MatError
from data.figshare.mat_reader import MAX_SIDE, read_cvind, read_header, read_slice
from data.figshare.mat_writer import write_cvind, write_slice
from data.figshare.polygon import fill_polygon
from data.figshare.slice import Slice


@pytest.fixture
def mat(tmp_path):
    """A small upright slice, not square, so that a transposition would be noticed."""
    image = np.arange(30 * 40, dtype=np.int16).reshape(30, 40)
    border = np.array([[5.0, 4.0], [20.5, 4.0], [20.5, 15.25], [5.0, 15.25]])
    mask = fill_polygon(border, image.shape)
    path = tmp_path / "7.mat"
    write_slice(path, Slice(image, mask, border, "MR012345B", 3))
    return path


def replace(path, name, value, **options):
    """Replaces a dataset of the file, with all its attributes."""
    with h5py.File(path, "r+") as file:
        del file[f"cjdata/{name}"]
        file.create_dataset(f"cjdata/{name}", data=value, **options)


def refused(path, code):
    """Reads the file; returns the text of the error after checking its parts."""
    with pytest.raises(MatError) as caught:
        read_slice(path)
    error = caught.value
    assert isinstance(error, UserError)
    assert error.code == code
    assert error.file == str(path)
    assert f"make check-data DATASET=figshare DATA={path.parent}" in str(error)
    return str(error)


def test_slice_is_upright_and_whole(mat):
    item = read_slice(mat)
    assert item.image.shape == item.mask.shape == (30, 40)
    assert item.image.dtype == np.int16 and item.mask.dtype == np.uint8
    np.testing.assert_array_equal(item.image, np.arange(1200).reshape(30, 40))
    assert item.mask[4:16, 5:21].all() and item.mask.sum() == 12 * 16
    np.testing.assert_allclose(item.border[1], [20.5, 4.0])
    assert (item.patient, item.label) == ("MR012345B", 3)


def test_header_agrees(mat):
    assert read_header(mat) == ("MR012345B", 3, (30, 40))


def test_float_image_is_read(mat):
    replace(mat, "image", np.full((40, 30), 1.5))
    assert read_slice(mat).image.dtype == np.float64


@pytest.mark.parametrize("cut", [100, 700, 2000, -1000])
def test_truncated(mat, cut):
    mat.write_bytes(mat.read_bytes()[:cut])
    refused(mat, "truncated")


def test_damaged_inside(mat):
    content = bytearray(mat.read_bytes())
    with h5py.File(mat) as file:
        start = file["cjdata/image"].id.get_chunk_info(0).byte_offset
    content[start : start + 40] = bytes(40)
    mat.write_bytes(content)
    refused(mat, "damaged")


def test_missing_file(tmp_path):
    with pytest.raises(MatError, match="No such file") as caught:
        read_slice(tmp_path / "1.mat")
    assert caught.value.code == "unreadable"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", "an empty file"),
        (b"PNG or so", "another kind of file"),
        (b"MATLAB 5.0 MAT-file, Platform", "old MATLAB v5 file"),
    ],
)
def test_not_hdf5(tmp_path, content, text):
    path = tmp_path / "1.mat"
    path.write_bytes(content)
    assert text in refused(path, "not-hdf5")


@pytest.mark.real
def test_real_v5_file(shared_data, tmp_path):
    path = Path(shutil.copy(shared_data / "label.mat", tmp_path / "1.mat"))
    assert "v5" in refused(path, "not-hdf5")


@pytest.mark.parametrize(
    "name", ["label", "PID", "image", "tumorBorder", "tumorMask", None]
)
def test_missing_field(mat, name):
    with h5py.File(mat, "r+") as file:
        del file["cjdata" if name is None else f"cjdata/{name}"]
    assert (name or "cjdata") in refused(mat, "missing-field")


def test_group_instead_of_array(mat):
    with h5py.File(mat, "r+") as file:
        del file["cjdata/image"]
        file.create_group("cjdata/image")
    refused(mat, "missing-field")


@pytest.mark.parametrize("shape", [(1200,), (40, 30, 1), ()])
def test_wrong_rank(mat, shape):
    replace(mat, "image", np.zeros(shape, np.int16))
    refused(mat, "wrong-rank")


def test_empty_matlab_array_is_no_image(mat):
    for name in ("image", "tumorMask"):
        replace(mat, name, np.zeros(2, np.uint8))
        with h5py.File(mat, "r+") as file:
            file[f"cjdata/{name}"].attrs["MATLAB_empty"] = np.uint8(1)
    refused(mat, "wrong-rank")


def test_shapes_differ(mat):
    replace(mat, "tumorMask", np.ones((30, 40), np.uint8))
    refused(mat, "wrong-shape")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("image", np.full((40, 30), b"a")),
        ("image", np.full((40, 30), 1j)),
        ("tumorMask", np.ones((40, 30), np.uint16)),
        ("tumorMask", np.ones((40, 30), np.float32)),
        ("PID", np.array([[b"1"]])),
        ("label", np.array([["1"]], object)),
    ],
)
def test_wrong_type(mat, name, value):
    options = {"dtype": h5py.string_dtype()} if value.dtype == object else {}
    replace(mat, name, value, **options)
    refused(mat, "wrong-type")


@pytest.mark.parametrize(
    "link",
    [
        h5py.SoftLink("/cjdata/tumorMask"),
        h5py.ExternalLink("other.mat", "/cjdata/image"),
        h5py.ExternalLink("absent.mat", "/cjdata/image"),
    ],
)
@pytest.mark.parametrize("name", ["cjdata/image", "cjdata"])
def test_links(mat, link, name):
    shutil.copy(mat, mat.with_name("other.mat"))
    with h5py.File(mat, "r+") as file:
        del file[name]
        file[name] = link
    refused(mat, "external-link")


def test_external_storage(mat):
    (mat.parent / "secret").write_bytes(bytes(2400))
    storage = [(str(mat.parent / "secret"), 0, 2400)]
    with h5py.File(mat, "r+") as file:
        del file["cjdata/image"]
        file["cjdata"].create_dataset("image", (40, 30), np.int16, external=storage)
    refused(mat, "external-link")


def test_virtual_dataset(mat):
    shutil.copy(mat, mat.with_name("other.mat"))
    layout = h5py.VirtualLayout((40, 30), np.int16)
    layout[...] = h5py.VirtualSource("other.mat", "cjdata/image", (40, 30))
    with h5py.File(mat, "r+") as file:
        del file["cjdata/image"]
        file["cjdata"].create_virtual_dataset("image", layout)
    refused(mat, "external-link")


@pytest.mark.parametrize(
    ("name", "shape", "chunks"),
    [
        ("image", (100_000, 100_000), (1000, 1000)),
        ("image", (MAX_SIDE + 1, 10), (64, 10)),
        ("tumorMask", (2**20, 2**20), (64, 64)),
        ("tumorBorder", (20_000, 20_000), (1, 20_000)),
        ("PID", (100, 100), (100, 1)),
        ("label", (1, 1000), (1, 1000)),
    ],
)
def test_huge_shape_is_refused_unread(mat, name, shape, chunks):
    kind = {"image": np.int16, "tumorMask": np.uint8, "PID": np.uint16}
    with h5py.File(mat, "r+") as file:
        del file[f"cjdata/{name}"]
        dtype = kind.get(name, np.float64)
        file["cjdata"].create_dataset(name, shape, dtype, chunks=chunks)
    refused(mat, "huge-shape")


def test_huge_chunk_is_refused_unread(mat):
    with h5py.File(mat, "r+") as file:
        del file["cjdata/image"]
        file["cjdata"].create_dataset(
            "image",
            (40, 30),
            np.int16,
            chunks=(2**14, 2**14),
            maxshape=(None, None),
            compression="gzip",
        )
    refused(mat, "huge-shape")


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_not_finite(mat, value):
    image = np.ones((40, 30))
    image[3, 4] = value
    replace(mat, "image", image)
    assert "1 NaN or Inf" in refused(mat, "not-finite")


@pytest.mark.parametrize("value", [0, 4, -1, 1.5, np.nan])
def test_label_out_of_range(mat, value):
    replace(mat, "label", np.array([[float(value)]]))
    refused(mat, "bad-label")
    with pytest.raises(MatError):
        read_header(mat)


def test_mask_values(mat):
    replace(mat, "tumorMask", np.full((40, 30), 255, np.uint8))
    refused(mat, "mask-values")


def test_empty_mask(mat):
    replace(mat, "tumorMask", np.zeros((40, 30), np.uint8))
    refused(mat, "empty-mask")


@pytest.mark.parametrize(
    "border", [[[1.0, 2, 3, 4]], [[1.0, 2, 3, 4, 5, 6, 7]], [[1.0, 2, 3, 4, 5, np.nan]]]
)
def test_bad_border(mat, border):
    replace(mat, "tumorBorder", np.array(border))
    refused(mat, "bad-border")


@pytest.mark.parametrize("codes", [[0xD800, 0x41], [0x0A, 0x41], [7]])
def test_bad_patient(mat, codes):
    replace(mat, "PID", np.array(codes, np.uint16)[:, None])
    refused(mat, "bad-pid")


def test_empty_patient_is_allowed(mat):
    replace(mat, "PID", np.zeros(2, np.uint64))
    with h5py.File(mat, "r+") as file:
        file["cjdata/PID"].attrs["MATLAB_empty"] = np.uint8(1)
    assert read_slice(mat).patient == ""


def test_cvind_round_trip(tmp_path):
    path = tmp_path / "cvind.mat"
    write_cvind(path, [3, 1, 5])
    assert read_cvind(path) == (3, 1, 5)
    write_cvind(path, [3, 6])
    with pytest.raises(MatError, match="folds 1 to 5"):
        read_cvind(path)
    write_cvind(path, [1.5])
    with pytest.raises(MatError, match="folds 1 to 5"):
        read_cvind(path)


def test_slice_is_no_cvind(mat):
    with pytest.raises(MatError, match="cvind"):
        read_cvind(mat)


@pytest.mark.real
@pytest.mark.parametrize(
    ("size", "every", "min_dice"), [(512, 1, 0.99), (256, 12, 0.9)]
)
def test_real_borders_fill_their_masks(shared_data, size, every, min_dice):
    dice = []
    for path in sorted(shared_data.glob(f"figshare{size}/*.mat"))[::every]:
        item = read_slice(path)
        assert item.image.shape == (size, size)
        filled = fill_polygon(item.border, item.mask.shape)
        overlap = (filled & item.mask).sum()
        dice.append(2 * overlap / (int(filled.sum()) + int(item.mask.sum())))
    # Half the resolution: small masks are mostly edge.
    assert min(dice) >= min_dice and np.mean(dice) >= 0.985


@pytest.mark.real
def test_real_head_is_upright(shared_data):
    # Air above the head, the neck at the bottom.
    image = read_slice(shared_data / "figshare512" / "442.mat").image
    top, bottom = (image[rows].mean() for rows in (slice(0, 64), slice(-64, None)))
    assert bottom > 2 * top


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"image": np.full((30, 40), 0.5)}, "whole intensities"),
        ({"image": np.full((30, 40), 40000, np.uint16)}, "40000"),
        ({"mask": np.ones((30, 39), bool)}, "same shape"),
        ({"label": 4}, "label=4"),
    ],
)
def test_what_the_file_cannot_hold_is_refused(mat, fields, text):
    item, before = read_slice(mat), mat.read_bytes()
    with pytest.raises(ValueError, match=text):
        write_slice(mat, dataclasses.replace(item, **fields))
    assert mat.read_bytes() == before


def test_whole_floats_are_stored(mat):
    item = read_slice(mat)
    write_slice(mat, dataclasses.replace(item, image=item.image.astype(np.float64)))
    np.testing.assert_array_equal(read_slice(mat).image, item.image)
