"""Which patient a case belongs to."""

from pathlib import Path

import pytest

from common.errors import UserError
from data.case import Case
from data.patients import base_exam, patient_of


@pytest.mark.parametrize(
    ("patient", "exam"),
    [
        ("MR024780B", "MR024780"),
        ("MR024780", "MR024780"),
        ("100360", "100360"),
        ("1a", "1"),
        ("MR1AB", "MR1AB"),
        ("MRB", "MRB"),
        ("B", "B"),
    ],
)
def test_base_exam(patient, exam):
    assert base_exam(patient) == exam


def test_patient_of_a_case():
    assert patient_of(Case("1", "MR1", "glioma", {}, Path("1.mat"))) == "MR1"


@pytest.mark.parametrize("patient", [None, ""])
def test_a_case_without_a_patient_is_refused(patient):
    with pytest.raises(UserError, match="1.mat: .*a patient id"):
        patient_of(Case("1", patient, "glioma", {}, Path("1.mat")))
