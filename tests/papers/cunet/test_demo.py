"""The demo, `make reproduce-cunet` as it is: a phantom, tables and figures."""

import contextlib

import pandas as pd
import pytest
from matplotlib.image import imread

from papers.__main__ import main
from papers.cunet.claims import CLAIMS
from papers.cunet.protocol import METHODS


@pytest.mark.slow
def test_default_demo(tmp_path, capfd):
    with contextlib.chdir(tmp_path), pytest.raises(SystemExit) as stopped:
        main(["reproduce", "cunet"])
    printed = "".join(capfd.readouterr())
    assert not stopped.value.code, printed
    assert "PHANTOM" in printed and "Traceback" not in printed
    folder = tmp_path / "results" / "local" / "cunet" / "phantom"
    cases = pd.read_csv(folder / "cases.csv")
    assert (cases["status"] == "ok").all()
    methods = {method.id for method in METHODS}
    assert set(cases["method"]) == methods
    assert (cases.groupby("method")["case"].nunique() == 3).all()
    # Each network has learned what the phantom's tumors look like: whole tumor only,
    # its parts are found by none but CUN+LWS. Which one is the best says nothing.
    assert (cases.groupby("method")["wt_dice"].mean() > 0.4).all()
    table = pd.read_csv(folder / "table1.csv")
    ran = table[table["data"] == "phantom"]
    assert set(ran["row"]) == methods
    assert ran["wt_dice_published"].isna().all(), "a phantom beside published numbers"
    assert ran["wt_dice_reproduced"].notna().all()
    claims = pd.read_csv(folder / "claims.csv")
    assert len(claims) == len(CLAIMS)
    assert set(claims["note"]) == {"phantom: says nothing of the paper's"}
    assert len(pd.read_csv(folder / "paired.csv"))
    for figure in ("figure2", "figure3", "figure4", "learning_curves"):
        (path,) = folder.glob(f"{figure}_*.png")
        assert imread(path).std() > 0.01
    assert set(pd.read_csv(next(folder.glob("figure4_*.csv")))["method"]) == methods
