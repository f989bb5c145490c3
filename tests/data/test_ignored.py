"""Files that are data, some levels down."""

import pytest

from data.ignored import files_below


def test_files_down_to_a_depth_without_what_systems_leave(tmp_path):
    for name in (
        "a.nii",
        ".hidden.nii",
        "one/b.nii",
        "one/two/c.nii",
        "__MACOSX/d.nii",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()

    def found(depth):
        paths = files_below(tmp_path, depth)
        return sorted(path.relative_to(tmp_path).as_posix() for path in paths)

    assert found(0) == ["a.nii"]
    assert found(1) == ["a.nii", "one/b.nii"]
    assert found(2) == ["a.nii", "one/b.nii", "one/two/c.nii"]
    with pytest.raises(FileNotFoundError) as caught:
        list(files_below(tmp_path / "absent", 1))
    assert caught.value.filename == str(tmp_path / "absent")
