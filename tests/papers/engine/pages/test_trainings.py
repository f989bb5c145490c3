"""The table of what the trainings behind the real rows took."""

import io

import pandas as pd

from common.files import write_text
from common.reporting.cells import COLUMNS
from common.reporting.trainings import record_trainings
from papers.engine.curves import record_curves
from papers.engine.pages.trainings import trainings_table
from tests.common.reporting.test_trainings import IDENTITY, row

CELLS = """\
table,row,column,published,reproduced,ci_low,ci_high,n_cases,data,coverage,\
fingerprint,profile,budget,split
3,dual,dice,0.78,,,,,,,,,,
3,cdsl,dice,0.8,,,,,,,,,,
3,dual,dice,0.78,0.6,0.5,0.7,9,figshare,9/90,f,cpu,40 epochs,image
3,cdsl,dice,0.8,0.65,0.6,0.7,9,figshare,9/90,f,cpu,12 epochs,image
3,cdsl,dice,0.8,0.1,0,0.2,9,figshare,9/90,f,"cpu, network.x=1",12 epochs,image
"""


def write(folder, trainings, losses):
    """Writes trainings, cells, and curves of the losses of each budget of `dual`."""
    record_trainings(folder, trainings)
    cells = pd.read_csv(io.StringIO(CELLS), dtype=str).reindex(columns=COLUMNS)
    write_text(folder / "cells.csv", cells.to_csv(index=False))
    rows = [
        IDENTITY
        | {"budget": budget, "figure": "", "n_validation": "1"}
        | {"epoch": k, "loss": loss, "val_loss": "", "val_dice": ""}
        for budget, several in losses.items()
        for k, loss in enumerate(several, 1)
    ]
    record_curves(folder, pd.DataFrame(rows))


def shown_of(tmp_path):
    *lines, _, said = trainings_table(tmp_path).splitlines()
    cells = [line.strip("| ").split(" | ") for line in lines[2:]]
    return {(one[1], one[2].split(", ", 3)[3]): one[3:] for one in cells}, said


def test_a_longer_training_holds_the_hours_of_the_shorter_one(tmp_path):
    trainings = [row(budget="12 epochs", seconds=(360, 360)), row(), row(seed="1")]
    trainings += [row(method="linknet"), row(data="phantom")]
    losses = {"12 epochs": ("0.9", "0.8"), "40 epochs": ("0.9", "0.8", "0.7")}
    write(tmp_path / "linkdsl", trainings, losses)
    lines, said = shown_of(tmp_path)
    machine = "2, a processor"
    assert lines == {
        ("`linknet`", "40 epochs"): ["", "", "", "2.00", "10.0 %", machine],
        ("`dual`", "40 epochs, 2 trainings"): [
            *("9", "0.7800", "0.6000 [0.500, 0.700]", "4.00", "10.0 %", machine)
        ],
        # Scored, but not trained here, as what is composed of other methods.
        ("`cdsl`", "12 epochs"): [
            *("9", "0.8000", "0.6500 [0.600, 0.700]", "-", "-"),
            "no training of its own",
        ],
    }
    assert said == "In all 6.0 hours. The scores: `linkdsl`: Dice."


def test_one_that_began_anew_has_hours_of_its_own(tmp_path):
    losses = {"12 epochs": ("0.91", "0.8"), "40 epochs": ("0.9", "0.8", "0.7")}
    write(tmp_path / "linkdsl", [row(budget="12 epochs"), row()], losses)
    lines, said = shown_of(tmp_path)
    assert [key[1] for key in lines if key[0] == "`dual`"] == ["12 epochs", "40 epochs"]
    assert said.startswith("In all 4.0 hours.")


def test_without_any(tmp_path):
    assert "No training" in trainings_table(tmp_path)
