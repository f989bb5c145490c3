"""Figure 8 of the paper: a slice's truth beside what each method finds."""

from common.reporting.figures import Caption, label_grid
from papers.engine.brats import middle_slice, origins, shown_cases
from papers.engine.results import figure_suffix

COLORS = {
    2: ("edema", "tab:green"),
    1: ("necrosis, or core that is not enhancing", "gold"),
    3: ("non-enhancing tumor", "tab:blue"),
    4: ("enhancing tumor", "tab:red"),
}


def draw_figures(runner, folder):
    """Draws Figure 8 of each fold and seed that the request has run.

    Args:
        runner: a `papers.engine.runner.Runner` whose jobs are evaluated.
        folder: results folder.

    Returns:
        The list of files written; of real cases those whose license lets us.
    """
    runs = {}
    for job in runner.jobs:
        if job.finished() and runner.rows(job) is not None:
            runs.setdefault((job.split_name, job.split.fold, job.seed), []).append(job)
    files = []
    for jobs in runs.values():
        what, count, case_ids = _shown(runner, jobs[-1])
        if case_ids:
            files.append(folder / f"figure8_{figure_suffix(runner, jobs[0])}.png")
            _figure8(runner, jobs, case_ids, (what, count), files[-1])
    return files


def _shown(runner, job):
    """Returns held-out cases to draw or, where none may be shown, trained-on ones."""
    rows = runner.rows(job)
    is_held_out = rows["split"] == job.split_name
    held_out, trained_on = rows[is_held_out], rows[~is_held_out]
    case_ids = shown_cases(runner, held_out, "wt_dice")
    if case_ids:
        return "held-out cases", len(held_out), case_ids
    case_ids = shown_cases(runner, trained_on, "wt_dice")
    return "cases trained on,", len(trained_on), case_ids


def _figure8(runner, jobs, case_ids, shown, path):
    what, count = shown
    cases = {case.id: case for case in runner.dataset}
    found = [runner.predict(job, case_ids) for job in jobs]
    rows = []
    for i, case_id in enumerate(case_ids):
        case = cases[case_id]
        truth = runner.dataset.read_labels(case)
        middle = middle_slice(truth)
        flair = runner.dataset.read_image(case, "flair")[middle]
        panels = [truth[middle], *(maps[i, middle] for maps in found)]
        rows.append([(flair, None), *((flair, labels) for labels in panels)])
    titles = ["FLAIR", "truth", *(_short(job.method) for job in jobs)]
    caption = Caption(
        text=f"The axial slice with most tumor of {', '.join(case_ids)}, {what} "
        f"from lowest to highest Dice of the last method.{origins(runner, case_ids)}",
        data=runner.dataset.name,
        profile=runner.request.profile_label(),
        budget=f"{jobs[0].budget} each network, split {jobs[0].split_name}",
        n=count,
    )
    label_grid(path, rows, titles, COLORS, caption)


def _short(method):
    return method.id.replace("-", ",\n")
