"""The picture of scored label maps: distributions over cases."""

from dataclasses import dataclass

import numpy as np

from common.reporting.figures import grouped_box_plot


@dataclass(frozen=True)
class Words:
    """The text below a figure of somebody's own files, which no row of a run explains.

    Args:
        text: the text.
    """

    text: str
    source = None

    def __str__(self):
        return self.text


def draw_summary(path, scores, nsd, caption):
    """Draws Dice, HD95 and the normalized surface Dice of each region.

    Args:
        path: the PNG file to write.
        scores: a `DataFrame` with one row per case and region.
        nsd: name of the column of the normalized surface Dice, such as `nsd_1mm`.
        caption: the text below.

    Raises:
        UserError: the file cannot be written.
    """
    panels = {}
    wanted = (
        ("Dice", "dice", "lesion_dice"),
        ("HD95 (mm)", "hd95", "lesion_hd95"),
        (f"NSD within {nsd[4:-2]} mm", nsd, "lesion_nsd"),
    )
    for label, *columns in wanted:
        groups = panels[label] = {}
        for region, rows in scores.groupby("region", sort=False):
            # One infinite distance would leave nothing else to see.
            values = rows.replace([np.inf, -np.inf], np.nan)
            groups[region.upper()] = {
                name: values[column].to_numpy(float)
                for name, column in zip(
                    ("whole region", "lesion-wise"), columns, strict=True
                )
                if column in values
            }
    grouped_box_plot(path, panels, Words(caption))
