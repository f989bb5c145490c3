"""Commands that prepare the same cache at the same time."""

import subprocess
import sys

from common.files import lock
from data.brats.dataset import BratsDataset
from data.prepared.prepare import prepare_volumes
from data.prepared.volume_cache import VolumeCache
from tests.data.prepared.brats17_tree import write_tree
from tests.disks import ROOT

BESIDE_OTHERS = """
import pathlib, sys
from data.brats import BratsDataset
from data.prepared import VolumeCache, prepare_volumes
cache = VolumeCache(pathlib.Path(sys.argv[2]), "brats17", "x")
prepare_volumes(BratsDataset(sys.argv[1]), cache)
"""


def start_three(root, caches):
    command = [sys.executable, "-c", BESIDE_OTHERS, str(root), str(caches)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    return [subprocess.Popen(command, cwd=ROOT, **pipes) for _ in range(3)]


def test_side_by_side_one_prepares_and_the_others_wait_or_only_read(tmp_path):
    root = tmp_path / "brats"
    write_tree(root, 4)
    cache = VolumeCache(tmp_path, "brats17", "x")
    shown = [process.communicate()[0] for process in start_three(root, tmp_path)]
    assert sum("4 cases to prepare" in text for text in shown) == 1, shown
    assert sum("0 cases to prepare, 4 already done" in text for text in shown) == 2
    assert len(list(cache.folder.glob("*.h5"))) == 4
    with lock(cache.folder):  # as if it was being filled with other cases
        lines = []
        assert prepare_volumes(BratsDataset(root), cache, say=lines.append) == 0
    assert lines == [f"0 cases to prepare, 4 already done: {cache.folder}"]
