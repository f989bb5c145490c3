"""A program of the user's choice finds the brain; no shell is involved."""

import sys

import numpy as np
import pytest
import SimpleITK as sitk

from common.errors import UserError
from data.scans.skull import strip_skull
from data.volume.itk import geometry_of
from tests.data.scans import heads

# Writes what is above 500, and what it was called with.
PROGRAM = """
import sys
import SimpleITK as sitk
image = sitk.ReadImage(sys.argv[1])
sitk.WriteImage(sitk.Mask(image, image > 500), sys.argv[2])
open(sys.argv[3], "w").write(repr(sys.argv[4:]) + repr(image.GetMetaDataKeys()))
"""


@pytest.fixture
def program(tmp_path):
    path = tmp_path / "my strip.py"
    path.write_text(PROGRAM)
    return f"{sys.executable} '{path}' {{in}} {{out}} {tmp_path / 'said'}"


def test_a_program_finds_the_brain(tmp_path, program):
    image = heads.scan("t1ce", on=heads.grid("PSR"))
    more = "'a b' '; touch x' $(touch y) '*' '--file={in}'"
    found = strip_skull(f"{program} {more}", heads.as_input(image, "DOE JOHN"))
    expected = sitk.GetArrayFromImage(image)
    np.testing.assert_array_equal(found.array, np.where(expected > 500, expected, 0))
    assert found.geometry.matches(geometry_of(image))
    said = (tmp_path / "said").read_text()
    assert "'a b', '; touch x', '$(touch', 'y)', '*', '--file=/" in said
    assert "DOE" not in said and not (tmp_path / "x").exists()


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("hd-bet -i {in}", "the words {in} and {out}.*hd-bet -i {in}"),
        ("hd-bet '{in} {out}", "the words {in} and {out}"),
        ("", "the words {in} and {out}"),
        ("no-such-program-1 {in} {out}", "no-such-program-1: .*No such file.*install"),
        ("ls {in} {out}.missing", "ls: .*exit code 2, and last: .*No such file"),
        ("true {in} {out}", "a file where {out} stands"),
        ("sh -c 'kill -9 $$' {in} {out}", "sh: .*killed by signal 9, and last: noth"),
        ("sh -c 'echo {in} > {out}'", "sh: expected a NIfTI file .* that is none"),
    ],
)
def test_programs_that_do_not(command, message):
    with pytest.raises(UserError, match=message):
        strip_skull(command, heads.as_input(heads.scan("t1ce")))
