"""A case is called by the name of a file or folder."""

import pytest

from data.case import Case


@pytest.mark.parametrize("name", [".", "..", "../a", "/etc/a", "a/b", "a\0b"])
def test_ids_lead_out_of_no_folder(name):
    with pytest.raises(ValueError, match="the name of a file"):
        Case(name, None, "", {}, None)


@pytest.mark.parametrize("name", ["7", "BRATS_001", "a b", "..a", "a\nb", "=1"])
def test_names_of_files_are_ids(name):
    assert Case(name, None, "", {}, None).id == name
