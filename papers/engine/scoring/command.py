"""The command that scores a folder of label maps against another."""

from dataclasses import dataclass
from pathlib import Path

from common.errors import UserError
from common.files import write_text
from papers.engine.console import Console, count

NONE = "none"  # instead of a lesion rule


@dataclass(frozen=True)
class Options:
    """What to score, and how.

    Args:
        truth: folder of the truths.
        prediction: folder of the predictions.
        out: folder to write.
        convention: a name in `common.metrics.conventions.CONVENTIONS`.
        lesions: a name in `common.metrics.lesions.rules.LESION_RULES`, or `"none"`.
        labels: a name in `data.brats.releases.LABELINGS`, or `""`: names or values say.
        prediction_labels: the same of the predictions; `""`: as the truth.
        tolerances: mm, as typed: `"1,2"`.
    """

    truth: Path
    prediction: Path
    out: Path
    convention: str
    lesions: str
    labels: str = ""
    prediction_labels: str = ""
    tolerances: str = "1,2"


def score(options):
    """Scores every case, writes the tables and the figure, and shows the means.

    Args:
        options: `Options`.

    Raises:
        UserError: an option or a folder is not as expected; or, when all other cases
            are written, a case has no prediction or cannot be scored.
    """
    import pandas as pd

    from common.metrics.conventions import CONVENTIONS
    from common.metrics.lesions import LESION_RULES
    from common.reporting.text import to_csv
    from papers.engine.scoring.figures import draw_summary
    from papers.engine.scoring.masks import find_masks
    from papers.engine.scoring.tables import LESION, over_cases

    console, tolerances = Console(), _tolerances(options.tolerances)
    _known("--convention", options.convention, CONVENTIONS)
    _known("--lesions", options.lesions, (*LESION_RULES, NONE))
    truths = find_masks(options.truth, "--truth")
    predictions = find_masks(options.prediction, "--prediction")
    labelings = _labelings(options, truths)
    for kind, labeling in zip(("truth", "prediction"), labelings, strict=True):
        console.say(f"{kind}: labels of {labeling.title}: {_in_words(labeling)}")
    scores, lesions, failed = _all_cases(
        options, tolerances, truths, predictions, labelings, console
    )
    out = options.out
    table = pd.DataFrame(scores, columns=None if scores else ("case", "region"))
    files = {
        "scores.csv": table,
        "summary.csv": over_cases(table) if scores else table,
        # Written without rows, too: those of an earlier try would be wrong.
        "lesions.csv": pd.DataFrame(lesions, columns=LESION),
        "failed.csv": pd.DataFrame(failed, columns=("case", "problem", "next")),
    }
    for name, frame in files.items():
        write_text(out / name, to_csv(frame))
    if scores:
        caption = _caption(options, len(truths) - len(failed))
        nsd = f"nsd_{tolerances[0]:g}mm"
        draw_summary(out / "summary.png", table, nsd, caption)
        _show(console, files["summary.csv"], nsd)
        console.say(f"wrote {', '.join(files)} and summary.png: {out}")
    unused = sorted(set(predictions) - set(truths))
    if unused:
        console.say(f"without a truth, not scored: {', '.join(unused)}")
    if failed:
        raise UserError(
            options.prediction,
            f"predictions of {count(len(truths), 'case')} that can be scored",
            f"{len(failed)} that cannot, the first {failed[0]['case']}",
            f"see {out / 'failed.csv'}, then run the command again",
        )


def _all_cases(options, tolerances, truths, predictions, labelings, console):
    """Returns the rows of regions, of lesions, and of cases that failed."""
    from papers.engine.scoring.case import read_pair, scores_of
    from papers.engine.scoring.tables import lesion_rows, region_rows

    rule = None if options.lesions == NONE else options.lesions
    scores, lesions, failed, moved, values = [], [], [], [], []
    for case in console.track(list(truths), "scoring", len(truths)):
        try:
            prediction = _prediction(case, predictions, options.prediction)
            pair, elsewhere, order = read_pair(truths[case], prediction, labelings)
        except UserError as error:
            console.say(f"failed: {error}")
            problem = f"{error.file}: expected {error.expected}; {error.received}"
            failed.append({"case": case, "problem": problem, "next": error.next_step})
            continue
        moved += [case] * elsewhere
        values.append(order)
        found = scores_of(pair, options.convention, rule, tolerances)
        scores += region_rows(case, pair.regions, found[0])
        lesions += lesion_rows(case, rule, found[1])
    if moved:
        console.say(
            f"{count(len(moved), 'prediction')} with another origin than the truth, "
            f"compared voxel by voxel; the first: {moved[0]}"
        )
    _warn_of_order(values, console)
    _warn_of_cavity(scores, console)
    return scores, lesions, failed


