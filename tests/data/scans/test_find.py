"""Finding a user's scans by the names of their files."""

import pytest

from common.errors import UserError
from data.brats.releases import MODALITIES, RELEASES
from data.scans.find import find_cases, find_scan, release_of


@pytest.fixture
def paths(tmp_path):
    """One empty file per modality, not named like those of a release."""
    paths = {name: tmp_path / f"x_{name}.nii.gz" for name in MODALITIES}
    for path in paths.values():
        path.touch()
    return paths


@pytest.mark.parametrize("release", RELEASES.values(), ids=list(RELEASES))
def test_files_are_found_by_the_names_of_every_release(release, tmp_path):
    folder = tmp_path / release.example
    paths = {}
    for role in (*MODALITIES, "seg"):
        name = release.file_name(role, folder.name).replace("<number>", "123")
        path = folder / name
        if name.startswith("VSD"):
            path = folder / name.removesuffix(".mha") / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
        paths[role] = path
    case = find_scan(folder)
    assert case.id == release.example
    assert {**case.images, "seg": case.label} == paths
    assert release_of(case.images).labels == release.labels


def test_no_release_has_these_names(paths):
    assert release_of(paths) is None


def test_cases_of_a_folder(tmp_path):
    brats = RELEASES["brats15"]
    for grade in ("HGG", "LGG"):
        (tmp_path / "brats" / grade / "brats_2013_pat0001_1").mkdir(parents=True)
    names = [name for name, _ in find_cases(tmp_path / "brats")]
    assert names == ["LGG_brats_2013_pat0001_1", "brats_2013_pat0001_1"]
    assert brats.case_id("brats_2013_pat0001_1", "LGG") == names[0]
    for name in ("b", "a", ".hidden"):
        (tmp_path / "own" / name).mkdir(parents=True)
    own = tmp_path / "own"
    assert find_cases(own) == [("a", own / "a"), ("b", own / "b")]
    with pytest.raises(UserError, match="folders of cases"):
        find_cases(own / "a")
    with pytest.raises(UserError, match="no such folder"):
        find_cases(own / "c")


@pytest.mark.parametrize("change", ["missing", "duplicate", "no folder"])
def test_ambiguous_files_are_refused(paths, tmp_path, change):
    if change == "missing":
        paths["t2"].unlink()
    if change == "duplicate":
        (tmp_path / "again_t2.nii").write_bytes(b"")
    folder = tmp_path / "none" if change == "no folder" else tmp_path
    with pytest.raises(UserError, match="t2|folder of a case"):
        find_scan(folder)
