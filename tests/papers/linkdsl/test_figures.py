"""Which images of the test set the figures show."""

import pandas as pd

from papers.linkdsl.figures import (
    MEDIAN,
    QUARTILES,
    titles_of_example,
    typical_cases,
)


def test_typical_images_of_each_tumor_type():
    scores = {"a": [0.1, 0.5, 0.9, 0.3, 0.7], "b": [0.2]}
    rows = pd.DataFrame(
        {"case": f"{group}{round(10 * dice)}", "group": group, "dice": dice}
        for group, several in scores.items()
        for dice in several
    )
    assert typical_cases(rows, MEDIAN) == ["a5", "b2"]
    assert typical_cases(rows, QUARTILES) == ["a3", "a7", "b2"]


def test_an_example_of_a_phantom_names_no_expert():
    assert titles_of_example("figshare")[1] == "outlined by an expert"
    assert "expert" not in " ".join(titles_of_example("phantom"))
