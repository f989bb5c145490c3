"""Reading and writing volumes, against nibabel and SimpleITK."""

import gzip
import struct
import tracemalloc
import zlib

import nibabel
import numpy as np
import pytest
import SimpleITK

from common.errors import UserError
from data.volume.files import read_geometry, read_volume, write_labels
from data.volume.metaimage import encode_image

SHAPE = (3, 5, 7)  # (depth, height, width)


def oblique():
    """An affine with a rotation, spacings 2, 3, 4 mm and an origin."""
    turn = np.array([[0.8, -0.6, 0], [0.6, 0.8, 0], [0, 0, 1]])
    affine = np.eye(4)
    affine[:3, :3] = turn * (2, 3, 4)
    affine[:3, 3] = (-10, 20, 30.5)
    return affine


def numbers(dtype=np.int16, shape=SHAPE):
    return np.random.default_rng(0).integers(0, 200, shape).astype(dtype)


def labels():
    return np.arange(np.prod(SHAPE)).reshape(SHAPE) % 5


def save_nifti(path, array, affine=None, **header):
    """Writes an array (depth, height, width) with nibabel."""
    image = nibabel.Nifti1Image(array.T, oblique() if affine is None else affine)
    for name, value in header.items():
        image.header[name] = value
    nibabel.save(image, path)
    return path


def save_itk(path, array):
    """Writes an array (depth, height, width) with SimpleITK, rotated."""
    image = SimpleITK.GetImageFromArray(array)
    image.SetSpacing((2, 3, 4))
    image.SetOrigin((5, -6, 7))
    image.SetDirection((0.8, 0.6, 0, -0.6, 0.8, 0, 0, 0, 1))
    SimpleITK.WriteImage(image, path, useCompression=True)
    return path


@pytest.mark.parametrize("suffix", ["nii", "nii.gz"])
@pytest.mark.parametrize("kind", ["u1", "i2", "u2", "i4", "f4", "f8", ">i2", ">f4"])
def test_nifti_is_read_as_by_nibabel_and_itk(tmp_path, kind, suffix):
    path = save_nifti(tmp_path / f"v.{suffix}", numbers(np.dtype(kind)))
    array, geometry = read_volume(path)
    assert array.dtype == np.dtype(kind).newbyteorder("=")
    assert array.flags.c_contiguous and geometry.shape == SHAPE
    np.testing.assert_array_equal(array, nibabel.load(path).get_fdata().T)
    itk = SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(path))
    np.testing.assert_array_equal(array, itk)
    np.testing.assert_allclose(geometry.affine, oblique(), atol=1e-6)
    assert geometry.spacing == pytest.approx((4, 3, 2))


def test_scaled_integers_become_float32(tmp_path):
    path = tmp_path / "v.nii.gz"
    image = nibabel.Nifti1Image(numbers(np.float32).T / 7, oblique())
    image.set_data_dtype(np.int16)
    nibabel.save(image, path)
    array, _ = read_volume(path)
    assert array.dtype == np.float32
    np.testing.assert_allclose(array, numbers() / 7, atol=0.01)


@pytest.mark.parametrize("kind", ["u1", "i2", "f4"])
def test_metaimage_is_read_as_by_itk(tmp_path, kind):
    path = save_itk(tmp_path / "v.mha", numbers(np.dtype(kind)))
    array, geometry = read_volume(path)
    assert array.dtype == np.dtype(kind) and geometry.shape == SHAPE
    np.testing.assert_array_equal(array, numbers())


def test_both_formats_agree_on_the_affine(tmp_path):
    """ITK writes both formats; nibabel knows the RAS+ affine of the NIfTI file."""
    itk = read_geometry(save_itk(tmp_path / "v.mha", numbers()))
    path = save_itk(tmp_path / "v.nii.gz", numbers())
    np.testing.assert_allclose(itk.affine, nibabel.load(path).affine, atol=1e-5)
    assert itk.matches(read_geometry(path))
    assert itk.spacing == pytest.approx((4, 3, 2))


@pytest.mark.parametrize("name", ["v.nii", "v.nii.gz", "v.mha"])
def test_header_alone_gives_the_same_geometry(tmp_path, name):
    path = tmp_path / name
    (save_itk if name.endswith("mha") else save_nifti)(path, numbers())
    geometry, whole = read_geometry(path), read_volume(path)[1]
    assert geometry.shape == whole.shape
    np.testing.assert_array_equal(geometry.affine, whole.affine)


