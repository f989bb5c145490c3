"""The integrity check: each fault gives its own finding, and none stops it."""

import shutil

import h5py
import numpy as np
import pytest

from common.errors import UserError
from data.figshare.check import check_figshare
from data.figshare.layout import slice_files
from data.figshare.mat_reader import read_slice
from data.figshare.mat_writer import write_cvind, write_slice
from data.figshare.slice import Slice
from data.integrity import exit_code


def findings(root, code):
    """Checks the folder; returns the findings of one code."""
    return [finding for finding in check_figshare(root) if finding.code == code]


def only(root, code, severity):
    """Returns the only finding of a code, after checking all others."""
    everything = check_figshare(root)
    (found,) = [finding for finding in everything if finding.code == code]
    others = {finding.code for finding in everything} - {code}
    assert others <= {"coverage"}
    assert found.severity == severity and found.fix and found.found
    assert exit_code(everything) == (severity == "error")
    return found


def change(path, **fields):
    """Writes a slice again with some of its fields replaced."""
    item = read_slice(path)
    names = ("image", "mask", "border", "patient", "label")
    write_slice(path, Slice(**{n: getattr(item, n) for n in names} | fields))


def set_array(path, name, value):
    with h5py.File(path, "r+") as file:
        del file[f"cjdata/{name}"]
        file[f"cjdata/{name}"] = value


def test_phantom_is_clean(phantom_root):
    (found,) = check_figshare(phantom_root)
    assert found.code == "coverage" and found.severity == "note"
    assert "24 of 24 phantom images" in found.found


def test_no_folder(tmp_path):
    with pytest.raises(UserError, match="make data-figshare"):
        check_figshare(tmp_path / "absent")


def test_truncated(phantom_copy):
    path = phantom_copy / "3.mat"
    path.write_bytes(path.read_bytes()[:-500])
    found = only(phantom_copy, "truncated", "error")
    assert found.file == str(path) and "make data-figshare" in found.fix


def test_not_hdf5(phantom_copy):
    (phantom_copy / "3.mat").write_bytes(b"MATLAB 5.0 MAT-file")
    assert "v5" in only(phantom_copy, "not-hdf5", "error").found


def test_missing_field(phantom_copy):
    with h5py.File(phantom_copy / "3.mat", "r+") as file:
        del file["cjdata/tumorBorder"]
    assert "tumorBorder" in only(phantom_copy, "missing-field", "error").found


def test_missing_pid(phantom_copy):
    with h5py.File(phantom_copy / "3.mat", "r+") as file:
        del file["cjdata/PID"]
    assert "PID" in only(phantom_copy, "missing-field", "error").found


def test_wrong_rank(phantom_copy):
    set_array(phantom_copy / "3.mat", "image", np.zeros((128, 128, 3), np.int16))
    only(phantom_copy, "wrong-rank", "error")


def test_external_link(phantom_copy):
    link = h5py.ExternalLink("4.mat", "/cjdata/image")
    set_array(phantom_copy / "3.mat", "image", link)
    only(phantom_copy, "external-link", "error")


def test_huge_shape(phantom_copy):
    with h5py.File(phantom_copy / "3.mat", "r+") as file:
        del file["cjdata/image"]
        file["cjdata"].create_dataset("image", (10**6, 10**6), np.int16, chunks=(1, 1))
    only(phantom_copy, "huge-shape", "error")


def test_empty_mask(phantom_copy):
    set_array(phantom_copy / "3.mat", "tumorMask", np.zeros((128, 128), np.uint8))
    only(phantom_copy, "empty-mask", "error")


def test_not_finite(phantom_copy):
    set_array(phantom_copy / "3.mat", "image", np.full((128, 128), np.nan))
    only(phantom_copy, "not-finite", "error")


def test_bad_label(phantom_copy):
    set_array(phantom_copy / "3.mat", "label", np.array([[9.0]]))
    only(phantom_copy, "bad-label", "error")


def test_constant_image(phantom_copy):
    change(phantom_copy / "3.mat", image=np.full((128, 128), 7))
    assert "7" in only(phantom_copy, "constant-image", "warning").found


def test_negative_image(phantom_copy):
    image = read_slice(phantom_copy / "3.mat").image - 5
    change(phantom_copy / "3.mat", image=image)
    assert "-5" in only(phantom_copy, "negative-image", "warning").found


def test_duplicate_index(phantom_copy):
    shutil.copy(phantom_copy / "3.mat", phantom_copy / "003.mat")
    codes = {finding.code for finding in check_figshare(phantom_copy)}
    assert codes == {"duplicate-index", "duplicate-image", "coverage"}
    (found,) = findings(phantom_copy, "duplicate-index")
    assert found.severity == "error" and "003.mat, 3.mat" in found.found


def test_unknown_index(phantom_copy):
    (phantom_copy / "3.mat").rename(phantom_copy / "25.mat")
    assert "1 to 24" in only(phantom_copy, "unknown-index", "error").found


def test_duplicate_image(phantom_copy):
    image = read_slice(phantom_copy / "3.mat").image
    change(phantom_copy / "9.mat", image=image)
    assert "3.mat, 9.mat" in only(phantom_copy, "duplicate-image", "warning").found


@pytest.mark.parametrize("dtype", ["float32", "float64", "int32"])
def test_copy_as_another_type(phantom_copy, dtype):
    image = read_slice(phantom_copy / "3.mat").image
    shutil.copy(phantom_copy / "3.mat", phantom_copy / "9.mat")
    set_array(phantom_copy / "9.mat", "image", image.T.astype(dtype))
    (found,) = findings(phantom_copy, "duplicate-image")
    assert "3.mat, 9.mat" in found.found


