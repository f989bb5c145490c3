"""One method under two ways of splitting the cases: the effect of a leak."""

from common.reporting.cells import GROUP, measure
from common.reporting.order import groups_of

_SAME = ["method", *(name for name in GROUP if name != "split")]
_SHOWN = {"": "reproduced", "_ci_low": "ci_low", "_ci_high": "ci_high"}


def compare_splits(cases, columns, splits=("image", "patient")):
    """Compares every method that was run under both splits, everything else equal.

    With image-wise folds, slices of a test patient are among the training
    slices; the gap to patient-wise folds shows how much that is worth.

    Args:
        cases: as `read_cases` returns them.
        columns: the `Column`s to compare.
        splits: names of the two splits.

    Returns:
        A `DataFrame` with one row per method, data set, profile and budget. It has
        for each column the two values with their intervals and the gap (second
        minus first), then folds, seeds and numbers of cases of both splits.
    """
    import pandas as pd

    first, second = splits
    lines = []
    for same, group in groups_of(cases, _SAME):
        parts = {name: group[group["split"] == name] for name in splits}
        if any(part.empty for part in parts.values()):
            continue
        line = dict(zip(_SAME, same, strict=True))
        sizes = {}
        for column in columns:
            for name, part in parts.items():
                measured = measure(column, part)
                for suffix, key in _SHOWN.items():
                    line[f"{column.key}_{name}{suffix}"] = measured[key]
                for key in ("n_cases", "n_failed", "folds", "seeds"):
                    sizes[f"{key}_{name}"] = measured[key]
            values = [line[f"{column.key}_{name}"] for name in (second, first)]
            line[f"{column.key}_gap"] = values[0] - values[1]
        lines.append(line | sizes)
    return pd.DataFrame(lines)
