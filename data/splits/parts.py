"""Three parts of the patients, drawn at random or from the user's own file."""

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


def of_group(cases, group, instead="choose another group"):
    """Returns the cases of one group, such as grade `"HGG"`, in their order.

    Args:
        cases: the data set's cases.
        group: the group.
        instead: what to do where no case is of it.

    Raises:
        UserError: there is no such case.
    """
    chosen = [case for case in cases if case.group == group]
    if not chosen:
        groups = sorted({case.group or "no group" for case in cases})
        raise UserError(
            f"group {group}",
            "at least one case",
            f"cases of {', '.join(groups) or 'nothing'}",
            f"{instead}, or use data with this group",
        )
    return chosen


def split_patients(cases, sizes=(126, 42, 42), seed=0):
    """Splits patients into training, validation and test set, all exams together.

    The sorted patients are shuffled; the parts are cut from the result in order.

    Args:
        cases: the cases to split, such as `of_group(dataset, "HGG")`.
        sizes: number of patients to train, validate and test with. If there are more
            or fewer patients than their sum, as in a part of a release, the sizes
            are shares: 126, 42, 42 means 3 : 1 : 1. If patients have several exams,
            the parts have more cases than patients.
        seed: seed of the shuffle.

    Returns:
        A `Split` of fold 0.

    Raises:
        UserError: a case has no patient id, or there are fewer patients than parts.
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
            "use more cases: no patient can be in two parts",
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
    """Returns integers of sum `total` in proportion to `sizes`; no part is lost."""
    shares = [Fraction(size * total, sum(sizes)) for size in sizes]
    counts = [math.floor(share) for share in shares]
    # The largest remainders get what is left; among equals, earlier parts first.
    by_remainder = sorted(range(len(sizes)), key=lambda i: counts[i] - shares[i])
    for i in by_remainder[: total - sum(counts)]:
        counts[i] += 1
    for i, size in enumerate(sizes):
        if size and not counts[i]:
            counts[counts.index(max(counts))] -= 1
            counts[i] = 1
    return counts


def read_split(path, cases, partial=False):
    """Reads the user's own split: a CSV file with the columns `case` and `part`.

    Args:
        path: the file; a part is `train`, `validation` or `test`. It may start
            with a hash, see `data.splits.files`.
        cases: the cases to split.
        partial: whether cases that the file does not name are left out of all parts
            instead of being an error.

    Returns:
        A `Split` of fold 0.

    Raises:
        UserError: a column is missing, a part is another word, a case occurs twice,
            is unknown or is missing, a patient is in two parts, training or test
            set is empty, or the rows do not match the hash.
    """
    named = None if partial else cases
    part_of = read_assignment(path, "part", "|".join(PARTS), named)
    known = {case.id for case in cases}
    unknown = [case_id for case_id in part_of if case_id not in known]
    if unknown:
        raise UserError(
            path,
            "cases of the data set",
            f"{len(unknown)} others, such as {unknown[0]}",
            "correct the file passed as SPLITS=, or pass its data set as DATA=",
        )
    refuse_divided_patients(cases, part_of, path)
    found = _split_of_parts(cases, part_of)
    for part in ("train", "test"):
        if not getattr(found, part):
            raise UserError(
                path, f"cases of the part {part}", "none", "add some to the file"
            )
    return found


def write_split(path, split):
    """Writes a `Split` in the format of `read_split`, with its hash.

    Args:
        path: the file.
        split: the `Split`.
    """
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
