"""What a prediction looks like: a page, or a picture, of one case."""

from pathlib import Path

from common.errors import UserError
from papers.engine.predict.files import record_of
from papers.engine.report.one_scan import check_report_folder, write_scan
from papers.engine.report.overlay import overlay_png


def check_shown(one_file, out, report, overlay):
    """Refuses a page or picture that cannot be written, before networks are loaded.

    Args:
        one_file: whether one case is segmented.
        out: the file of its labels, absolute.
        report: folder of the page, or None.
        overlay: file of the picture, or None.

    Raises:
        UserError: there are several cases; or a path is taken, or no `.png` file.
    """
    asked = {"--report": report, "--overlay": overlay}
    asked = [f"{name} {path}" for name, path in asked.items() if path]
    if asked and not one_file:
        fix = "name one case with --case, or leave it out"
        raise UserError(asked[0], "one case", "a folder of cases", fix)
    if report:
        check_report_folder(report)
    if overlay:
        if overlay.suffix.lower() != ".png" or overlay.resolve() == out:
            fix = f"such as --overlay {overlay.with_name(f'{overlay.stem}-seen.png')}"
            wanted = "a .png file other than that of the labels"
            raise UserError(f"--overlay {overlay}", wanted, overlay.name, fix)
        record_of(overlay)


def show_case(paper, files, source, out, report, overlay, facts):
    """Writes the page and the picture of a case that has been segmented.

    Args:
        paper: the `papers.engine.paper.Paper`.
        files: the `papers.engine.predict.files.Files` of its kind.
        source: the case, as it was segmented.
        out: the file with its labels.
        report: folder of the page, or None.
        overlay: file of the picture, or None.
        facts: texts for the page by name.

    Returns:
        The paths to look at.
    """
    shown, labels = files.shown(source, out, paper.experiment.label_colors)
    paths = []
    if overlay:
        row = {"case_id": overlay.name, "status": "written", "source": str(out)}
        record_of(overlay).write(overlay, overlay_png(shown, labels), row)
        paths.append(overlay)
    if report:
        name = Path(source).name if not isinstance(source, dict) else out.name
        paths.append(write_scan(report, name, shown, labels, facts))
    return paths
