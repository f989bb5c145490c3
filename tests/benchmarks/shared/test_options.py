"""Options that no benchmark could measure end before it begins, in one line."""

import pytest

from benchmarks.depthwise import bench as depthwise
from benchmarks.linkdsl import against_torch
from benchmarks.metrics import bench as metrics


@pytest.mark.parametrize(
    ("main", "options", "message"),
    [
        (against_torch.main, ["--sides", "100"], "a multiple of 32, received 100"),
        (against_torch.main, ["--sides", "x"], "a whole number, received x"),
        (depthwise.main, ["--shapes", "16x32"], "3 sizes such as 8x8x8, received 16x"),
        (depthwise.main, ["--rounds", "0"], "at least 1, received 0"),
        (metrics.main, ["/nowhere"], "a folder, received /nowhere"),
    ],
)
def test_one_clear_line(main, options, message, capsys):
    with pytest.raises(SystemExit):
        main(options)
    assert f"expected {message}" in capsys.readouterr().err
