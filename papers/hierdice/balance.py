"""How many pixels each label has in the training slices, compared with the paper."""

import numpy as np

# Sections 4.1 and 3.2: the ratio of other to tumor pixels, in all slices and in those
# with tumor, and that of labels 0 to 4 in all slices. inferred: the first two imply
# that a third of a patient's 155 slices is kept, and that 54 patients make 115
# iterations of 24 slices.
PAPER = {
    "slices a case": 51.1,
    "iterations an epoch": 115,
    "others a tumor pixel": 28,
    "others a tumor pixel of all slices": 87,
}
PAPER_LABELS = (2262, 2, 16, 7, 1)
# Other pixels per enhancing one in slices with tumor: 28 for each of 2 + 16 + 7 + 1.
PAPER_OTHERS_PER_ET = 28 * sum(PAPER_LABELS[1:]) / PAPER_LABELS[4]
TOLERANCE = 0.1


def class_balance(everything, kept, pixels, steps):
    """Counts slices and the pixels of each label.

    Args:
        everything: the `SliceIndex` of all slices of the cases.
        kept: that of the training slices.
        pixels: number of pixels of a slice.
        steps: number of iterations of an epoch.

    Returns:
        A dict, the content of `balance.json` in a run's folder.
    """
    found = {"cases": len(everything.case_ids), "iterations_per_epoch": steps}
    for name, index in (("all", everything), ("trained_on", kept)):
        tumor = index.counts[:, 2:].sum(axis=0)
        other = len(index) * pixels - int(tumor.sum())
        found[name] = {
            "slices": len(index),
            "pixels_of_labels": [other, *map(int, tumor)],
            "others_per_tumor_pixel": _ratio(other, tumor.sum()),
            "others_per_et_pixel": _ratio(other, tumor[3]),
        }
    return found


def balance_lines(found):
    """Returns the lines to print before a training, with the paper's numbers.

    The last one is a warning if a number differs by more than a tenth.

    Args:
        found: what `class_balance` returned.
    """
    everything, kept = found["all"], found["trained_on"]
    ours = {
        "slices a case": round(kept["slices"] / found["cases"], 1),
        "iterations an epoch": found["iterations_per_epoch"],
        "others a tumor pixel": kept["others_per_tumor_pixel"],
        "others a tumor pixel of all slices": everything["others_per_tumor_pixel"],
    }
    counts = np.array(everything["pixels_of_labels"])
    unit = counts[4] or counts[counts > 0].min()  # the paper's 1 is label 4
    lines = [
        f"slices trained on: {kept['slices']:,} of {everything['slices']:,} of "
        f"{found['cases']} cases",
        "class balance, ours (the paper's): "
        + ", ".join(f"{ours[k]:,} ({PAPER[k]:,}) {k}" for k in PAPER),
        "pixels of labels 0 to 4, all slices: "
        f"{_words(counts / unit)} ({_words(PAPER_LABELS)})",
        "others an enhancing pixel, slices trained on: "
        f"{_of_none(kept['others_per_et_pixel'])} (about {PAPER_OTHERS_PER_ET:.0f})",
    ]
    off = [k for k in PAPER if abs(ours[k] / PAPER[k] - 1) > TOLERANCE]
    if off:
        lines.append(
            f"warning: off the paper's by more than {TOLERANCE:.0%}: {', '.join(off)}; "
            "scores of this data do not stand for those of the paper's"
        )
    return lines


def _ratio(others, pixels):
    """Returns the number of others per pixel; None where there is no such pixel."""
    return round(int(others) / int(pixels), 2) if pixels else None


def _of_none(ratio):
    return "no enhancing pixel" if ratio is None else f"{ratio:,.0f}"


def _words(counts):
    return ":".join(f"{n:.0f}" if n >= 9.5 else f"{n:.2g}" for n in counts)
