"""The scores of one row and region of a table, by metric."""

from dataclasses import dataclass

from common.audit.discrepancy import Discrepancy
from common.audit.interval import Interval

# `mean_iou` comes before `iou`, because its name ends with that.
METRICS = ("mean_iou", "iou", "dice", "precision", "recall", "sensitivity")
METRICS += ("specificity",)
_SYNONYMS = {"sensitivity": "recall"}


@dataclass(frozen=True)
class Scores:
    """What a row prints for one region.

    Args:
        table: number of the table.
        row: key of the row.
        region: such as `"wt"`; empty if the table has only one region.
        values: the printed numbers by metric: `mean_iou` (of region and
            background), `iou` (of the region alone), `dice`, `precision`,
            `recall` (or sensitivity) and `specificity`.
        columns: the column of each metric.
    """

    table: str
    row: str
    region: str
    values: dict[str, Interval]
    columns: dict[str, str]

    def finding(self, metrics, rule, severity, expected, explanation):
        """Returns a `Discrepancy` about the first of some metrics.

        Args:
            metrics: names of the metrics involved, the judged one first.
            rule: name of the rule.
            severity: see `Discrepancy`.
            expected: the `Interval` that the rule allows.
            explanation: the explanation in words.
        """
        return Discrepancy(
            self.table,
            self.row,
            tuple(self.columns[metric] for metric in metrics),
            rule,
            severity,
            self.values[metrics[0]].text,
            expected.low,
            expected.high,
            explanation,
        )


def region_and_metric(column):
    """Splits a column's key: `"wt_dice"` is `("wt", "dice")`.

    Returns:
        The region (empty if none is named) and the metric, or None for a column
        that is not an overlap metric.
    """
    for metric in METRICS:
        if column == metric:
            return "", metric
        if column.endswith(f"_{metric}"):
            return column.removesuffix(f"_{metric}"), metric
    return None


def scores_of(tables):
    """Yields the `Scores` of each table, row and region.

    Args:
        tables: `{table: {row: {column: Interval}}}`.
    """
    for table, rows in tables.items():
        for row, cells in rows.items():
            by_region = {}
            for column, interval in cells.items():
                if named := region_and_metric(column):
                    region, metric = named
                    metric = _SYNONYMS.get(metric, metric)
                    by_region.setdefault(region, {})[metric] = column, interval
            for region, found in by_region.items():
                values = {metric: interval for metric, (_, interval) in found.items()}
                columns = {metric: column for metric, (column, _) in found.items()}
                yield Scores(table, row, region, values, columns)
