"""The images of the cases that a user asks for, from the runs that scored them."""

import shutil

from common.files import read_json
from papers.engine.report.choose import chosen_cases
from papers.engine.report.pictures import FILE, Layer, folder_of, write_pictures
from papers.engine.report.rows import script
from papers.engine.report.scores import scores_of

IMAGES = "images"  # folder of the report


def write_cases(runner, text, folder, say=print):
    """Writes images, truth and results of some test cases into the report's folder.

    Args:
        runner: a `papers.engine.runner.Runner`, its methods trained.
        text: which cases, as `chosen_cases` takes it; the scores of the last method
            that was run decide which are the worst.
        folder: the report's folder.
        say: function that shows a line of text.

    Returns:
        The ids of the cases.

    Raises:
        UserError: `text` names no scored case, or the folder cannot be written.
    """
    import pandas as pd

    jobs = [job for job in runner.jobs if job.method.scored and job.finished()]
    rows = {job: runner.evaluate(job) for job in jobs}
    last = jobs[-1].method.id
    deciding = pd.concat([rows[job] for job in jobs if job.method.id == last])
    score = next(s for s in scores_of(runner.paper.tables) if s.metric == "Dice")
    case_ids = chosen_cases(text, deciding, score.key)
    maps = {job: _maps(runner, job, rows[job], case_ids) for job in jobs}
    for case_id in case_ids:
        shown = runner.case_images(jobs[-1], case_id)
        layers = [] if shown.truth is None else [Layer("truth", shown.truth)]
        for job in jobs:
            if case_id in maps[job]:
                labels = maps[job][case_id]
                layers.append(Layer(job.method.title, labels, _words(runner, job)))
        target = folder / IMAGES / runner.paper.id / folder_of(case_id)
        shutil.rmtree(target, ignore_errors=True)
        write_pictures(target, case_id, shown, layers)
        say(f"{case_id}: {len(layers)} label maps, {target}")
    return case_ids


def images_script(folder, paper_id):
    """Returns the script that tells the pages which cases have images.

    Args:
        folder: the report's folder.
        paper_id: the paper.
    """
    found = sorted((folder / IMAGES / paper_id).glob(f"*/{FILE}"))
    cases = [read_json(path) for path in found]
    return script("REPORT_IMAGES", {case["case"]: case for case in cases})


def _maps(runner, job, rows, case_ids):
    here = [case_id for case_id in case_ids if case_id in set(rows["case"])]
    return runner.label_maps(job, here) if here else {}


def _words(runner, job):
    return f"{runner.request.profile_label()}, {job.budget}, {job.short_name}"
