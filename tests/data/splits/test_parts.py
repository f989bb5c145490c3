"""Patients in three parts: sizes, shares, the user's own files and their hash."""

import csv
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.errors import UserError
from data.brats.dataset import BratsDataset
from data.case import Case
from data.order import generator
from data.splits.folds import patient_folds, read_folds, write_folds
from data.splits.parts import of_group, read_split, split_patients, write_split

relaxed = settings(deadline=None)


def make_cases(patients):
    """One case per patient id, with the ids "1", "2", …"""
    return [
        Case(str(i), patient, "HGG", {}, Path(f"{i}.nii"))
        for i, patient in enumerate(patients, 1)
    ]


def graded(high, low=0):
    """Cases with one exam per patient: "H000", "H001", … of HGG, then "L000", …"""
    return [
        Case(f"{grade}{i:03d}_1", f"{grade}{i:03d}", f"{grade}GG", {}, Path(f"{i}.nii"))
        for grade, count in (("H", high), ("L", low))
        for i in range(count)
    ]


def parts_of(one):
    return one.train, one.validation, one.test


def test_published_sizes_of_patients():
    cases = of_group(graded(210, 75), "HGG")
    parts = parts_of(split_patients(cases))
    assert [len(part) for part in parts] == [126, 42, 42]
    assert all(list(part) == sorted(part) for part in parts)
    # The draw itself: sorted patients, shuffled, dealt out from the front.
    order = generator(0).permutation(210)
    assert parts[0] == tuple(sorted(f"H{i:03d}_1" for i in order[:126]))
    assert parts[2] == tuple(sorted(f"H{i:03d}_1" for i in order[168:]))


def test_one_group_only():
    cases = graded(3, 4)
    assert [case.id[0] for case in of_group(cases, "LGG")] == ["L"] * 4
    with pytest.raises(UserError, match="group IV: .*Received: cases of HGG, LGG"):
        of_group(cases, "IV")
    with pytest.raises(UserError, match="cases of nothing"):
        of_group([], "HGG")


@pytest.mark.parametrize(
    ("count", "sizes", "wanted"),
    [
        (5, (126, 42, 42), [3, 1, 1]),
        (10, (126, 42, 42), [6, 2, 2]),
        (7, (126, 42, 42), [4, 2, 1]),
        (4, (126, 42, 42), [2, 1, 1]),
        (3, (126, 42, 42), [1, 1, 1]),
        (211, (126, 42, 42), [127, 42, 42]),
        (20, (1, 0, 1), [10, 0, 10]),
        (6, (5, 0, 1), [5, 0, 1]),
    ],
)
def test_other_numbers_of_patients_are_split_by_shares(count, sizes, wanted):
    parts = parts_of(split_patients(graded(count), sizes))
    assert [len(part) for part in parts] == wanted


def test_too_few_patients():
    with pytest.raises(UserError, match="at least 3 patients.*Received: 2 patients"):
        split_patients(graded(2))
    with pytest.raises(UserError, match="expected a patient id"):
        split_patients(make_cases(["1", None, "2"]))


@relaxed
@given(
    st.lists(st.integers(0, 12), min_size=1, max_size=40),
    st.tuples(st.integers(1, 9), st.integers(0, 9), st.integers(1, 9)),
    st.integers(0, 99),
)
def test_patient_split_is_a_partition_that_divides_no_patient(owners, sizes, seed):
    # Ids that differ in the last letter only are different patients here.
    cases = make_cases([f"MR1{chr(65 + owner)}" for owner in owners])
    patients = {case.id: case.patient for case in cases}
    if len(set(owners)) < 3:
        return
    one = split_patients(cases, sizes, seed)
    parts = parts_of(one)
    assert one == split_patients(cases, sizes, seed)
    assert one.train == split_patients(cases[::-1], sizes, seed).train[::-1]
    assert sorted(i for part in parts for i in part) == sorted(patients)
    held = [{patients[case_id] for case_id in part} for part in parts]
    assert sum(map(len, held)) == len(set(owners))
    for part, size in zip(held, sizes, strict=True):
        assert bool(part) == bool(size)
        share = size * len(set(owners)) / sum(sizes)
        assert abs(len(part) - share) < 2 or len(part) == 1


