"""NIfTI, MetaImage and DICOM."""

import gzip

import numpy as np

from tests.fuzz.reader import Reader

SHAPE = (3, 4, 5)
LPS = np.diag([-1.0, -1.0, 1.0, 1.0])


def _numbers(shape=SHAPE, kind=np.int16):
    return np.arange(np.prod(shape)).reshape(shape).astype(kind)


def _write_nifti(folder):
    import nibabel

    for name, image in {
        "int16.nii": nibabel.Nifti1Image(_numbers(), LPS),
        "float64.nii": nibabel.Nifti1Image(_numbers(kind=np.float64), LPS),
        "nifti2.nii": nibabel.Nifti2Image(_numbers(kind=np.uint8), LPS),
        "fourth.nii": nibabel.Nifti1Image(_numbers((*SHAPE, 1)), LPS),
        "packed.nii.gz": nibabel.Nifti1Image(_numbers(), LPS),
    }.items():
        content = image.to_bytes()
        packed = name.endswith(".gz")
        (folder / name).write_bytes(gzip.compress(content) if packed else content)
    scaled = nibabel.Nifti1Image(_numbers(), LPS)
    scaled.header.set_slope_inter(0.5, 3)
    (folder / "scaled.nii").write_bytes(scaled.to_bytes())


def _read_volume(path):
    from data.digests import digest_values
    from data.volume.files import encode_labels, read_geometry, read_volume

    read_geometry(path)
    array, geometry = read_volume(path)
    if array.shape != geometry.shape or array.dtype.byteorder == ">":
        raise AssertionError(f"{array.shape} {array.dtype} of {geometry.shape}")
    digest_values(array)
    encode_labels(path.name, np.zeros(array.shape, np.uint8), path)


def _write_channels(folder):
    import nibabel

    content = nibabel.Nifti1Image(_numbers((*SHAPE, 2)), LPS).to_bytes()
    (folder / "two.nii").write_bytes(content)
    (folder / "two.nii.gz").write_bytes(gzip.compress(content))


def _read_channels(path):
    from data.digests import digest_values
    from data.volume.channels import read_channels, read_channels_geometry

    read_channels_geometry(path)
    array, _ = read_channels(path)
    digest_values(array)


def _write_metaimage(folder):
    from data.volume.metaimage import encode_image

    plain = encode_image(_numbers(), compressed=False)
    (folder / "plain.mha").write_bytes(plain)
    (folder / "packed.mha").write_bytes(encode_image(_numbers()))
    (folder / "bytes.mha").write_bytes(encode_image(_numbers(kind=np.uint8)))


def _write_series(folder):
    import SimpleITK as sitk

    from benchmarks.scans.dicom_files import locale_kept, write_series

    image = sitk.GetImageFromArray(_numbers((4, 4, 5)))
    with locale_kept():
        paths = write_series(folder / "t1", image, tags={"0008|103e": "t1 mprage"})
    for path in paths:
        path.rename(path.with_suffix(".dcm"))


def _read_series(folder):
    from data.volume.dicom import find_series, read_series
    from papers.engine.console import Console
    from papers.engine.predict.listing import list_series

    list_series(folder, Console())
    for series in find_series(folder):
        read_series(series)


def _write_scan(folder):
    import nibabel

    for name in ("flair", "t1", "t1ce", "t2", "seg"):
        values = _numbers(kind=np.uint8) % 2 if name == "seg" else _numbers() + 1
        image = nibabel.Nifti1Image(values.astype(np.int16), LPS)
        nibabel.save(image, folder / f"{name}.nii")


def _read_scan(folder):
    from data.scans.scan import open_scan

    scan = open_scan(folder, force=True)
    scan.restore(scan.volumes[0])


READERS = [
    Reader("nifti", _write_nifti, _read_volume),
    Reader("nifti-channels", _write_channels, _read_channels),
    Reader("metaimage", _write_metaimage, _read_volume),
    Reader("dicom", _write_series, _read_series, whole=True),
    Reader("scan", _write_scan, _read_scan, whole=True),
]
