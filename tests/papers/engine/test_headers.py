"""The comment that opens each protocol file."""

import pytest

from papers import registry
from papers.engine import headers
from papers.engine.cli.reports import PAPERS

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