def test_another_seed_gives_another_split():
    assert len({split_patients(graded(30), seed=seed) for seed in range(10)}) == 10


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_split_round_trips_with_its_hash(tmp_path, line_end):
    cases, path = graded(20), tmp_path / "split.csv"
    one = split_patients(cases)
    write_split(path, one)
    lines = path.read_text().splitlines()
    assert lines[0].startswith("# sha256=") and lines[1] == "case,part"
    assert read_split(path, cases) == one
    # Another order, quotes and line ends say the same.
    rows = sorted(
        f'"{line.replace(",", chr(34) + "," + chr(34))}"' for line in lines[2:]
    )
    path.write_text(line_end.join([f"{lines[0]},", lines[1], *rows, ""]), newline="")
    assert read_split(path, cases) == one


def test_a_changed_file_does_not_match_its_hash(tmp_path):
    cases, path = graded(20), tmp_path / "split.csv"
    write_split(path, split_patients(cases))
    text = path.read_text()
    path.write_text(text.replace(",test", ",validation", 1))
    with pytest.raises(UserError, match="expected rows with the hash") as caught:
        read_split(path, cases)
    assert "delete its first line" in caught.value.next_step
    path.write_text(path.read_text().partition("\n")[2])
    assert len(read_split(path, cases).validation) == 5
    write_folds(path, {"1": 0, "2": 1})
    path.write_text(path.read_text().replace("2,1", "2,0"))
    with pytest.raises(UserError, match="the hash"):
        read_folds(path, make_cases(["a", "b"]))


def test_ids_with_commas_and_quotes_round_trip(tmp_path):
    cases = [Case(text, text, "", {}, None) for text in ("a,b", 'c"d', "e\nf")]
    one = split_patients(cases)
    write_split(tmp_path / "split.csv", one)
    assert read_split(tmp_path / "split.csv", cases) == one


OWN = "case,part\n1,train\n2,validation\n3,test\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (OWN + "9,test\n", "cases of the data set. Received: 1 others, such as 9"),
        (OWN.replace("3,test\n", ""), "no row for 1 cases, such as 3"),
        (OWN + "1,test\n", "case 1 twice"),
        (OWN.replace("test", "training"), "'training'"),
        (OWN.replace("part", "fold"), "expected a CSV file with the columns case,part"),
        (OWN.replace("test", "train"), "expected cases of the part test"),
        ("", "no row for 3 cases"),
    ],
)
def test_split_of_the_user_with_errors(tmp_path, content, message):
    path = tmp_path / "own.csv"
    path.write_text(content)
    with pytest.raises(UserError, match=message) as caught:
        read_split(path, make_cases(["a", "b", "c"]))
    assert caught.value.file == str(path)


def test_split_of_the_user_must_not_divide_patients(tmp_path):
    (tmp_path / "own.csv").write_text(OWN)
    with pytest.raises(UserError, match="patient a in train .*in test"):
        read_split(tmp_path / "own.csv", make_cases(["a", "b", "a"]))


def test_split_of_the_user_may_leave_cases_out_if_asked(tmp_path):
    (tmp_path / "own.csv").write_text(OWN)
    cases = make_cases(["a", "b", "c", "d"])
    with pytest.raises(UserError, match="no row for 1 cases, such as 4"):
        read_split(tmp_path / "own.csv", cases)
    one = read_split(tmp_path / "own.csv", cases, partial=True)
    assert parts_of(one) == (("1",), ("2",), ("3",))


@pytest.mark.real
def test_real_patients_are_in_one_part_each(shared_data, tmp_path):
    root = shared_data / "brats" / "cubes32"
    cases = of_group(BratsDataset(root), "HGG")
    with open(root / "index.csv", newline="") as file:
        owners = {row["case"]: row["patient"] for row in csv.DictReader(file)}
    one = split_patients(cases)
    held = [{owners[case_id] for case_id in part} for part in parts_of(one)]
    # 162 patients of 210, in the ratio 3 : 1 : 1, with 200 cases.
    assert [len(part) for part in held] == [97, 33, 32]
    assert len(set.union(*held)) == 162 and sum(map(len, parts_of(one))) == 200
    write_split(tmp_path / "split.csv", one)
    assert read_split(tmp_path / "split.csv", cases) == one
    folds = patient_folds(cases, n_folds=5, strict=False)
    for owner in set(owners.values()):
        mine = {folds[i] for i in folds if owners[i] == owner}
        assert len(mine) <= 1
