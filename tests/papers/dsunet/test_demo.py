"""The demo, `make reproduce-dsunet` as it is: a phantom, tables and figures."""

import contextlib

import pandas as pd
import pytest

from papers.__main__ import main
from papers.dsunet.protocol import METHODS


@pytest.mark.slow
def test_default_demo(tmp_path, capfd):
    with contextlib.chdir(tmp_path), pytest.raises(SystemExit) as stopped:
        main(["reproduce", "dsunet"])
    printed = "".join(capfd.readouterr())
    assert not stopped.value.code, printed
    assert "PHANTOM" in printed
    folder = tmp_path / "results" / "local" / "dsunet" / "phantom"
    cases = pd.read_csv(folder / "cases.csv")
    assert (cases["status"] == "ok").all()
    assert set(cases["method"]) == {method.id for method in METHODS}
    table = pd.read_csv(folder / "table1.csv")
    ran = table[table["data"] == "phantom"]
    assert set(ran["row"]) == {"proposed", "isensee2017"}
    assert ran["wt_dice_published"].isna().all(), "a phantom beside published numbers"
    assert ran["wt_dice_reproduced"].notna().all()
    # Each network has learned what the phantom's tumors look like.
    assert (cases.groupby("method")["wt_dice"].mean() > 0.4).all()
    for method in METHODS:
        assert len(list(folder.glob(f"figure2_{method.id}_demo_*.png"))) == 1
    assert len(list(folder.glob("learning_curves_*.png"))) == 1
