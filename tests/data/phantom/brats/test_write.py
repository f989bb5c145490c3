"""The BraTS phantom: the same bytes, the names of every release, and not too easy."""

import csv
from collections import defaultdict

import nibabel
import numpy as np
import pytest
import SimpleITK

from common.errors import UserError
from common.files import read_json, sha256
from data.brats.check import check_brats
from data.brats.dataset import BratsDataset
from data.brats.releases import MODALITIES, RELEASES
from data.brats.survival import read_survival
from data.order import generator
from data.phantom.brats.brain import draw_brain
from data.phantom.brats.case import draw_case
from data.phantom.brats.names import case_files, case_name
from data.phantom.brats.tumor import draw_tumor
from data.phantom.brats.write import write_phantom

SMALL = (16, 48, 48)


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A small BraTS 2017 phantom; not to be changed."""
    root = tmp_path_factory.mktemp("phantom") / "brats17"
    write_phantom(root, "brats17", hgg=3, lgg=2, shape=SMALL)
    return root


def digests(root):
    paths = sorted(path for path in root.rglob("*") if path.is_file())
    return {str(path.relative_to(root)): sha256(path) for path in paths}


def draw_many(count, shape, seed=1):
    """Yields images, labels and grade of cases, alternating between the grades."""
    for i in range(count):
        high_grade = i % 2 == 0
        yield *draw_case(seed, i % 2, i // 2, shape, high_grade), high_grade


def draw_patient(seed, index):
    """Returns the tumor of a high-grade case of the phantom."""
    draws = generator(seed, 0, index)
    return draw_tumor(draws, draw_brain(draws), True, enhances=True)


def best_threshold_dice(cases):
    """Returns the mean Dice of the best FLAIR threshold, for all cases and for each."""
    thresholds = np.linspace(-1, 4, 51)
    curves = []
    for flair, labels in cases:
        brain = flair != 0
        values, tumor = flair[brain].astype(float), labels[brain] > 0
        values = (values - values.mean()) / values.std()
        above = values > thresholds[:, None]
        hits = (above & tumor).sum(1)
        curves.append(2 * hits / (above.sum(1) + tumor.sum()))
    return np.mean(curves, 0).max(), np.max(curves, 1).mean()


def test_same_seed_same_bytes(root, tmp_path):
    write_phantom(tmp_path / "again", "brats17", hgg=3, lgg=2, shape=SMALL)
    assert digests(tmp_path / "again") == digests(root)


def test_other_seed_other_images(root, tmp_path):
    write_phantom(tmp_path / "other", "brats17", hgg=3, lgg=2, shape=SMALL, seed=1)
    ours, others = digests(root), digests(tmp_path / "other")
    assert ours.keys() == others.keys()
    assert not set(ours.values()) & set(others.values())


def test_longer_phantom_begins_with_the_shorter(root, tmp_path):
    write_phantom(tmp_path / "short", "brats17", hgg=1, lgg=1, shape=SMALL)
    long, short = digests(root), digests(tmp_path / "short")
    images = [name for name in short if name.endswith(".nii.gz")]
    assert len(images) == 10
    assert all(short[name] == long[name] for name in images)
    rows = (root / "survival_data.csv").read_text().splitlines()
    assert (tmp_path / "short/survival_data.csv").read_text().splitlines() == rows[:2]


def test_same_phantom_is_kept(root):
    before = {path: path.stat().st_mtime_ns for path in root.rglob("*")}
    write_phantom(root, "brats17", hgg=3, lgg=2, shape=SMALL)
    assert before == {path: path.stat().st_mtime_ns for path in root.rglob("*")}


def test_foreign_files_stay(root, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    for folder in (tmp_path, tmp_path / "notes.txt", root):
        with pytest.raises(UserError, match="choose another folder"):
            write_phantom(folder, "brats17", hgg=1, lgg=2, shape=SMALL)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_incomplete_phantom_is_refused(tmp_path):
    write_phantom(tmp_path / "phantom", hgg=1, lgg=0, shape=SMALL)
    next((tmp_path / "phantom").rglob("*_t1.nii.gz")).unlink()
    with pytest.raises(UserError):
        write_phantom(tmp_path / "phantom", hgg=1, lgg=0, shape=SMALL)


def test_nothing_appears_after_an_error(tmp_path, monkeypatch):
    def full(path, labels, like):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("data.phantom.brats.write.write_labels", full)
    with pytest.raises(UserError, match="No space left"):
        write_phantom(tmp_path / "phantom", hgg=1, lgg=0, shape=SMALL)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"release": "brats12"},
        {"shape": (16, 48)},
        {"shape": (15, 48, 48)},
        {"hgg": 0, "lgg": 0},
        {"hgg": -1},
    ],
)
def test_arguments_are_checked(tmp_path, wrong):
    with pytest.raises(ValueError, match="Received"):
        write_phantom(tmp_path / "phantom", **wrong)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("release", RELEASES)
def test_every_release_opens(tmp_path, release):
    write_phantom(tmp_path / release, release, hgg=2, lgg=1, shape=SMALL)
    dataset = BratsDataset(tmp_path / release)
    assert (dataset.name, dataset.release, len(dataset)) == ("phantom", release, 3)
    groups = sorted(case.group for case in dataset)
    graded = "" not in RELEASES[release].totals
    assert groups == (["HGG", "HGG", "LGG"] if graded else ["", "", ""])
    five = release in ("brats13", "brats15")
    for case in dataset:
        labels = dataset.read_labels(case)
        present = set(np.unique(labels).tolist())
        assert {0, 2} < present <= ({0, 1, 2, 3, 4} if five else {0, 1, 2, 4})
        assert dataset.geometry(case).shape == labels.shape == SMALL
        for modality in MODALITIES:
            assert dataset.read_image(case, modality).dtype == np.int16


@pytest.mark.parametrize("release", RELEASES)
def test_every_release_without_labels(tmp_path, release):
    root = tmp_path / release
    write_phantom(root, release, hgg=2, lgg=1, shape=SMALL, labeled=False)
    dataset = BratsDataset(root)
    assert (dataset.name, dataset.release, len(dataset)) == ("phantom", release, 3)
    for case in dataset:
        assert case.label is None and dataset.read_labels(case) is None
        assert case.group == "" or release == "brats13"
    findings = check_brats(root)
    assert {finding.severity for finding in findings} == {"note"}
    assert "no-labels" in {finding.code for finding in findings}
    assert "other-file" not in {finding.code for finding in findings}
    training = {case_name(release, g, i) for g in ("HGG", "LGG") for i in range(200)}
    assert not training & {path.name for path in root.rglob("*") if path.is_dir()}


def test_validation_set_has_other_patients(root, tmp_path):
    where = tmp_path / "validation"
    write_phantom(where, "brats17", hgg=3, lgg=2, shape=SMALL, labeled=False)
    assert read_json(where / "phantom.json")["labeled"] is False
    assert "labeled" not in read_json(root / "phantom.json")
    assert not set(digests(root).values()) & set(digests(where).values())
    cases = sorted(path.name for path in where.iterdir() if path.is_dir())
    assert cases == [f"Brats17_TCIA_{number}_1" for number in (601, 602, 603, 604, 605)]
    write_phantom(where, "brats17", hgg=3, lgg=2, shape=SMALL, labeled=False)
    with pytest.raises(UserError, match="choose another folder"):
        write_phantom(where, "brats17", hgg=3, lgg=2, shape=SMALL)


def test_testing_tree_of_2015(tmp_path):
    write_phantom(tmp_path, "brats15", hgg=1, lgg=1, shape=SMALL, labeled=False)
    assert {path.name for path in tmp_path.iterdir()} == {"HGG_LGG", "phantom.json"}
    files = [path.name for path in (tmp_path / "HGG_LGG").rglob("*.mha")]
    assert len(files) == len(set(files)) == 8
    assert not any(".OT." in name for name in files)


@pytest.mark.parametrize(
    ("release", "header"),
    [("brats17", "Brats17ID,Age"), ("brats18", "BraTS18ID,Age,ResectionStatus")],
)
def test_survival_table_of_a_validation_set(tmp_path, release, header):
    write_phantom(tmp_path, release, hgg=2, lgg=1, shape=SMALL, labeled=False)
    text = (tmp_path / "survival_evaluation.csv").read_text()
    assert text.splitlines()[0] == header
    table = read_survival(tmp_path)
    assert len(table) == 2 and table["survival_days"].isna().all()
    assert table["age"].between(18, 90).all()
    assert set(table["id"]) < {case.id for case in BratsDataset(tmp_path)}


@pytest.mark.parametrize("release", RELEASES)
def test_names_are_those_of_the_release_and_unique(release):
    kind = RELEASES[release]
    paths = [
        path
        for grade in ("HGG", "LGG")
        for i in range(100)
        for path in case_files(kind, grade, i).values()
    ]
    assert len(set(paths)) == 1000
    for grade in ("HGG", "LGG"):
        names = {case_name(release, grade, i) for i in range(100)}
        assert len(names) == 100 and all(map(kind.patient, names))
    if release in ("brats13", "brats15"):
        numbers = [path.rsplit(".", 2)[1] for path in paths]
        assert len(set(numbers)) == 1000


def test_tree_of_2015(tmp_path):
    write_phantom(tmp_path / "phantom", "brats15", hgg=1, lgg=0, shape=SMALL)
    files = {
        str(path.relative_to(tmp_path / "phantom"))
        for path in (tmp_path / "phantom").rglob("*.mha")
    }
    names = ("MR_Flair.54512", "MR_T1.54513", "MR_T1c.54514", "MR_T2.54515")
    stems = [f"VSD.Brain.XX.O.{name}" for name in names]
    stems.append("VSD.Brain_3more.XX.O.OT.54517")
    case = "HGG/brats_2013_pat0001_1"
    assert files == {f"{case}/{stem}/{stem}.mha" for stem in stems}
    image = SimpleITK.ReadImage(tmp_path / f"phantom/{case}/{stems[0]}/{stems[0]}.mha")
    assert image.GetSize() == (48, 48, 16) and image.GetOrigin() == (0, -47, 0)


def test_releases_show_the_same_brains(root, tmp_path):
    write_phantom(tmp_path / "old", "brats15", hgg=1, lgg=0, shape=SMALL)
    new, old = BratsDataset(root), BratsDataset(tmp_path / "old")
    (first,) = [case for case in new if case.id == "Brats17_2013_0_1"]
    for modality in MODALITIES:
        np.testing.assert_array_equal(
            new.read_image(first, modality), old.read_image(old[0], modality)
        )
    merged = old.read_labels(old[0])
    merged[merged == 3] = 1
    np.testing.assert_array_equal(new.read_labels(first), merged)


def test_affine_is_that_of_the_real_files(root):
    for path in root.rglob("*.nii.gz"):
        image = nibabel.load(path)
        expected = [[-1, 0, 0, 0], [0, -1, 0, 47], [0, 0, 1, 0], [0, 0, 0, 1]]
        np.testing.assert_array_equal(image.affine, expected)
        assert (image.header["qform_code"], image.header["sform_code"]) == (0, 2)
        assert nibabel.aff2axcodes(image.affine) == ("L", "P", "S")


@pytest.mark.parametrize(
    ("release", "name", "header"),
    [
        ("brats17", "survival_data.csv", "Brats17ID,Age,Survival"),
        ("brats18", "survival_data.csv", "BraTS18ID,Age,Survival,ResectionStatus"),
    ],
)
def test_survival_table(tmp_path, release, name, header):
    write_phantom(tmp_path / "phantom", release, hgg=5, lgg=2, shape=SMALL)
    text = (tmp_path / "phantom" / name).read_text()
    assert text.splitlines()[0] == header
    rows = list(csv.reader(text.splitlines()[1:]))
    high = {path.name for path in (tmp_path / "phantom/HGG").iterdir()}
    assert {row[0] for row in rows} == high and len(rows) == 5
    assert all(18 < float(row[1]) < 90 and int(row[2]) >= 5 for row in rows)
    assert all(row[3:] in ([], ["GTR"], ["STR"], ["NA"]) for row in rows)


def test_sizes_are_like_those_of_real_cases():
    """Real medians: brain 17 %, 138 of 155 slices; tumor 0.9 %."""
    brains, slices = [], []
    for images, labels, _ in draw_many(16, (31, 60, 60)):
        brain = images["flair"] != 0
        brains.append(brain.mean())
        slices.append(brain.any((1, 2)).mean())
        assert not labels[~brain].any()
        for image in images.values():
            assert image.dtype == np.int16 and image.min() == 0
            np.testing.assert_array_equal(image > 0, brain)
    assert 0.155 < np.median(brains) < 0.185 and 0.84 < np.median(slices) < 0.95
    drawn = [draw_patient(seed=7, index=i).share for i in range(300)]
    assert 0.008 < np.median(drawn) < 0.010
    assert 0.001 < min(drawn) < 0.004 and 0.015 < max(drawn) < 0.03


def test_tumor_is_as_large_as_drawn():
    for i in range(6):
        _, labels = draw_case(7, 0, i, (31, 60, 60), True)
        share = draw_patient(seed=7, index=i).share
        np.testing.assert_allclose((labels > 0).mean(), share, rtol=0.02)
        slices = (labels > 0).any((1, 2)).mean() * 155
        ball = 2 * (share * 155 * 240 * 240 * 0.75 / np.pi) ** (1 / 3)
        assert 0.85 * ball < slices < 1.8 * ball


def test_every_shape_shows_the_same_brain():
    shares = []
    for shape in (SMALL, (31, 60, 72), (52, 80, 80)):
        images, labels = draw_case(3, 0, 0, shape, True)
        counts = np.bincount(labels.ravel(), minlength=5)[1:]
        shares.append([(images["t1"] > 0).mean(), *(counts / counts.sum())])
    np.testing.assert_allclose(np.ptp(shares, 0), 0, atol=0.09)


def test_contrast_of_tissues():
    """Ratios to the median of the healthy brain, averaged over cases."""
    ratios = defaultdict(list)
    for images, labels, _ in draw_many(12, (31, 60, 60)):
        for modality, image in images.items():
            healthy = np.median(image[(image > 0) & (labels == 0)])
            for label in np.unique(labels[labels > 0]):
                region = image[labels == label]
                ratios[modality, int(label)].append(np.median(region) / healthy)
            # What is brightest on T2 is fluid, and dark on the others.
            fluid = (labels == 0) & (images["t2"] > np.quantile(images["t2"], 0.99))
            ratios[modality, 0].append(np.median(image[fluid]) / healthy)
    mean = {key: np.mean(values) for key, values in ratios.items()}
    assert min(mean["flair", 2], mean["t2", 2]) > 1.3 and mean["t1", 2] < 1.1
    assert mean["t1ce", 4] > 1.5 and mean["t1", 4] < 1.2
    assert mean["t1ce", 1] < 0.8 and mean["t2", 1] > 1.5
    assert mean["t1ce", 3] < 1.1 and mean["t2", 3] > 1.3
    assert max(mean[modality, 0] for modality in ("flair", "t1", "t1ce")) < 0.8


def test_tumor_is_nested():
    """From the center of the core, most of the rim is nearer than most of the edema."""
    for _, labels, high_grade in draw_many(6, (52, 80, 80)):
        if not high_grade:
            continue
        places = np.argwhere(labels > 0) * [155 / 52, 3, 3]
        core = np.isin(labels[labels > 0], (1, 3, 4))
        distance = np.linalg.norm(places - places[core].mean(0), axis=1)
        values = labels[labels > 0]
        medians = [np.median(distance[values == label]) for label in (1, 4, 2)]
        assert medians == sorted(medians)


def test_grades():
    enhancing = {True: [], False: []}
    for _, labels, high_grade in draw_many(16, SMALL):
        enhancing[high_grade].append(bool((labels == 4).any()))
    assert all(enhancing[True])
    assert enhancing[False] == [False, True] * 4


def test_tumor_lies_in_the_brain_and_off_the_midline():
    for i in range(60):
        draws = generator(5, 0, i)
        brain = draw_brain(draws)
        tumor = draw_tumor(draws, brain, True, enhances=True)
        assert brain.depth(*tumor.center[:, None]) > 5
        assert abs(tumor.center[2]) > 5


def test_bias_field_exists():
    """White matter on T1 differs between octants by more than noise."""
    spreads = []
    for images, labels, _ in draw_many(6, (52, 80, 80)):
        image = np.where(labels == 0, images["t1"], 0)
        octants = [
            part
            for half in np.array_split(image, 2, 0)
            for quarter in np.array_split(half, 2, 1)
            for part in np.array_split(quarter, 2, 2)
        ]
        levels = [np.quantile(part[part > 0], 0.75) for part in octants]
        spreads.append(np.ptp(levels) / np.mean(levels))
    assert 0.08 < np.median(spreads) < 0.6


def test_no_threshold_solves_it():
    cases = [(images["flair"], labels) for images, labels, _ in draw_many(16, SMALL)]
    together, each = best_threshold_dice(cases)
    assert 0.4 < together <= each < 0.85


@pytest.mark.real
def test_phantom_is_as_hard_as_real_cases_for_a_threshold(shared_data):
    cases = []
    for folder in ("full", "brats2021"):
        dataset = BratsDataset(shared_data / "brats" / folder)
        for case in dataset:
            step = (slice(None, None, 3),) * 3
            image = dataset.read_image(case, "flair")[step]
            cases.append((image, dataset.read_labels(case)[step]))
    real = best_threshold_dice(cases)
    drawn = draw_many(30, (52, 80, 80))
    ours = best_threshold_dice((images["flair"], labels) for images, labels, _ in drawn)
    np.testing.assert_allclose(ours, real, atol=0.1)
