"""The page and the picture of a segmented case show what was written."""

import json

import nibabel
import numpy as np
import pytest
from PIL import Image

from common.errors import UserError
from data.brats.releases import MODALITIES
from papers import registry
from papers.engine.brats.palette import LABEL_COLORS
from papers.engine.predict import VolumeFiles
from papers.engine.predict.show import check_shown, show_case
from papers.engine.report.pictures import COLORS
from tests.papers.engine.predict.test_volumes import SHAPE, Bright
from tests.papers.engine.report.links import broken

FILES = VolumeFiles()
LPS = np.array([[-1, 0, 0, 9], [0, -1, 0, 20], [0, 0, 1, -4], [0, 0, 0, 1.0]])
RAS = np.diag([1.0, 1.0, 1.0, 1.0])


@pytest.fixture
def segmented(tmp_path):
    """Writes a case of some orientation and its labels; returns both paths."""

    def segmented(affine):
        folder = tmp_path / "case <b>1"
        folder.mkdir()
        drawn = np.random.default_rng(3).integers(1, 1000, (4, *SHAPE), np.int16)
        for name, volume in zip(MODALITIES, drawn, strict=True):
            path = folder / f"x_{name}.nii.gz"
            nibabel.save(nibabel.Nifti1Image(volume.T, affine), path)
        out = tmp_path / "seg.nii.gz"
        FILES.predict_file(Bright(), folder, out)
        return folder, out

    return segmented


@pytest.mark.parametrize("affine", [LPS, RAS], ids=["LPS", "RAS"])
def test_labels_lie_on_the_images_in_the_axes_of_brats(segmented, affine):
    folder, out = segmented(affine)
    shown, labels = FILES.shown(folder, out, LABEL_COLORS)
    flair = shown.images["flair"]
    expected = np.select([flair > 900, flair > 600], [4, 2], 0)
    np.testing.assert_array_equal(labels, expected)
    codes = nibabel.aff2axcodes(shown.affine)
    assert codes == ("L", "P", "S") and shown.truth is None


def test_page_and_picture(segmented, tmp_path):
    folder, out = segmented(RAS)
    paper = registry.paper("cunet")
    page, picture = tmp_path / "page", tmp_path / "seen.png"
    facts = {"weights": "<i>mine</i>"}
    assert show_case(paper, FILES, folder, out, page, picture, facts) == [
        picture,
        page / "index.html",
    ]
    text = (page / "index.html").read_text(encoding="utf-8")
    assert "&lt;i&gt;mine" in text and "<b>1" not in text
    assert broken(page) == []
    script = (page / "scan-images.js").read_text(encoding="utf-8")
    about = json.loads(script.split(" = ", 1)[1].rstrip().removesuffix(";"))[
        folder.name
    ]
    assert about["images"] == list(MODALITIES)
    assert [layer["title"] for layer in about["layers"]] == ["result"]
    assert (page / "images" / about["folder"] / "images0.js").is_file()

    labels = np.asarray(nibabel.load(out).dataobj)
    enhancing = np.count_nonzero(labels == 4) / 1000  # voxels of 1 mm, in mL
    assert dict(about["volumes"])["enhancing tumor"] == [pytest.approx(enhancing)]


def test_picture_is_the_image_and_the_image_with_the_result(segmented, tmp_path):
    folder, out = segmented(LPS)
    picture = tmp_path / "seen.png"
    paper = registry.paper("cunet")
    show_case(paper, FILES, folder, out, None, picture, {})
    pixels = np.asarray(Image.open(picture)).astype(int)
    depth, height, width = SHAPE
    scale = 60
    assert pixels.shape == (height * scale, 2 * width * scale, 3)
    plain, over = np.split(pixels, 2, axis=1)
    assert (plain[..., 0] == plain[..., 1]).all() and (
        plain[..., 0] == plain[..., 2]
    ).all()
    _, labels = FILES.shown(folder, out, LABEL_COLORS)
    z = np.argmax((labels > 0).sum(axis=(1, 2)))
    changed = (plain != over).any(axis=2)
    marked = np.kron(labels[z] > 0, np.ones((scale, scale), bool))
    np.testing.assert_array_equal(changed & ~marked, False)
    edge = over[np.where(marked)[0][0], np.where(marked)[1][0]]
    assert "#{:02X}{:02X}{:02X}".format(*edge) in COLORS.values()
    show_case(paper, FILES, folder, out, None, picture, {})  # ours: replaced


def test_nothing_that_is_not_ours_is_replaced(segmented, tmp_path):
    _, out = segmented(LPS)
    mine = tmp_path / "mine.png"
    mine.write_bytes(b"precious")
    with pytest.raises(UserError, match="another file"):
        check_shown(True, out, None, mine)
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "index.html").write_text("precious")
    with pytest.raises(UserError, match="other files"):
        check_shown(True, out, tmp_path / "web", None)
    assert mine.read_bytes() == b"precious"
    check_shown(True, out, tmp_path / "new", tmp_path / "new.png")
    check_shown(False, out, None, None)
