"""Which images of the test set the figures show."""

import pandas as pd

from papers.linkdsl.figures import MEDIAN, QUARTILES, typical_cases


def test_typical_images_of_each_tumor_type():
    scores = {"a": [0.1, 0.5, 0.9, 0.3, 0.7], "b": [0.2]}
    rows = pd.DataFrame(
        {"case": f"{group}{round(10 * dice)}", "group": group, "dice": dice}
        for group, several in scores.items()
        for dice in several
    )
    assert typical_cases(rows, MEDIAN) == ["a5", "b2"]
    assert typical_cases(rows, QUARTILES) == ["a3", "a7", "b2"]
