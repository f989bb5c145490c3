"""The comment that opens each protocol file, and the costs that it shows."""

import pytest

from papers import registry
from papers.engine import costs, headers
from papers.engine.cli.reports import PAPERS
from papers.engine.costs import Cost, benchmark, speed_table

RESULTS = PAPERS.parent / "results"


@pytest.mark.parametrize("paper_id", registry.IDS)
def test_header_is_up_to_date(paper_id):
    paper = registry.paper(paper_id)
    path = PAPERS / paper_id / "protocol.py"
    text = path.read_text(encoding="utf-8")
    header = headers.header(paper, paper.page.costs(paper), RESULTS)
    assert headers.update(text, header) == text, "run `make pages`"
    assert text.startswith(header)
    assert max(map(len, header.splitlines())) <= headers.WIDTH or "make " in header


@pytest.mark.parametrize("paper_id", registry.IDS)
def test_every_profile_has_its_cost(paper_id):
    paper = registry.paper(paper_id)
    costs = paper.page.costs(paper)
    assert list(costs) == list(paper.profiles)
    for profile, cost in costs.items():
        assert cost.command.startswith(f"make reproduce-{paper_id}")
        assert profile == "demo" or f"PROFILE={profile}" in cost.command
        assert cost.hours > 0
        assert cost.measured != ("estimate" in cost.time)


def test_header_is_replaced_and_the_rest_stays():
    header = f"{headers.FIRST}\n# new\n{headers.LAST}\n"
    rest = '"""A protocol."""\nx = 1\n'
    old = f"{headers.FIRST}\n# old\n{headers.LAST}\n{rest}"
    assert headers.update(rest, header) == header + rest
    assert headers.update(old, header) == header + rest


def test_expected_scores_are_those_of_the_largest_budget(tmp_path):
    dsunet, folder = registry.paper("dsunet"), RESULTS / "dsunet"
    text = "\n".join(headers.expected_scores(dsunet, "cpu", folder))
    assert "8 epochs" in text
    cells = (folder / "cells.csv").read_text()
    shorter = [line.replace("8 epochs", "4 epochs") for line in cells.splitlines()[1:]]
    (tmp_path / "expected.csv").write_text((folder / "expected.csv").read_text())
    (tmp_path / "cells.csv").write_text(cells + "\n".join(shorter) + "\n")
    assert "\n".join(headers.expected_scores(dsunet, "cpu", tmp_path)) == text
    (unknown,) = headers.expected_scores(dsunet, "paper", folder)
    assert "not run on real data" in unknown


def test_hours_have_two_digits_and_estimates_the_word():
    exact = Cost(command="make x", hours=1234.5, basis="")
    assert exact.time == "1,200 hours, an estimate"
    measured = Cost(command="make x", hours=3.7 / 60, measured=True, basis="")
    assert measured.time == "0.062 hours, measured"
    assert Cost(command="make x", hours=1.0, basis="").time == "1 hour, an estimate"


def test_a_benchmark_has_one_such_row():
    where = {"network": "unet", "part": "train", "variant": "shipped"}
    assert benchmark("cunet", "s", **where) > 0
    with pytest.raises(ValueError, match="Expected one row"):
        benchmark("cunet", "s", network="unet")


ROWS = """\
network,part,side,batch,precision,variant,ms,first_s,share_of_peak,times_faster,\
peer_version,machine
unet,train,240,2,float32,shipped,1234.5,10.25,0.9061,1.173,,"Xeon, 2 cores"
unet,train,240,2,float32,torch last,1448.1,0.5,0.77,1.0,2.13.0,"Xeon, 2 cores"
unet,infer,240,2,bfloat16,shipped,0.0456,3.0,0.1,,,"Xeon, 2 cores"
"""


def test_speed_is_that_of_the_committed_rows(tmp_path, monkeypatch):
    monkeypatch.setattr(costs, "BENCHMARKS", tmp_path)
    assert speed_table("mine", "make x") == "Not measured yet: `make x`."
    (tmp_path / "mine.csv").write_text(ROWS)
    text = speed_table("mine", "make x")
    assert "`make x` on Xeon, 2 cores, in turns with PyTorch 2.13.0 in" in text
    assert text.splitlines()[-2:] == [
        "| `unet` | step | 2x240x240 | float32 | 1,234 | 10.2 | 0.906 | 1.17 |",
        "| `unet` | inference | 2x240x240 | bfloat16 | 0.0456 | 3 | 0.1 | - |",
    ]
