"""Three parts of the patients, drawn or from the user's own file: train to test."""

import math
from collections import defaultdict
from fractions import Fraction

from common.errors import UserError
from data.order import generator
from data.patients import patient_of
from data.splits.files import read_assignment, write_assignment
from data.splits.folds import refuse_divided_patients
from data.splits.split import Split

PARTS = ("train", "validation", "test")


def of_group(cases, group):
    """Returns the cases of one group, such as grade `"HGG"`, in their order.

    Raises:
        UserError: there is none.
    """
    chosen = [case for case in cases if case.group == group]
    if not chosen:
        groups = sorted({case.group or "no group" for case in cases})
        raise UserError(
            f"group {group}",
            "at least one case of it",
            f"cases of {', '.join(groups) or 'nothing'}",
            "use data with this group, or another group",
        )
    return chosen


def split_patients(cases, sizes=(126, 42, 42), seed=0):
    """Splits patients into training, validation and test, all exams together.

    The sorted patients are shuffled and dealt out from the front.

    Args:
        cases: the cases to split, such as `of_group(dataset, "HGG")`.
        sizes: number of patients to train with, validate with and test with.
            With other numbers of patients than these together, such as a part
            of a release, the sizes are shares: 126, 42, 42 is 3 : 1 : 1. With
            several exams a patient, the parts have more cases than patients.
        seed: seed of the shuffle.

    Returns:
        A `Split` of fold 0.

    Raises:
        UserError: a case has no patient id, or there are fewer patients than
            parts.
    """
    groups = defaultdict(list)
    for case in cases:
        groups[patient_of(case)].append(case.id)
    wanted = sum(size > 0 for size in sizes)
    if len(groups) < wanted:
        raise UserError(
            "the cases",
            f"at least {wanted} patients to split",
            f"{len(groups)} patients",
            "use more cases, or SPLITS=file.csv with parts of your own",
        )
    patients = sorted(groups)
    order = generator(seed).permutation(len(patients))
    counts = _apportion(len(patients), sizes)
    ends = [sum(counts[: i + 1]) for i in range(len(PARTS))]
    part_of = {
        case_id: next(p for p, end in zip(PARTS, ends, strict=True) if rank < end)
        for rank, i in enumerate(order)
        for case_id in groups[patients[i]]
    }
    return _split_of_parts(cases, part_of)


def _apportion(total, sizes):
    """Whole numbers of the given sum, close to the sizes' shares; none lost."""
    shares = [Fraction(size * total, sum(sizes)) for size in sizes]
    counts = [math.floor(share) for share in shares]
    # The largest remainders get what is left, earlier parts first.
    by_remainder = sorted(range(len(sizes)), key=lambda i: counts[i] - shares[i])
    for i in by_remainder[: total - sum(counts)]:
        counts[i] += 1
    for i, size in enumerate(sizes):
        if size and not counts[i]:
            counts[counts.index(max(counts))] -= 1
            counts[i] = 1
    return counts


def read_split(path, cases, partial=False):
    """Reads the user's own split: a CSV with columns `case` and `part`.

    Args:
        path: the file; a part is `train`, `validation` or `test`. It may start
            with a hash, see `data.splits.files`.
        cases: the cases to split.
        partial: whether cases that the file does not name are left out of all
            parts, instead of being an error.

    Returns:
        A `Split` of fold 0.

    Raises:
        UserError: a column is missing, a part is another word, a case is named
            twice, unknown or missing, a patient is in two parts, training or
            test is empty, or the rows are not those of the hash.
    """
    named = None if partial else cases
    part_of = read_assignment(path, "part", "|".join(PARTS), named)
    known = {case.id for case in cases}
    unknown = [case_id for case_id in part_of if case_id not in known]
    if unknown:
        raise UserError(
            path,
            "cases of the data set",
            f"{len(unknown)} others, first {unknown[0]}",
            "correct the file given as SPLITS=, or the folder given as DATA=",
        )
    refuse_divided_patients(cases, part_of, path)
    found = _split_of_parts(cases, part_of)
    for part in ("train", "test"):
        if not getattr(found, part):
            raise UserError(path, f"cases of part {part}", "none", "add some")
    return found


def write_split(path, split):
    """Writes a `Split` in the format that `read_split` reads, with its hash."""
    write_assignment(
        path,
        "part",
        {case_id: part for part in PARTS for case_id in getattr(split, part)},
    )


def _split_of_parts(cases, part_of):
    parts = {
        part: tuple(case.id for case in cases if part_of.get(case.id) == part)
        for part in PARTS
    }
    return Split(fold=0, **parts)
