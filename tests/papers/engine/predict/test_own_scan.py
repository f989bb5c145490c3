"""From DICOM series to a mask on the grid of T1ce, and nothing of the patient."""

import csv
import gzip
import json
import re

import nibabel
import numpy as np
import pytest
import SimpleITK as sitk
from PIL import Image

from benchmarks.scans.dicom_files import PATIENT
from common.errors import UserError
from data.scans import preparation as module
from data.volume.files import read_geometry, read_volume
from data.volume.itk import geometry_of
from papers import segment
from papers.engine.cli.app import main
from papers.engine.predict.preparation import NAMES
from papers.engine.predict.returned import RETURNED
from tests.papers.engine.predict import raw_scan


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A scan segmented by the command line: `(folder, out, what was shown)`."""
    folder = tmp_path_factory.mktemp("raw")
    sources, mask = raw_scan.write_scan(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "GRID", (20, 20, 20))
        raw_scan.use_bright(patch)
        raw_scan.search_from_one_place(patch)
        words = ["predict", "anisocascade", "--prepare", "--out", str(folder / "out")]
        for name, source in sources.items():
            words += [f"--{name}", source]
        with pytest.raises(SystemExit) as stopped:
            main([*words, "--brain-mask", str(mask)])
        assert not stopped.value.code
    return folder, folder / "out"


def test_the_mask_is_on_the_grid_of_t1ce(made):
    _, out = made
    labels, geometry = read_volume(out / "segmentation.nii.gz")
    given = raw_scan.reference()
    assert geometry.matches(geometry_of(given)) and labels.dtype == np.uint8
    bright = sitk.GetArrayFromImage(given)
    for found, expected in [(labels == 4, bright > 800), (labels > 0, bright > 500)]:
        assert 2 * (found & expected).sum() / (found.sum() + expected.sum()) > 0.8


def test_volumes_are_those_of_the_file(made):
    _, out = made
    labels, _ = read_volume(out / "segmentation.nii.gz")
    with open(out / "volumes.csv", newline="") as file:
        rows = {row["region"]: row for row in csv.DictReader(file)}
    assert list(rows) == ["wt", "tc", "et"] and rows["tc"]["name"] == "tumor core"
    for region, values in [("wt", (2, 4)), ("et", (4,))]:
        ml = np.isin(labels, values).sum() * 0.027
        assert float(rows[region]["ml"]) == pytest.approx(ml, abs=5e-4)
        assert ml > 0.1


def test_prepared_images_and_transforms(made):
    _, out = made
    names = {path.name for path in out.iterdir()}
    assert names == {*NAMES, *RETURNED}
    geometry = read_geometry(out / "t1.nii.gz")
    for name in ("flair", "t1ce", "t2", "brain"):
        assert read_geometry(out / f"{name}.nii.gz").matches(geometry)
    found = sitk.ReadTransform(str(out / "t2.tfm"))
    point = (5.0, -8.0, 11.0)  # of T1ce
    expected = raw_scan.MOVES["t1ce"].TransformPoint(point)  # T2 has not been moved
    assert np.linalg.norm(np.subtract(found.TransformPoint(point), expected)) < 1.2
    said = json.loads((out / "preparation.json").read_text())
    assert set(said["placements"]) == {"flair", "t1", "t2"} and not said["n4"]


def test_the_picture_has_the_colors_of_the_labels(made):
    pixels = np.asarray(Image.open(made[1] / "overlay.png").convert("RGB")).astype(int)
    colored = np.ptp(pixels, axis=-1) > 40
    assert 0.001 < colored.mean() < 0.5
    red = colored & (pixels[..., 0] > pixels[..., 1] + 40)
    assert red.any() and (colored & ~red).any()


def test_nothing_tells_the_patient(made, capsys, monkeypatch):
    folder, out = made
    files = [*out.iterdir(), folder / "out.json"]
    contents = [path.read_bytes() for path in files]
    # Three letters are found in any compressed bytes by chance.
    plain = [path.read_bytes() for path in files if path.suffix not in (".gz", ".png")]
    texts = [gzip.decompress(c) if c[:2] == b"\x1f\x8b" else c for c in contents]
    # And what is shown, with errors among it.
    monkeypatch.setattr(module, "GRID", (20, 20, 20))
    raw_scan.use_bright(monkeypatch)
    case = folder / "DOE_JOHN"
    for words in (
        ["predict", "x", "--prepare", "--out", "o", "--case", str(case)],
        ["list-series", str(case)],
    ):
        with pytest.raises(SystemExit):
            main(words)
    shown = "".join(capsys.readouterr()).replace(str(case), "")
    texts = [text.lower() for text in [*texts, shown.encode()]]
    plain = [text.lower() for text in [*plain, shown.encode()]]
    for value in PATIENT.values():
        for word in re.findall(r"[a-z0-9]{4,}", value.lower()):
            assert not [text for text in texts if word.encode() in text], word
    assert not [text for text in plain if b"doe" in text]
    assert not [text for text in texts if b"1.2.826" in text]
    image = nibabel.load(out / "segmentation.nii.gz")
    assert not image.header.extensions and not image.header["descrip"].tobytes().strip(
        b"\0"
    )


def test_from_python_by_steps_and_again(made, tmp_path, monkeypatch):
    """The steps give the bytes that one call gives, and so does a second call."""
    folder, out = made
    monkeypatch.setattr(module, "GRID", (20, 20, 20))
    raw_scan.use_bright(monkeypatch)
    raw_scan.search_from_one_place(monkeypatch)
    sources, _ = raw_scan.named(folder)
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    found = segment(sources, out, folder / "brain.nii.gz", say=lambda line: None)
    labels, _ = read_volume(out / "segmentation.nii.gz")
    np.testing.assert_array_equal(found.labels, labels)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    words = ["prepare-scan", "--out", str(tmp_path / "p"), "--brain-mask"]
    words.append(str(folder / "brain.nii.gz"))
    for name, source in sources.items():
        words += [f"--{name}", source]
    with pytest.raises(SystemExit):
        main(words)
    for name in NAMES:
        assert (tmp_path / "p" / name).read_bytes() == before[name], name
    # What `predict --case` would write, with its own header.
    scan = raw_scan.Bright().read(tmp_path / "p")
    image = nibabel.Nifti1Image(
        raw_scan.Bright().segment(scan).labels.T, scan.geometry.affine
    )
    nibabel.save(image, tmp_path / "mask.nii.gz")
    with pytest.raises(SystemExit) as stopped:
        main(
            ["restore-mask", "--case", str(tmp_path / "p")]
            + ["--mask", str(tmp_path / "mask.nii.gz"), "--out", str(tmp_path / "r")]
        )
    assert not stopped.value.code
    for name in RETURNED:
        assert (tmp_path / "r" / name).read_bytes() == before[name], name


def test_what_was_not_written_here_is_kept(made, tmp_path, monkeypatch):
    folder, _ = made
    raw_scan.use_bright(monkeypatch)
    sources, _ = raw_scan.named(folder)
    mask = folder / "brain.nii.gz"
    out = tmp_path / "out"
    out.mkdir()
    (out / "t1.tfm").write_text("mine")
    with pytest.raises(
        UserError, match=r"t1\.tfm: .*nobody has changed.*another --out"
    ):
        segment(sources, out, mask)
    assert (out / "t1.tfm").read_text() == "mine" and len(list(out.iterdir())) == 1
    for place in (folder, folder / "DOE_JOHN", folder / "DOE_JOHN" / "new"):
        with pytest.raises(UserError, match="a folder apart from the scan"):
            segment(sources, place, mask)
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="a folder, for a prepared scan"):
        segment(sources, tmp_path / "file", mask)


def test_nothing_says_where_the_brain_is(made, tmp_path):
    folder, _ = made
    sources = dict.fromkeys(raw_scan.ORDER, folder / "brain.nii.gz")
    for options, received in [
        ({}, "neither"),
        ({"brain_mask": "x", "skull_strip": "y {in} {out}"}, "both"),
    ]:
        with pytest.raises(UserError, match=f"{received}.*--brain-mask.*hd-bet"):
            segment(sources, tmp_path / "out", **options)
    assert not (tmp_path / "out").exists()
