"""One table of every paper on a data set, run or not: `make table-<dataset>`."""

import dataclasses

import pandas as pd

from papers import registry
from papers.engine.cli import reports


def test_papers_that_were_not_run_are_shown_with_what_they_print(tmp_path, monkeypatch):
    known = registry.paper("anisocascade")
    new = dataclasses.replace(known, id="new")
    # Of a paper on another data set, the one table that is of this one.
    tables = (known.tables[0], dataclasses.replace(known.tables[1], dataset="brats18"))
    other = dataclasses.replace(known, id="other", dataset="brats18", tables=tables)
    none = dataclasses.replace(other, id="none", tables=tables[1:])
    monkeypatch.setattr(registry, "papers", lambda: [known, new, other, none])
    reports.join("brats17", tmp_path)
    joined = pd.read_csv(tmp_path / "table_brats17.csv", dtype=str, na_filter=False)
    shown = joined[["paper", "table"]].drop_duplicates().to_numpy().tolist()
    assert shown == [
        ["anisocascade", "1"],
        ["anisocascade", "2"],
        ["new", "1"],
        ["new", "2"],
        ["other", "1"],
    ]
    rows = joined[(joined["paper"] == "new") & (joined["table"] == "1")].set_index(
        "row"
    )
    assert float(rows.loc["ucl_tig", "wt_dice_published"]) == 0.905
    assert "not run" in rows.loc["ucl_tig", "note"]
    assert "not run on real data" in rows.loc["released", "note"]
    assert (joined["wt_dice_reproduced"] == "").all()
