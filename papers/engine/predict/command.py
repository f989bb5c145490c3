"""The commands on a user's own scans: import weights, and predict with any."""

from pathlib import Path

from common.errors import UserError
from common.files import lock_beside
from data.brats.releases import MODALITIES
from papers import registry
from papers.engine.console import Console
from papers.engine.predict.show import check_shown, show_case
from papers.engine.quiet import import_tensorflow
from papers.engine.settings import say_settings
from papers.engine.zoo import default_weights, nearest

WEIGHTS = Path("weights")


def import_weights(paper_id, source, target):
    """Converts the weights that a paper's authors released into Keras files."""
    import_tensorflow()
    paper = _with_released_weights(paper_id)
    target = target or WEIGHTS / paper_id
    paper.inference.import_released(source, target, Console().say)
    Console().say(f"weights: {target}")


def predict(paper_id, case, modalities, weights, out, force, report=None, overlay=None):
    """Segments one case, or a folder of cases.

    Args:
        paper_id: the paper.
        case: folder of a case, or of cases; for a paper of slices a file or a
            folder of them; or None.
        modalities: path of each modality, or None.
        weights: folder of imported weights or of a finished run; None: `weights/`,
            or those that the repository holds.
        out: `.nii`, `.nii.gz` or `.mha` for one case (`.png` for one slice), else
            a folder.
        force: whether to try a scan that is not like those of BraTS.
        report: folder for a page of the one case, or None.
        overlay: `.png` file for a picture of it, or None.
    """
    import_tensorflow()
    console, paths = Console(), {k: v for k, v in modalities.items() if v is not None}
    if bool(case) == bool(paths):
        raise UserError(
            "the scan",
            f"--case, or one file for each of {', '.join(MODALITIES)}",
            "both" if case else "neither",
            "see `.venv/bin/python -m papers predict --help`",
        )
    paper = registry.paper(paper_id)
    files, out = paper.inference.files, out.resolve()
    one_file = _is_file(out, files, files.kind_of(case) if case else "one")
    # Whatever is to be refused is refused before networks take seconds to load.
    files.check_file(case or paths, out) if one_file else files.check_folder(case, out)
    check_shown(one_file, out, report, overlay)
    from common.training.repeatable import make_repeatable  # needs TensorFlow

    make_repeatable()
    say_settings(console.say)
    if weights is None:
        weights = default_weights(paper_id, nearest(WEIGHTS / paper_id))
        console.say(f"weights: {weights}")
    segmenter = paper.inference.segmenter(weights, force)

    def warn(finding):
        file = f"{finding.file}: " if finding.file else ""
        console.say(f"{finding.severity}: {file}{finding.found}; {finding.fix}")

    # Two at once would not know what the other one has written.
    with lock_beside(out, console.say), console.live() as show:

        def progress(stage, view, done, total):
            show(f"{stage}, {view}: {done}/{total} batches")

        if one_file:
            found = files.predict_file(segmenter, case or paths, out, progress, warn)
            console.say(f"wrote {out}")
            if report or overlay:
                show(f"reading {out} for its picture")
                facts = _facts(paper, weights, out, found)
                source = case or paths
                made = show_case(paper, files, source, out, report, overlay, facts)
                for path in made:
                    console.say(f"wrote {path}")
            return
        note = show if console.is_live else console.say
        rows = files.predict_folder(segmenter, case, out, console.say, progress, note)
    failed = [row.case_id for row in rows if row.status == "failed"]
    console.say(f"{len(rows) - len(failed)} of {len(rows)} cases: {out}")
    if failed:
        raise UserError(
            case,
            "cases that can all be segmented",
            f"{len(failed)} that cannot, the first {failed[0]}",
            "repair or remove them, then run the command again; the others are kept",
        )


def _facts(paper, weights, out, findings):
    """Returns what the page of a case says of its result, texts by name."""
    notes = "; ".join(f"{f.severity}: {f.found}" for f in findings)
    return {
        "paper": f"{paper.id}: {paper.title}",
        "weights": str(weights),
        "labels": str(out),
        "checks of the scan": notes or "nothing to say",
    }


def _is_file(out, files, kind):
    """Whether one file is to be written; decided before anything takes minutes.

    Args:
        out: path of a file or folder.
        files: `Files` of the paper's kind.
        kind: `"one"` case, `"several"`, or None if that is unknown.

    Raises:
        UserError: `out` does not fit `kind`.
    """
    endings = " or ".join(files.outputs)
    is_file = out.name.lower().endswith(files.outputs)
    if is_file and kind == "several":
        fix = "name a folder with --out, or one case with --case"
        raise UserError(out, "a folder, for several cases", "a file's name", fix)
    if is_file and out.is_dir():
        fix = "name another file with --out"
        raise UserError(out, "a file", "a folder of this name", fix)
    if is_file:
        return True
    received = f"a name that ends in {out.suffix}" if out.suffix else "no such ending"
    if kind == "one":
        fix = f"such as --out seg{files.outputs[-1]}"
        raise UserError(out, f"a {endings} file, for one case", received, fix)
    if out.exists() and not out.is_dir():
        fix = "name a folder with --out"
        raise UserError(out, "a folder, for several cases", "a file", fix)
    if out.suffix and not out.is_dir():
        fix = f"mkdir {out} first, if this is to be the folder's name"
        raise UserError(out, f"a folder, or a {endings} file", received, fix)
    return False


def _with_released_weights(paper_id):
    """Returns a paper by id.

    Raises:
        UserError: there is no such paper, or its authors have released no weights.
    """
    paper = registry.paper(paper_id)
    if paper.has_released_weights:
        return paper
    able = [p.id for p in registry.papers() if p.has_released_weights]
    raise UserError(
        paper_id,
        f"a paper whose authors released weights: {', '.join(able)}",
        paper_id,
        f"`make import-weights PAPER={able[0]} FROM=folder`",
    )
