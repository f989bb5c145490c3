"""Folds and splits: partitions, undivided patients, the user's own files."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.errors import UserError
from data.case import Case
from data.patients import base_exam
from data.splits.folds import (
    image_folds,
    patient_folds,
    read_folds,
    refuse_divided_patients,
    rule_kept,
    split,
    write_folds,
)

relaxed = settings(deadline=None)
patient_ids = st.sampled_from(
    ["100360", "97416", "MR1", "MR1A", "MR1B", "MR2C", "MR2D", "MR3"]
)


def make_cases(patients):
    """One case per patient id, with the ids "1", "2", …"""
    return [
        Case(str(i), patient, "glioma", {}, Path(f"{i}.mat"))
        for i, patient in enumerate(patients, 1)
    ]


def images(count):
    return make_cases([f"patient {i // 7}" for i in range(count)])


def by_exam(cases):
    """The sets of case ids that count as one patient under the strict rule."""
    groups = {}
    for case in cases:
        groups.setdefault(base_exam(case.patient), set()).add(case.id)
    return groups.values()


def test_published_sizes():
    cases = images(3064)
    folds = image_folds(cases, 5, seed=0)
    sizes = Counter(folds.values())
    assert [sizes[fold] for fold in range(5)] == [613, 613, 613, 613, 612]
    one = split(cases, folds, 0, 0.2, 0)
    assert [len(part) for part in (one.train, one.validation, one.test)] == [
        1961,
        490,
        613,
    ]


@relaxed
@given(st.integers(2, 60), st.integers(2, 7), st.integers(0, 99))
def test_image_folds_are_even_and_random(count, n_folds, seed):
    cases = images(count)
    folds = image_folds(cases, n_folds, seed)
    assert list(map(str, sorted(map(int, folds)))) == [case.id for case in cases]
    sizes = Counter(folds.values())
    assert set(sizes) == set(range(min(n_folds, count)))
    assert max(sizes.values()) - min(sizes.values()) <= 1
    assert image_folds(cases, n_folds, seed) == folds


def test_another_seed_draws_other_folds():
    drawn = [tuple(sorted(image_folds(images(30), 5, s).items())) for s in range(10)]
    drawn += [
        tuple(sorted(patient_folds(images(70), seed=s).items())) for s in range(10)
    ]
    assert len(set(drawn)) == 20


@relaxed
@given(
    st.lists(patient_ids, min_size=4, max_size=40),
    st.integers(2, 5),
    st.floats(0, 0.5),
    st.booleans(),
)
def test_split_is_a_partition(patients, n_folds, share, by_patient):
    cases = make_cases(patients)
    folds = (
        patient_folds(cases, n_folds=n_folds)
        if by_patient
        else image_folds(cases, n_folds, 0)
    )
    if len(set(folds.values())) == 1:
        return
    tested = []
    for fold in sorted(set(folds.values())):
        rule = base_exam if by_patient else None
        one = split(cases, folds, fold, share, 0, rule)
        assert one == split(cases, folds, fold, share, 0, rule)
        parts = [one.train, one.validation, one.test]
        together = [case_id for part in parts for case_id in part]
        assert sorted(together) == sorted(case.id for case in cases)
        assert all(list(map(int, part)) == sorted(map(int, part)) for part in parts)
        assert set(one.test) == {i for i in folds if folds[i] == fold}
        wanted = round(share * (len(cases) - len(one.test)))
        if by_patient:
            largest = max(map(len, by_exam(cases)))
            assert wanted <= len(one.validation) < max(wanted, 1) + largest
            for exam in by_exam(cases):
                assert sum(bool(exam & set(part)) for part in parts) == 1
        else:
            assert len(one.validation) == wanted
        tested += one.test
    assert sorted(tested) == sorted(case.id for case in cases)


def test_validation_differs_between_folds_and_seeds():
    cases = images(50)
    folds = dict.fromkeys((case.id for case in cases), 0) | {"1": 1, "2": 2}
    drawn = {
        split(cases, folds, fold, 0.2, seed).validation
        for fold in (1, 2)
        for seed in (0, 1)
    }
    assert len(drawn) == 4


@relaxed
@given(st.lists(patient_ids, min_size=1, max_size=40), st.integers(1, 5))
def test_random_patient_folds_are_even_and_divide_no_patient(patients, n_folds):
    cases = make_cases(patients)
    folds = patient_folds(cases, n_folds=n_folds)
    assert set(folds) == {case.id for case in cases}
    groups = by_exam(cases)
    assert all(len({folds[case_id] for case_id in group}) == 1 for group in groups)
    sizes = Counter(folds.values())
    every = [sizes[fold] for fold in range(n_folds)]
    assert max(every) - min(every) <= max(map(len, groups))


# One patient of the real data: three exams, each in another fold of the author.
REPEATED = ["MR024780B", "MR024780B", "MR024780D", "MR024780G", "100360", "97416"]
AUTHOR = dict(zip("123456", (2, 2, 4, 1, 4, 1), strict=True))


def test_strict_rule_joins_repeated_exams_in_the_fold_of_most_images():
    folds = patient_folds(make_cases(REPEATED), AUTHOR)
    # Folds 1, 2, 4 of the author become 0, 1, 2.
    assert folds == {"1": 1, "2": 1, "3": 1, "4": 1, "5": 2, "6": 0}


def test_strict_rule_breaks_ties_by_the_lower_fold():
    cases = make_cases(["MR1A", "MR1B", "7"])
    assert patient_folds(cases, {"1": 3, "2": 1, "3": 3}) == {"1": 0, "2": 0, "3": 1}


def test_without_the_strict_rule_author_folds_are_kept():
    folds = patient_folds(make_cases(REPEATED), AUTHOR, strict=False)
    assert folds == {"1": 1, "2": 1, "3": 2, "4": 0, "5": 2, "6": 0}


def test_without_the_strict_rule_repeated_exams_may_be_divided():
    cases = make_cases(["MR1A", "MR1B"] * 3)
    apart = patient_folds(cases, n_folds=2, strict=False)
    together = patient_folds(cases, n_folds=2, strict=True)
    assert len(set(apart.values())) == 2
    assert len(set(together.values())) == 1


@pytest.mark.parametrize(
    ("patients", "rule"),
    [
        (["1", "2", "2", "1"], None),
        (["1", "1", "2", "2"], base_exam),
        (["1", "3", "2", "2"], base_exam),
        (["MR1A", "2", "MR1B", "3"], str),
        (["1", "1", "2", None], None),
    ],
)
def test_strictest_rule_that_folds_keep(patients, rule):
    folds = {"1": 0, "2": 0, "3": 1, "4": 1}
    assert rule_kept(make_cases(patients), folds) is rule


def test_validation_divides_no_patient_by_the_rule_of_the_folds():
    """Exams of a patient in two folds: validation still takes whole exams."""
    patients = [f"MR{i}{letter}" for i in range(12) for letter in "AB" for _ in "123"]
    cases = make_cases(patients)
    folds = patient_folds(cases, n_folds=3, strict=False)
    assert rule_kept(cases, folds) is str
    one = split(cases, folds, 0, 0.3, 0, rule_kept(cases, folds))
    owner = {case.id: case.patient for case in cases}
    train, validation = ({owner[i] for i in p} for p in (one.train, one.validation))
    assert validation and not train & validation


@pytest.mark.parametrize("patient", [None, ""])
def test_missing_patient_id(patient):
    with pytest.raises(UserError, match="2.mat: expected a patient id") as caught:
        patient_folds(make_cases(["100360", patient]))
    assert "SPLIT=image" in caught.value.next_step


def test_fold_without_cases():
    cases = make_cases(["1", "2", "3"])
    folds = {"1": 0, "2": 2, "3": 2}
    with pytest.raises(UserError, match=r"one of \[0, 2\].*0 test and 3 .*FOLDS=0"):
        split(cases, folds, 1, 0.2, 0)
    with pytest.raises(UserError, match="3 test and 0 training"):
        split(cases, dict.fromkeys(folds, 0), 0, 0.2, 0)


def test_digest_distinguishes_splits():
    cases, folds = images(20), image_folds(images(20), 4, 0)
    digests = {split(cases, folds, i, 0.2, 0, False).digest() for i in range(4)}
    digests.add(split(cases, folds, 0, 0.3, 0, False).digest())
    assert len(digests) == 5
    again = split(cases, folds, 0, 0.2, 0, False)
    assert again.digest() in digests


def test_folds_of_the_user_round_trip(tmp_path):
    cases = images(20)
    folds = image_folds(cases, 3, 0)
    write_folds(tmp_path / "folds.csv", folds)
    assert read_folds(tmp_path / "folds.csv", cases) == folds


def test_names_of_cases_are_no_formulas(tmp_path):
    path = tmp_path / "folds.csv"
    cases = [Case(name, "1", "", {}, None) for name in ("=1+1", "-a", "-1", "'=1")]
    folds = {case.id: number for number, case in enumerate(cases)}
    write_folds(path, folds)
    assert [line[0] for line in path.read_text().splitlines()[2:]] == [
        "'",
        "'",
        "-",
        "'",
    ]
    assert read_folds(path, cases) == folds


@pytest.mark.parametrize(
    "content",
    [
        b"fold,case\n1,2\n0,1\n",
        b"case,fold,note\r\n1, 0 ,x\r\n2,1,\r\n",
        b"\xef\xbb\xbfcase,fold\n1,0\n2,1\n",
        b'case,fold\n"1",0\n2,1\nanother data set,9\n',
    ],
    ids=["columns swapped", "as Windows writes it", "byte-order mark", "more cases"],
)
def test_file_of_folds(tmp_path, content):
    path = tmp_path / "folds.csv"
    path.write_bytes(content)
    assert read_folds(path, make_cases(["a", "b"])) == {"1": 0, "2": 1}


@pytest.mark.parametrize(
    ("content", "received"),
    [
        (b"", "no row for 2 cases, such as 1"),
        (b"case,fold\n1,0\n", "no row for 1 cases, such as 2"),
        (b"case,fold\n1,0\n1,1\n2,0\n", "case 1 twice"),
        (b"case,fold\n1,0\n2,one\n", "'one'"),
        (b"case,fold\n1,0\n2,-1\n", "'-1'"),
        (b"case,fold\n1,0\n2,1.0\n", "'1.0'"),
        (b"case,fold\n1,0\n2,\n", "'fold': ''"),
        (b"case,fold\n1,0\n2\n", "'fold': None"),
        (b"case,fold\n1,0\n2,\xc2\xb2\n", "²"),
        (b"id,fold\n1,0\n2,0\n", "'id': '1'"),
        (b"case;fold\n1;0\n2;1\n", "case;fold"),
        (b"case,fold\n1,\xff\n", "can't decode"),
        (b"case,fold\n1," + b"9" * 140_000, "field larger"),
        (b"case,fold\n1," + b"9" * 5000, "'9999"),
    ],
    ids=lambda value: None if isinstance(value, bytes) else value,
)
def test_file_of_folds_with_errors(tmp_path, content, received):
    path = tmp_path / "folds.csv"
    path.write_bytes(content)
    with pytest.raises(UserError) as caught:
        read_folds(path, make_cases(["a", "b"]))
    assert received in caught.value.received
    assert caught.value.file == str(path)
    assert "SPLITS=" in caught.value.next_step


def test_file_of_folds_that_does_not_exist(tmp_path):
    with pytest.raises(UserError, match="No such file"):
        read_folds(tmp_path / "folds.csv", [])


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=30) | st.text("casefold,\n\r\"'12 ²\0", max_size=30))
def test_any_file_gives_folds_or_a_user_error(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "folds.csv"
    content = content if isinstance(content, bytes) else content.encode()
    path.write_bytes(b"case,fold\n" + content)
    try:
        folds = read_folds(path, make_cases(["a"]))
    except UserError as error:
        assert error.file == str(path)
    else:
        assert isinstance(folds["1"], int)


def test_exams_of_volumes_stay_together_in_folds():
    cases = make_cases(["A2B", "A2B", "A2C", "A2C", "A2D", "A2E"])
    folds = patient_folds(cases, n_folds=4, strict=False)
    refuse_divided_patients(cases, folds, "drawn")
    assert len(set(folds.values())) == 4


def test_guard_refuses_a_divided_patient():
    cases = make_cases(["P1", "P2", "P1"])
    message = r"own.csv: .*patient P1 in 0 \(case 1\) and in 2 \(case 3\)"
    with pytest.raises(UserError, match=message):
        refuse_divided_patients(cases, {"1": 0, "2": 0, "3": 2}, "own.csv")
    assert refuse_divided_patients(cases, {"1": 0, "2": 1}, "own.csv") is None
    with pytest.raises(UserError, match="a patient id"):
        refuse_divided_patients(make_cases([None]), {"1": 0}, "own.csv")