def test_empty_pid(phantom_copy):
    change(phantom_copy / "3.mat", patient=" ")
    assert "SPLIT=image" in only(phantom_copy, "empty-pid", "warning").fix


def test_label_disagrees_with_the_blocks(phantom_copy):
    (phantom_copy / "phantom.json").unlink()
    (phantom_copy / "cvind.mat").unlink()
    for path in phantom_copy.glob("*.mat"):
        if path.name != "3.mat":
            path.unlink()
    change(phantom_copy / "3.mat", label=2)
    (found,) = findings(phantom_copy, "label-block")
    assert found.severity == "warning" and "label 2; the data set has 1" in found.found
    change(phantom_copy / "3.mat", label=1)
    assert not findings(phantom_copy, "label-block")


def test_border_beside_the_mask(phantom_copy):
    border = read_slice(phantom_copy / "3.mat").border
    change(phantom_copy / "3.mat", border=border + 6)
    assert "Dice" in only(phantom_copy, "border-mask", "warning").found


def test_two_components(phantom_copy):
    mask = read_slice(phantom_copy / "3.mat").mask
    mask[0, 0] = 1
    change(phantom_copy / "3.mat", mask=mask)
    assert "2 components" in only(phantom_copy, "components", "note").found


def test_patient_with_two_labels(phantom_copy):
    item = read_slice(phantom_copy / "2.mat")
    assert item.patient == read_slice(phantom_copy / "1.mat").patient
    change(phantom_copy / "1.mat", label=item.label % 3 + 1)
    found = only(phantom_copy, "patient-labels", "warning").found
    assert item.patient in found


def test_no_cvind(phantom_copy):
    (phantom_copy / "cvind.mat").unlink()
    only(phantom_copy, "no-cvind", "note")


def test_cvind_of_wrong_length(phantom_copy):
    write_cvind(phantom_copy / "cvind.mat", [1, 2, 3])
    assert "3 folds; expected 24" in only(phantom_copy, "cvind-length", "error").found


def test_damaged_cvind(phantom_copy):
    (phantom_copy / "cvind.mat").write_bytes(b"x")
    only(phantom_copy, "not-hdf5", "error")


def test_patient_in_two_folds(phantom_copy):
    patient = read_slice(phantom_copy / "1.mat").patient
    assert patient == read_slice(phantom_copy / "2.mat").patient
    write_cvind(phantom_copy / "cvind.mat", [1] + [2] * 23)
    codes = {finding.code: finding for finding in check_figshare(phantom_copy)}
    assert patient in codes["patient-folds"].found
    assert codes["patient-folds"].severity == "warning"


def test_repeated_exams_in_two_folds(phantom_copy):
    change(phantom_copy / "1.mat", patient="MR024780B")
    change(phantom_copy / "2.mat", patient="MR024780D")
    write_cvind(phantom_copy / "cvind.mat", [1, 2] + [3] * 22)
    found = only(phantom_copy, "repeated-exams", "note")
    assert found.found.startswith("1 patients")


def test_other_file(phantom_copy):
    (phantom_copy / "extra.mat").write_bytes(b"x")
    assert "ignored" in only(phantom_copy, "other-file", "note").found


def test_everything_left_out_is_counted(phantom_copy):
    for name in ("a.zip", "b.zip", "readme", ".DS_Store", "Thumbs.db", "._1.mat"):
        (phantom_copy / name).write_bytes(b"x")
    (phantom_copy / "old" / "1").mkdir(parents=True)
    shutil.copy(phantom_copy / "1.mat", phantom_copy / "old" / "1.mat")
    found = [one.found for one in findings(phantom_copy, "other-file")]
    expected = ["2 .zip files", "1 folders", "1 files without suffix"]
    assert sorted(found) == sorted(
        f"{text} are no slices: ignored" for text in expected
    )


def test_a_folder_of_archives_is_to_be_unpacked(tmp_path):
    """As the download leaves them: no reason to download them again."""
    for name in ("1.zip", "2.zip"):
        (tmp_path / name).write_bytes(b"x")
    with pytest.raises(UserError) as caught:
        slice_files(tmp_path)
    assert caught.value.next_step == "unpack 1.zip, 2.zip in this folder"


def test_all_faults_in_one_list(phantom_copy):
    (phantom_copy / "3.mat").write_bytes(b"")
    (phantom_copy / "4.mat").write_bytes((phantom_copy / "4.mat").read_bytes()[:700])
    change(phantom_copy / "5.mat", image=np.zeros((128, 128)))
    codes = [finding.code for finding in check_figshare(phantom_copy)]
    assert codes == ["not-hdf5", "truncated", "constant-image", "coverage"]
    (found,) = findings(phantom_copy, "coverage")
    assert found.found.startswith("22 of 24")


@pytest.mark.real
@pytest.mark.parametrize("folder", ["figshare256", "figshare512"])
def test_real_data_has_notes_only(shared_data, folder):
    found = check_figshare(shared_data / folder)
    assert {finding.severity for finding in found} == {"note"}
    (coverage,) = [finding for finding in found if finding.code == "coverage"]
    count = len(list((shared_data / folder).glob("*.mat")))
    assert f"{count} of 3064" in coverage.found


@pytest.mark.parametrize(
    ("text", "code", "severity"),
    [
        ('{"title": "mine"}', "own-name", "error"),
        ('{"channel_names": {"0": "T1c"}}', "foreign-file", "note"),
    ],
)
def test_a_note_does_not_end_the_check(phantom_copy, text, code, severity):
    (phantom_copy / "dataset.json").write_text(text)
    assert "dataset.json" in only(phantom_copy, code, severity).file
