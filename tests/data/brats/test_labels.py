"""Values of label maps: two releases mean two things by 4."""

import numpy as np
import pytest

from common.errors import UserError
from data.brats import LABELINGS, RELEASES, from_canonical, to_canonical

VALUES = np.array([0, 1, 2, 3, 4], np.uint8)


def test_4_is_a_cavity_in_2024_and_the_enhancing_tumor_until_2021():
    treated = to_canonical(VALUES, LABELINGS["brats24"], "a.nii")
    assert treated.tolist() == [0, 1, 2, 4, 5]
    before = to_canonical(VALUES[[0, 1, 2, 4]], LABELINGS["brats21"], "a.nii")
    assert before.tolist() == [0, 1, 2, 4]
    assert from_canonical(treated, LABELINGS["brats24"]).tolist() == VALUES.tolist()


@pytest.mark.parametrize(
    ("release", "value", "said"),
    [
        ("brats23", 4, "4; 4 is the resection cavity of post-treatment sets"),
        ("brats20", 3, "3; since 2023, 3 is the enhancing tumor, which is 4 here"),
        ("brats24", 5, "5"),
    ],
)
def test_a_value_of_another_release_is_refused_by_name(release, value, said):
    with pytest.raises(UserError) as error:
        to_canonical(np.array([0, value]), LABELINGS[release], "a.nii")
    assert error.value.received == said


def test_a_cavity_has_no_value_before_2024():
    with pytest.raises(ValueError, match="0, 1, 2, 4. Received: 5"):
        from_canonical(np.array([5]), LABELINGS["brats21"])


def test_treated_patients_are_no_data_set():
    assert set(LABELINGS) - set(RELEASES) == {"brats24"}
    treated = LABELINGS["brats24"]
    assert treated.patient(treated.example) == "BraTS-GLI-00005"
    assert treated.patient("BraTS-GLI-00005-000") is None
