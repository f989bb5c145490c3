"""Guesses of modalities, by the words and times of usual protocols."""

from types import SimpleNamespace

import pytest

from data.scans.guess import guess_modality


def header(description="", times=(None, None, None), contrast=False):
    echo, repeat, inversion = times
    return SimpleNamespace(
        description=description,
        echo_time=echo,
        repetition_time=repeat,
        inversion_time=inversion,
        contrast=contrast,
    )


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        ("t2_tirm_tra_dark-fluid_5mm", "flair"),
        ("AX T2 FLAIR", "flair"),
        ("Sag 3D FLAIR CUBE", "flair"),
        ("t1_mprage_sag_p2_iso", "t1"),
        ("AX T1 PRE", "t1"),
        ("T1 without contrast", "t1"),
        ("Ax T1 SE", "t1"),
        ("t1_mprage_sag KM", "t1ce"),
        ("AX T1 POST GAD", "t1ce"),
        ("AX T1 +C", "t1ce"),
        ("T1Gd", "t1ce"),
        ("AX T1 C+", "t1ce"),
        ("T1_SE_postKM", "t1ce"),
        ("AX T1 FLAIR", "t1"),
        ("Ax T1 FLAIR POST", "t1ce"),
        ("t1_tirm_tra_dark-fluid_km", "t1ce"),
        ("T2 TIRM COR", None),
        ("t2_tse_tra", "t2"),
        ("AX T2 FSE", "t2"),
        ("AX T2* GRE", None),
        ("ep2d_diff_3scan_ADC", None),
        ("localizer", None),
        ("T2w_SWI", None),
        ("", None),
    ],
)
def test_descriptions(description, expected):
    assert guess_modality(header(description))[0] == expected


@pytest.mark.parametrize(
    ("times", "contrast", "expected"),
    [
        ((120, 9000, 2500), False, "flair"),
        ((100, 5000, None), False, "t2"),
        ((10, 500, None), False, "t1"),
        ((10, 500, None), True, "t1ce"),
        ((3, 2200, 900), False, "t1"),  # MPRAGE
        ((3, 2200, 900), True, "t1ce"),
        ((3, 6000, 2500), False, None),
        ((40, 2000, None), False, None),
    ],
)
def test_times_where_words_say_nothing(times, contrast, expected):
    modality, reason = guess_modality(header("Series 4", times, contrast))
    assert modality == expected
    assert f"TE {times[0]}" in reason


def test_an_agent_counts_with_the_words():
    assert guess_modality(header("t1_mprage", contrast=True))[0] == "t1ce"
    assert guess_modality(header("t1 pre", contrast=True))[0] == "t1"
