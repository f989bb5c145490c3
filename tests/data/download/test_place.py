"""What was downloaded is looked for inside its folder, and nowhere else."""

import hashlib

import pytest

from data.download.place import are_unchanged


@pytest.mark.parametrize("name", ["../a", "x/../../a", "/etc/hostname"])
def test_lists_of_files_do_not_lead_outside(tmp_path, name):
    inside = tmp_path / "inside"
    (inside / "x").mkdir(parents=True)
    for path in (tmp_path / "a", inside / "a"):
        path.write_bytes(b"1")
    digest = hashlib.sha256(b"1").hexdigest()
    assert are_unchanged(inside, {"a": digest})
    assert not are_unchanged(inside, {"a": digest, name: digest})


@pytest.mark.parametrize("known", [None, {}, ["a"], "a"])
def test_what_was_never_put_is_not_there(tmp_path, known):
    assert not are_unchanged(tmp_path, known)