def _warn_of_order(values, console):
    """Says so where edema and necrosis seem exchanged, as in nnU-Net's numbers."""
    from data.brats.label_order import exchanged_severity, votes

    for side, kind in enumerate(("truths", "predictions")):
        maps = [pair[side] for pair in values]
        if exchanged_severity(maps):
            exchanged, total = votes(maps)
            console.say(
                f"warning: in {exchanged} of {total} {kind} 1 lies outside of 2, as "
                "edema does: the tumor core is wrong if 1 is edema there"
            )


def _warn_of_cavity(rows, console):
    """Says so where predictions seem to have 4 for the enhancing tumor, as to 2021."""
    predicted, true = ({"et": 0, "rc": 0} for _ in range(2))
    for row in rows:
        if row["region"] in predicted:
            predicted[row["region"]] += row["tp"] + row["fp"]
            true[row["region"]] += row["tp"] + row["fn"]
    if predicted["rc"] and true["et"] and not predicted["et"]:
        console.say(
            "warning: the predictions have 4, the resection cavity, and nowhere 3, the "
            "enhancing tumor; if their 4 enhances, as to 2021, add "
            "--prediction-labels brats21"
        )


def _prediction(case, predictions, folder):
    if case not in predictions:
        raise UserError(
            folder,
            f"a label map of {case}",
            f"none; such as {next(iter(predictions))}",
            f"add {case}.nii.gz, or move the truth of {case} away",
        )
    return predictions[case]


def _labelings(options, truths):
    """Returns the `Release` of the truths' labels, and of the predictions'."""
    from data.brats.releases import LABELINGS
    from papers.engine.scoring.labelings import labeling_by_name, labeling_by_values

    asked = {
        "--labels": options.labels,
        "--prediction-labels": options.prediction_labels,
    }
    for option, name in asked.items():
        if name:
            _known(option, name, LABELINGS)
    if options.labels:
        truth = LABELINGS[options.labels]
    else:
        truth = labeling_by_name(truths)
        truth = truth or labeling_by_values(truths.values(), "--labels")
    if options.prediction_labels:
        return truth, LABELINGS[options.prediction_labels]
    return truth, truth


def _known(option, name, names):
    if name not in names:
        raise UserError(
            f"{option} {name}",
            f"one of {', '.join(names)}",
            repr(name),
            f"such as {option} {next(iter(names))}",
        )


def _tolerances(text):
    try:
        values = [float(word) for word in text.split(",")]
    except ValueError:
        values = [-1]
    if not all(0 <= value < float("inf") for value in values):
        expected, step = "mm, none negative, such as 1,2", "such as --tolerances 1,2"
        raise UserError(f"--tolerances {text}", expected, repr(text), step)
    return values


def _in_words(labeling):
    words = {1: "necrosis", 2: "edema", 3: "non-enhancing", 4: "enhancing", 5: "cavity"}
    pairs = [(value, words[label]) for value, label in labeling.labels.items() if label]
    return ", ".join(f"{value} {word}" for value, word in sorted(pairs))


def _caption(options, cases):
    lesions = f"; lesions: {options.lesions}" if options.lesions != NONE else ""
    return (
        f"{count(cases, 'case')}; convention: {options.convention}{lesions}. Scores "
        "that a convention leaves out, and infinite distances, are not shown."
    )


def _show(console, summary, nsd):
    """Shows the means of the scores that most people look at."""
    wanted = ("dice", "hd95", nsd, "lesion_dice", "lesion_hd95", "lesion_f1")
    means = summary.pivot(index="region", columns="score", values="mean")
    shown = [name for name in wanted if name in means]
    rows = [
        (region, *(f"{means.loc[region, name]:.4g}" for name in shown))
        for region in summary["region"].unique()
    ]
    console.table(("region", *shown), rows, "means over cases")
