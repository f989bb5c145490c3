"""Training on whole slices writes rows at each scoring and after the last step."""

import contextlib

import pandas as pd
import pytest

from benchmarks.hierdice.case import SCORES, main
from data.phantom.brats.write import write_phantom


def test_rows_of_each_score_and_of_the_last_step(tmp_path):
    """Also where the last step is not a multiple of `--score-every`."""
    write_phantom(tmp_path / "brats", "brats15", hgg=5, lgg=0, shape=(18, 48, 48))
    path = tmp_path / "rows.csv"
    options = ["--methods", "resunet-softmax", "--base-filters", "4"]
    options += ["--steps", "3", "--score-every", "2", "--results", str(path)]
    with contextlib.chdir(tmp_path):
        main([str(tmp_path / "brats"), *options])
    rows = pd.read_csv(path)
    assert rows.groupby("steps")["case"].nunique().to_dict() == {2: 5, 3: 5}
    assert rows["loss"].notna().all()
    assert rows["et_recall"].between(0, 1).all()
    assert {*SCORES, "pixels_of_labels", "training_s", "threads"} <= {*rows}


@pytest.mark.parametrize("option", ["--steps", "--score-every"])
def test_less_than_one_step_is_refused(option, tmp_path, capsys):
    with pytest.raises(SystemExit):
        main([str(tmp_path), option, "0"])
    assert "expected at least 1" in capsys.readouterr().err
