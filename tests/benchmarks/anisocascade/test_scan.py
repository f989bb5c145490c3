"""The seconds of a whole scan, by stage."""

import textwrap
import time

import pytest

from benchmarks.anisocascade import bench, scan
from benchmarks.anisocascade.scan_peer import STAGES, Clock, with_compiling, wrap


def test_a_stage_within_another_interrupts_it(monkeypatch):
    now = iter([1.0, 3.0, 7.0, 8.0, 10.0, 10.5])
    monkeypatch.setattr(time, "monotonic", lambda: next(now))
    clock = Clock(0.5, "imports")
    with clock.stage("writing"), clock.stage("hashes"):
        pass
    clock.goes_on("the rest")
    clock.goes_on("ending")
    walls = {name: wall for name, (wall, _) in clock.seconds.items()}
    inner = {"writing": 2.0 + 1.0, "hashes": 4.0}
    assert walls == {"imports": 0.5 + 2.0, **inner, "the rest": 0.5}


def test_compiling_is_what_first_calls_take_beyond_later_ones():
    calls = [
        ("whole", "axial", (5, 19), 9.0, 12.0),
        ("whole", "axial", (5, 19), 2.0, 4.0),
        ("whole", "axial", (5, 19), 3.0, 5.0),
        ("whole", "coronal", (5, 19), 2.5, 4.5),  # shares the graph
        ("core", "axial", (5, 11), 4.0, 6.0),  # one batch in each view
        ("core", "coronal", (5, 11), 1.0, 2.0),
    ]
    found = with_compiling({"networks": [21.5, 33.5], "checks": [1.0, 1.0]}, calls)
    assert found["compiling"] == pytest.approx([6.5 + 0 + 3 + 0, 7.5 + 0 + 4 + 0])
    assert found["networks"] == pytest.approx([12.0, 22.0])
    assert found["checks"] == [1.0, 1.0]


def test_every_stage_has_a_place_in_the_code(monkeypatch):
    clock = Clock(0.0, "imports")
    for name, functions in STAGES.items():
        assert name in scan.STAGES
        for owner, function in functions:
            wrap(owner, function, clock, name, monkeypatch.setattr)


# What a checkout has that the benchmark looks for, in place of the networks.
CHECKOUT = {
    "papers/engine/cli/app.py": """
        import sys
        from papers.anisocascade import segmenter
        from papers.engine.predict.record import Record
        def main(arguments):
            folder = arguments[arguments.index("--weights") + 1]
            segmenter.load_networks(folder)
            networks = {("whole", "axial"): lambda patches: patches}
            segmenter.predict_case(None, networks, None, None)
            Record().write(arguments[arguments.index("--out") + 1])
            sys.exit(0)
    """,
    "papers/engine/quiet.py": "def import_tensorflow(): pass",
    "papers/anisocascade/inference.py": "",
    "papers/anisocascade/segmenter.py": """
        import time
        import numpy as np
        class Segmenter:
            def fingerprint(self): pass
        def load_networks(folder): time.sleep(0.02)
        def predict_case(volumes, networks, protocol, progress):
            for network in networks.values():
                network(np.zeros(3))
                network(np.zeros(3))
    """,
    "papers/engine/predict/files.py": "class Files:\n def _made_of(self): pass",
    "papers/engine/predict/volumes.py": "class VolumeFiles:\n def encode(self): pass",
    "papers/engine/predict/record.py": """
        from pathlib import Path
        class Record:
            def write(self, path): Path(path).touch(exist_ok=False)
    """,
    "data/scans/scan.py": """
        def read_volume(): pass
        read_channels = check_grids = read_volume
        check_intensities = check_registration = read_volume
    """,
}


def test_seconds_of_all_stages_are_those_of_the_process(tmp_path):
    for name, text in CHECKOUT.items():
        path = tmp_path / "checkout" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text).strip())
    for _ in range(2):  # the second replaces what the first one left
        begun = time.monotonic()
        found = scan.run(tmp_path / "checkout", tmp_path, tmp_path, tmp_path)
        taken = time.monotonic() - begun
    assert set(found["seconds"]) < set(scan.STAGES)
    assert found["seconds"]["loading weights"][0] > 0.02
    assert found["seconds"]["ending"][0] > 0 and found["seconds"]["imports"][0] > 0
    total = sum(wall for wall, _ in found["seconds"].values())
    assert 0.9 * taken < total <= taken


def test_rows_have_sums_and_ratios_of_the_same_round():
    def one(networks, reading):
        return {
            "seconds": {"networks": [networks, 2 * networks], "reading": [reading, 1]},
            "peak_gb": networks,
        }

    rows = scan.rows_of({"shipped": [one(4, 1), one(8, 2)], "before": [one(5, 4)] * 2})
    by = {(row["variant"], row["stage"]): row for row in rows}
    assert by["shipped", "all"]["s"] == 7.5
    assert by["shipped", "all"]["cpu_s"] == 13.0
    assert by["shipped", "all"]["peak_gb"] == 8
    assert by["before", "reading"]["ratio_to_shipped"] == 3.0  # of 4 and 2
    assert by["before", "all but the networks"]["ratio_to_shipped"] == 3.0
    assert by["before", "writing"]["ratio_to_shipped"] is None


@pytest.mark.parametrize(
    ("main", "options", "message"),
    [
        (bench.main, ["--case", "/nowhere"], "a folder, received /nowhere"),
        (bench.main, ["--shape", "5x19"], "4 sizes such as 8x8x8x8, received 5x19"),
        (scan.main, ["/nowhere"], "a folder, received /nowhere"),
        (scan.main, ["/", "--weights", "/nowhere"], "imported weights in /nowhere"),
        (scan.main, ["/", "--weights", "/", "--before", "-"], "a commit of this clone"),
    ],
)
def test_options_that_nothing_can_be_measured_with(main, options, message, capsys):
    with pytest.raises(SystemExit):
        main(options)
    assert f"expected {message}" in capsys.readouterr().err.replace("\n", " ")
