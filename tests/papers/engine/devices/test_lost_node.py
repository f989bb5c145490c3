"""Two nodes of a Ray cluster, one killed, against one job after the other."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

pytest.importorskip("ray", reason="no Ray here: make install-cluster")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]

ROOT = Path(__file__).resolve().parents[4]
WORDS = ["linkdsl", "--methods", "dual,cdsl", "--split", "image", "--epochs", "3"]
MEMORY = {"object_store_memory": 100 * 2**20}
RESULTS = Path("results", "local", "linkdsl", "phantom", "cases.csv")
# What is of the run, not of the numbers.
OF_RUN = ("seconds", "command", "commit", "machine", "hours", "made", "date")


def start(folder, *more):
    folder.mkdir(exist_ok=True)
    return subprocess.Popen(
        [sys.executable, "-m", "papers", "reproduce", *WORDS, *more],
        cwd=folder,
        # The user may have a token; the cluster of this test has none.
        env={**os.environ, "PYTHONPATH": str(ROOT), "RAY_AUTH_MODE": "disabled"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def rows(folder):
    found = pd.read_csv(folder / RESULTS)
    return found[[c for c in found if not any(word in c for word in OF_RUN)]]


def test_rows_are_those_of_one_job_after_the_other(tmp_path):
    from ray.cluster_utils import Cluster

    with start(tmp_path / "alone") as alone:
        output, _ = alone.communicate()
    assert alone.returncode == 0, output
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, **MEMORY})
    try:
        first = cluster.add_node(num_cpus=2, **MEMORY)
        together = start(tmp_path / "together", "--cluster", cluster.address)
        with together:
            runs = tmp_path / "together" / "runs"
            while not list(runs.glob("linkdsl/*/*/dual-*/state/*")):
                assert together.poll() is None, together.stdout.read()
                time.sleep(0.1)
            cluster.add_node(num_cpus=2, **MEMORY)
            cluster.remove_node(first, allow_graceful=False)
            output, _ = together.communicate()
        assert together.returncode == 0, output
        assert "begins again on" in output
    finally:
        cluster.shutdown()
    assert rows(tmp_path / "alone")["dice_soft"].max() > 0
    pd.testing.assert_frame_equal(
        rows(tmp_path / "together"), rows(tmp_path / "alone"), check_exact=True
    )
