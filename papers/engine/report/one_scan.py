"""The page of one segmented scan of a user's own."""

import os
import time
from pathlib import Path

from common.errors import UserError
from common.files import write_text
from papers.engine import environment
from papers.engine.report.pictures import Layer, write_pictures
from papers.engine.report.rows import script
from papers.engine.report.write import copy_assets, templates

_SCAN = "scan"  # folder of the images, in that of the page
_MARK = f"{_SCAN}-images.js"  # what a folder that we have written holds


def check_report_folder(folder):
    """Makes sure that a page written to a folder replaces nothing that is not ours.

    Args:
        folder: the folder to write.

    Raises:
        UserError: it holds something else.
    """
    folder = Path(folder)
    if not os.path.lexists(folder):
        return
    if folder.is_dir() and (not any(folder.iterdir()) or (folder / _MARK).is_file()):
        return
    raise UserError(
        folder,
        "a new or empty folder, or an earlier page of a scan",
        "other files",
        f"choose another folder, such as --report {folder}-page",
    )


def write_scan(folder, name, shown, labels, facts):
    """Writes the page of one scan: slices, the viewer of volumes, facts.

    Args:
        folder: the folder to write.
        name: what the scan is called.
        shown: its `papers.engine.case_images.CaseImages`.
        labels: the result on the grid of the images.
        facts: texts by name, such as the weights.

    Returns:
        The page's path.

    Raises:
        UserError: the folder holds something else, or cannot be written.
    """
    folder = Path(folder)
    check_report_folder(folder)
    write_text(folder / _MARK, script("REPORT_IMAGES", {}))  # ours from here on
    target = folder / "images" / _SCAN / _SCAN
    about = write_pictures(target, name, shown, [Layer("result", labels)])
    write_text(folder / _MARK, script("REPORT_IMAGES", {name: about}))
    copy_assets(folder)
    here = environment.describe()
    text = (
        templates()
        .get_template("scan.html")
        .render(
            papers=[],
            name=name,
            facts=facts,
            here=here,
            made=time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
            results=[str(folder)],
            images=_MARK,
        )
    )
    write_text(folder / "index.html", text)
    return folder / "index.html"