def test_a_fourth_axis_of_length_one_is_dropped(tmp_path):
    path = save_nifti(tmp_path / "v.nii.gz", numbers()[None])
    assert nibabel.load(path).ndim == 4
    array, geometry = read_volume(path)
    assert geometry.shape == array.shape == SHAPE
    np.testing.assert_array_equal(array, numbers())
    write_labels(tmp_path / "l.nii.gz", labels(), path)
    np.testing.assert_array_equal(read_volume(tmp_path / "l.nii.gz")[0], labels())


def write_bad(folder, fault):
    """Writes a file that is not a valid volume."""
    path = folder / "bad.nii.gz"
    good = save_nifti(folder / "good.nii.gz", numbers()).read_bytes()
    header = bytearray(gzip.decompress(good))
    if fault == "truncated":
        path.write_bytes(good[: len(good) // 2])
    elif fault == "cut":  # behind the header
        large = save_nifti(folder / "large.nii.gz", numbers(shape=(20, 30, 40)))
        path.write_bytes(large.read_bytes()[:-2000])
    elif fault == "short":
        path.write_bytes(gzip.compress(bytes(header[:-20])))
    elif fault == "corrupt":
        middle = len(good) // 2
        path.write_bytes(good[:middle] + bytes(9) + good[middle + 9 :])
    elif fault == "text":
        path.write_text("<html>not found</html>")
    elif fault == "empty":
        path.write_bytes(b"")
    elif fault == "unzipped":
        path.write_bytes(header)
    elif fault == "four axes":
        save_nifti(path, np.stack([numbers(), numbers()]))
    elif fault == "two axes":
        save_nifti(path, numbers()[0])
    elif fault == "complex":
        save_nifti(path, numbers(np.complex64))
    elif fault == "huge":
        struct.pack_into("<3h", header, 42, 32000, 32000, 32000)
        path.write_bytes(gzip.compress(bytes(header)))
    elif fault == "negative":
        struct.pack_into("<3h", header, 42, -3, 5, 7)
        path.write_bytes(gzip.compress(bytes(header)))
    elif fault == "affine":
        struct.pack_into("<f", header, 280, float("nan"))
        path.write_bytes(gzip.compress(bytes(header)))
    elif fault == "folder":
        path.mkdir()
    return path


NIFTI_FAULTS = (
    *("truncated", "cut", "short", "corrupt", "text", "empty", "unzipped", "missing"),
    *("four axes", "two axes", "complex", "huge", "negative", "affine", "folder"),
)


@pytest.mark.parametrize("fault", NIFTI_FAULTS)
def test_bad_nifti_gives_one_clear_error(tmp_path, fault):
    path = write_bad(tmp_path, fault)
    with pytest.raises(UserError) as error:
        read_volume(path)
    assert error.value.file == str(path)
    assert error.value.received and error.value.next_step


@pytest.mark.parametrize("fault", ["truncated", "text", "missing", "flat", "vector"])
def test_bad_metaimage_gives_one_clear_error(tmp_path, fault):
    path = tmp_path / "bad.mha"
    good = save_itk(tmp_path / "good.mha", numbers()).read_bytes()
    if fault == "truncated":
        path.write_bytes(good[:-40])
    elif fault == "text":
        path.write_text("<html>not found</html>")
    elif fault == "flat":
        SimpleITK.WriteImage(SimpleITK.GetImageFromArray(numbers()[0]), path)
    elif fault == "vector":
        image = SimpleITK.GetImageFromArray(numbers(shape=(2, 3, 4, 2)), isVector=True)
        SimpleITK.WriteImage(image, path)
    with pytest.raises(UserError) as error:
        read_volume(path)
    assert error.value.file == str(path) and error.value.next_step
    wanted = {"truncated": "truncated", "text": "damaged", "missing": "No such file"}
    assert wanted.get(fault, "") in error.value.received


def refuses(path, content):
    """Whether reading a file of this content gives one clear error."""
    path.write_bytes(content)
    try:
        read_volume(path)
    except UserError as error:
        return error.file == str(path) and bool(error.next_step)
    return False


@pytest.mark.parametrize("suffix", ["nii", "nii.gz"])
def test_voxels_that_begin_beyond_all_numbers(tmp_path, suffix):
    save_nifti(tmp_path / "good.nii", numbers())
    content = bytearray((tmp_path / "good.nii").read_bytes())
    content[108:112] = np.float32(3e38).tobytes()  # vox_offset
    packed = gzip.compress(content) if suffix == "nii.gz" else content
    assert refuses(tmp_path / f"v.{suffix}", packed)


# Lines of the header at which ITK would end the process, or read beyond its arrays.
@pytest.mark.parametrize(
    ("line", "other"),
    [
        (b"NDims = 3", b"NDims = 65536 65536 65536"),
        (b"NDims = 3", b"NDims = 11"),
        (b"NDims = 3", b"NDims = -3"),
        (b"Offset = 0 0 0", b"Offset = " + b"9 " * 400),
        (b"DimSize = 5 4 3", b"DimSize = 5 4"),
        (b"ElementSpacing = 1 1 1", b"ElementSpacing = nan 1 1"),
        (b"ElementType = MET_SHORT", b"ElementType = MET_SHORT MET_SHORT"),
        (b"CompressedData = False", b"CompressedData"),
    ],
)
def test_a_header_that_itk_does_not_survive(tmp_path, line, other):
    content = encode_image(numbers(shape=(3, 4, 5)), compressed=False)
    assert content.count(line) == 1 and not refuses(tmp_path / "v.mha", content)
    assert refuses(tmp_path / "v.mha", content.replace(line, other))


@pytest.mark.parametrize("suffix", ["nii.gz", "mha"])
def test_more_than_the_header_promises_is_not_unpacked(tmp_path, suffix):
    path, many = tmp_path / f"v.{suffix}", bytes(64 << 20)
    if suffix == "mha":
        whole = encode_image(numbers(shape=(3, 4, 5)))
        start = whole.index(b"LOCAL\n") + 6
        content = whole[:start] + zlib.compress(zlib.decompress(whole[start:]) + many)
    else:
        save_nifti(tmp_path / "good.nii", numbers())
        content = gzip.compress((tmp_path / "good.nii").read_bytes() + many)
    assert refuses(path, content)  # and what is imported then
    tracemalloc.start()
    try:
        assert refuses(path, content)
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("suffix", ["nii.gz", "mha"])
def test_no_flipped_bit_of_compressed_voxels_goes_unnoticed(tmp_path, suffix):
    path = tmp_path / f"v.{suffix}"
    array = numbers(shape=(6, 9, 11))
    (save_itk if suffix == "mha" else save_nifti)(path, array)
    content = path.read_bytes()
    # No checksum covers gzip's name and time, nor the header of MetaImage.
    first = content.index(b"LOCAL") + 6 if suffix == "mha" else 10
    if content[3:4] == b"\x08" and suffix == "nii.gz":
        first = content.index(b"\0", 10) + 1
    for place in np.linspace(first, len(content) - 1, 40).astype(int):
        bad = bytearray(content)
        bad[place] ^= 1 << place % 8
        # Some bits are only padding: the voxels are the same without them.
        same = refuses(path, bad) or np.array_equal(read_volume(path)[0], array)
        assert same, f"byte {place} of {len(content)}"
    bad = bytearray(content)
    bad[len(content) // 2] ^= 1
    assert refuses(path, bad) and not refuses(path, content)


@pytest.mark.parametrize("suffix", ["nii", "nii.gz", "mha"])
@pytest.mark.parametrize("missing", [1, 4, 8, 30])
def test_a_missing_end_is_refused(tmp_path, suffix, missing):
    path = tmp_path / f"v.{suffix}"
    (save_itk if suffix == "mha" else save_nifti)(path, numbers(shape=(6, 9, 11)))
    assert refuses(path, path.read_bytes()[:-missing])


def test_more_or_less_than_the_header_promises_is_refused(tmp_path):
    path = save_nifti(tmp_path / "v.nii", numbers())
    content = path.read_bytes()
    assert refuses(path, content + bytes(2)) and refuses(path, content[:-2])
    packed = tmp_path / "v.nii.gz"
    assert refuses(packed, gzip.compress(content + bytes(2)))
    assert not refuses(packed, gzip.compress(content))
    for compressed in (False, True):
        path = tmp_path / "v.mha"
        image = SimpleITK.GetImageFromArray(numbers())
        SimpleITK.WriteImage(image, path, useCompression=compressed)
        content = path.read_bytes()
        assert not refuses(path, content)
        assert refuses(path, content + bytes(2))
        small = content.replace(b"DimSize = 7 5 3", b"DimSize = 7 5 2")
        assert small != content and refuses(path, small)


def test_a_metaimage_of_two_files_is_refused(tmp_path):
    image = SimpleITK.GetImageFromArray(numbers())
    SimpleITK.WriteImage(image, tmp_path / "v.mhd")
    with pytest.raises(UserError, match="LOCAL"):
        read_volume((tmp_path / "v.mhd").rename(tmp_path / "v.mha"))


def test_huge_metaimage_is_refused_before_it_is_allocated(tmp_path):
    path = tmp_path / "bad.mha"
    good = save_itk(tmp_path / "good.mha", numbers()).read_bytes()
    path.write_bytes(good.replace(b"DimSize = 7 5 3", b"DimSize = 40000 40000 40000"))
    with pytest.raises(UserError, match="voxels"):
        read_volume(path)


def test_other_formats_are_refused_by_name(tmp_path):
    path = tmp_path / "v.png"
    path.write_bytes(b"")
    with pytest.raises(UserError, match=r"\.mha"):
        read_volume(path)


@pytest.mark.parametrize("name", ["p.nii", "p.nii.gz"])
def test_nifti_labels_keep_the_header_of_the_image(tmp_path, name):
    image = nibabel.Nifti1Image(numbers().T, None)
    image.set_qform(oblique(), code=1)
    moved = oblique()
    moved[0, 3] += 1  # two forms that differ: sform counts
    image.set_sform(moved, code=4)
    image.header.set_xyzt_units("mm", "sec")
    image.header["cal_max"] = 199
    image.set_data_dtype(np.int16)
    nibabel.save(image, tmp_path / "image.nii.gz")
    write_labels(tmp_path / name, labels(), tmp_path / "image.nii.gz")
    written = nibabel.load(tmp_path / name)
    np.testing.assert_array_equal(np.asarray(written.dataobj).T, labels())
    assert written.get_data_dtype() == np.uint8
    for form, (matrix, code) in {"q": (oblique(), 1), "s": (moved, 4)}.items():
        found = getattr(written, f"get_{form}form")(coded=True)
        np.testing.assert_allclose(found[0], matrix, atol=1e-5)
        assert found[1] == code
    assert written.header.get_xyzt_units() == ("mm", "sec")
    assert written.header["cal_max"] == 0
    assert written.dataobj.slope == 1 and written.dataobj.inter == 0


@pytest.mark.parametrize("codes", [(0, 2), (1, 0), (0, 0)])
def test_form_codes_of_zero_stay_zero(tmp_path, codes):
    path = tmp_path / "image.nii.gz"
    image = nibabel.Nifti1Image(numbers().T, oblique())
    image.set_qform(oblique(), code=codes[0])
    image.set_sform(oblique(), code=codes[1])
    nibabel.save(image, path)
    write_labels(tmp_path / "p.nii.gz", labels(), path)
    header = nibabel.load(tmp_path / "p.nii.gz").header
    assert (int(header["qform_code"]), int(header["sform_code"])) == codes
    np.testing.assert_array_equal(
        nibabel.load(tmp_path / "p.nii.gz").affine, nibabel.load(path).affine
    )


def test_metaimage_labels_keep_the_space_of_the_image(tmp_path):
    path = save_itk(tmp_path / "image.mha", numbers())
    write_labels(tmp_path / "p.mha", labels(), path)
    one, two = SimpleITK.ReadImage(path), SimpleITK.ReadImage(tmp_path / "p.mha")
    assert one.GetOrigin() == two.GetOrigin()
    assert one.GetSpacing() == two.GetSpacing()
    assert one.GetDirection() == two.GetDirection()
    np.testing.assert_array_equal(SimpleITK.GetArrayFromImage(two), labels())


@pytest.mark.parametrize("names", [("i.nii.gz", "p.mha"), ("i.mha", "p.nii.gz")])
def test_labels_of_the_other_format_are_in_the_same_place(tmp_path, names):
    path = tmp_path / names[0]
    (save_itk if path.suffix == ".mha" else save_nifti)(path, numbers())
    write_labels(tmp_path / names[1], labels(), path)
    image = SimpleITK.ReadImage(path)
    written = SimpleITK.ReadImage(tmp_path / names[1])
    for index in ((0, 0, 0), (6, 4, 2), (1, 2, 0)):
        np.testing.assert_allclose(
            image.TransformIndexToPhysicalPoint(index),
            written.TransformIndexToPhysicalPoint(index),
            atol=1e-4,
        )
    np.testing.assert_array_equal(SimpleITK.GetArrayFromImage(written), labels())


@pytest.mark.parametrize("name", ["p.nii.gz", "p.nii", "p.mha"])
def test_written_twice_gives_equal_bytes_and_leaves_nothing_else(tmp_path, name):
    image = save_nifti(tmp_path / "image.nii.gz", numbers())
    (tmp_path / "out").mkdir()
    write_labels(tmp_path / "out" / name, labels(), image)
    first = (tmp_path / "out" / name).read_bytes()
    write_labels(tmp_path / "out" / name, labels().astype(np.int32), image)
    assert (tmp_path / "out" / name).read_bytes() == first
    assert [path.name for path in (tmp_path / "out").iterdir()] == [name]


def test_labels_that_do_not_fit_are_refused(tmp_path):
    image = save_nifti(tmp_path / "image.nii.gz", numbers())
    for bad in (labels()[:2], labels() / 2, labels() - 1, labels() + 300):
        with pytest.raises(ValueError, match="Received"):
            write_labels(tmp_path / "p.nii.gz", bad, image)
    assert not (tmp_path / "p.nii.gz").exists()
