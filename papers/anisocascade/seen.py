"""Which cases the released weights were trained on, by the names of the cases."""

import csv
import re
from functools import cache
from pathlib import Path

# The same cases have had other names: `Brats18_TCIA02_135_1` is `Brats17_TCIA_135_1`.
_NAME = re.compile(r"brats1[789]_(2013|CBICA|TCIA)\d*_([A-Z0-9]+)_\d+", re.IGNORECASE)
_SAME_PATIENT = {"brats_2013_pat0001_1": "Brats17_2013_10_1"}
# The Decathlon and the challenges from 2020 on have cases of 2017 under other names.
_UNTOLD = re.compile(
    r"BRATS_\d+|BraTS20_.+|BraTS2021_\d+|BraTS-[A-Z]+-\d.*", re.IGNORECASE
)
# Those of 2021 that the challenge's table of ids, BraTS21-17_Mapping.csv, gives no
# name of 2017.
_UNSEEN = {f"BraTS2021_{number}" for number in ("00000", "00003", "00009")}
_UNSEEN |= {f"BraTS2021_{number}" for number in ("00389", "01657", "01659")}


@cache
def trained_on():
    """Returns the ids of the 285 cases of BraTS 2017's training set.

    original code: config17/train_names_all.txt names all of them.
    """
    path = Path(__file__).with_name("trained_on.csv")
    with open(path, newline="", encoding="utf-8") as file:
        return tuple(row["case"] for row in csv.DictReader(file))


def seen_as(case_id):
    """Returns the name under which the authors trained on a case's patient, or None.

    Args:
        case_id: the case, as BraTS 2015 or 2017 to 2019 names it.
    """
    if case_id in _SAME_PATIENT:
        return _SAME_PATIENT[case_id]
    return _by_patient().get(patient_of_name(case_id))


def is_untold(case_id):
    """Whether a case may be one of those, which its name does not tell.

    Args:
        case_id: the case.
    """
    return case_id not in _UNSEEN and _UNTOLD.fullmatch(case_id) is not None


@cache
def _by_patient():
    return {patient_of_name(case_id): case_id for case_id in trained_on()}


def patient_of_name(case_id):
    """Returns the source and the number or letters of a case's patient, or None."""
    found = _NAME.fullmatch(case_id)
    return found and (found[1].upper(), found[2].upper())
