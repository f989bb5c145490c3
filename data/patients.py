"""Which patient a case belongs to."""

import re

from common.errors import UserError


def base_exam(patient):
    """Strips the letter that marks a repeated exam: MR024780B becomes MR024780.

    Args:
        patient: a patient id.
    """
    return re.sub(r"(?<=\d)[A-Za-z]$", "", patient)


def patient_of(case):
    """Returns the patient id of a case.

    Args:
        case: a `Case`.

    Raises:
        UserError: the case has no patient id.
    """
    if not case.patient:
        raise UserError(
            case.label or case.id,
            "a patient id, which a patient-wise split needs",
            "none",
            "use SPLIT=image, or SPLITS=file.csv with folds of your own",
        )
    return case.patient
