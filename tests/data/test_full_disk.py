"""Whatever is written on a full disk ends in one error, and the process as usual."""

import re
from pathlib import Path

import pytest

from tests.disks import run_python, small_disk

ROOT = Path(__file__).resolve().parents[2]
HEAD = """
import sys
from pathlib import Path
from common.errors import UserError
folder = Path(sys.argv[1])
try:
    {}
except UserError as error:
    print(error)
    sys.exit(2)
"""
WRITES = {
    "figshare": "from data.phantom.figshare.write import write_phantom\n"
    "    write_phantom(folder / 'phantom', count=20, size=256)",
    "cvind": "from data.figshare.mat_writer import write_cvind\n"
    "    write_cvind(folder / 'cvind.mat', list(range(90000)))",
    "mha": "from data.phantom.brats.write import write_phantom\n"
    "    write_phantom(folder / 'phantom', 'brats15', 2, 0, (32, 64, 64))",
    "nifti": "from data.phantom.brats.write import write_phantom\n"
    "    write_phantom(folder / 'phantom', 'brats17', 2, 0, (32, 64, 64))",
}


@pytest.mark.parametrize("name", WRITES)
@pytest.mark.parametrize("size", ["4k", "96k"])
def test_one_error_and_no_crash(tmp_path, name, size):
    with small_disk(tmp_path, size) as disk:
        done = run_python(HEAD.format(WRITES[name]), disk)
        left = [path.name for path in disk.iterdir() if path.suffix != ".lock"]
    assert done.returncode == 2, done.stderr
    assert done.stdout.count("No space left on device") == 1 and left == []
    assert "Traceback" not in done.stderr and "h5py" not in done.stderr


def test_libraries_that_crash_on_a_full_disk_write_to_memory():
    """HDF5 and ITK: their files are made in memory, and written by Python."""
    direct = re.compile(
        r'h5py\.File\((?!content|"memory")[^\n]*"(w|a|r\+|x)"|WriteImage\('
        r"|model\.save_weights\("
    )
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for part in ("papers", "common", "data")
        for path in sorted((ROOT / part).rglob("*.py"))
        for match in direct.finditer(path.read_text())
    ]
    assert found == []
