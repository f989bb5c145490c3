"""Folds: by image, by patient, or from the user's own file."""

from collections import Counter, defaultdict

from common.errors import UserError
from data.order import generator
from data.patients import base_exam, patient_of
from data.splits.files import read_assignment, write_assignment
from data.splits.split import Split


def image_folds(cases, n_folds, seed):
    """Puts images into folds at random, regardless of their patients.

    Args:
        cases: the data set's cases.
        n_folds: number of folds; their sizes differ by at most one.
        seed: seed of the permutation.

    Returns:
        The fold of each case, from 0, by case id.
    """
    order = generator(seed).permutation(len(cases))
    return {cases[i].id: int(k) % n_folds for k, i in enumerate(order)}


def patient_folds(cases, author_folds=None, n_folds=5, seed=0, strict=True):
    """Puts patients into folds, all images of a patient together.

    Args:
        cases: the data set's cases.
        author_folds: the fold of each case by id as made by the author of the data,
            or None to draw folds at random.
        n_folds: number of folds to draw if there are no author folds.
        seed: seed of that draw.
        strict: whether exams that differ only in the trailing letter of the patient
            id count as one patient. If the author's folds divide such a patient,
            all its images go to the fold that has most of them.

    Returns:
        The fold of each case, from 0, by case id; folds of the author without any
        case are skipped in the numbering.

    Raises:
        UserError: a case has no patient id.
    """
    groups = defaultdict(list)
    for case in cases:
        patient = patient_of(case)
        groups[base_exam(patient) if strict else patient].append(case.id)
    if author_folds is None:
        patients = sorted(groups)
        order = generator(seed).permutation(len(patients))
        # The next patient goes to the smallest fold, so that sizes stay similar.
        sizes = [0] * n_folds
        folds = {}
        for i in order:
            fold = sizes.index(min(sizes))
            members = groups[patients[i]]
            sizes[fold] += len(members)
            folds.update(dict.fromkeys(members, fold))
        return folds
    present = sorted({author_folds[case.id] for case in cases})
    folds = {}
    for members in groups.values():
        votes = Counter(author_folds[case_id] for case_id in members)
        if strict:
            winner = min(votes, key=lambda fold: (-votes[fold], fold))
            folds.update(dict.fromkeys(members, present.index(winner)))
        else:
            folds.update({i: present.index(author_folds[i]) for i in members})
    return folds


def rule_kept(cases, folds):
    """Returns the strictest rule about patients that some folds follow.

    Args:
        cases: the data set's cases.
        folds: fold of each case by id.

    Returns:
        `base_exam` if no patient is in two folds even when exams that differ in
        their last letter count as one; `str` if no patient id is; else None.
    """
    if not all(case.patient for case in cases):
        return None
    for rule in (base_exam, str):
        seen = {}
        if all(
            seen.setdefault(rule(case.patient), folds[case.id]) == folds[case.id]
            for case in cases
        ):
            return rule
    return None


def split(cases, folds, fold, validation_share, seed, patient_rule=None):
    """Makes the split whose test set is one of the folds.

    Args:
        cases: the data set's cases.
        folds: fold of each case by id.
        fold: the test fold, from 0.
        validation_share: share of the remaining images that is used for validation.
        seed: seed of that draw.
        patient_rule: function from a patient id to what counts as one patient in the
            draw of the validation set, as `rule_kept` returns it; None to draw
            single cases.

    Returns:
        A `Split`.

    Raises:
        UserError: the fold, or all the others together, hold no case.
    """
    test = [case for case in cases if folds[case.id] == fold]
    rest = [case for case in cases if folds[case.id] != fold]
    if not test or not rest:
        present = sorted(set(folds.values()))
        raise UserError(
            f"fold {fold}",
            f"cases in the fold, one of {present}, and in others",
            f"{len(test)} test and {len(rest)} training cases",
            f"FOLDS={present[0]}"
            if rest
            else "use more cases, or SPLITS=file.csv that puts them into several folds",
        )
    wanted = round(validation_share * len(rest))
    groups = defaultdict(list)
    for case in rest:
        key = patient_rule(case.patient) if patient_rule else case.id
        groups[key].append(case.id)
    keys = sorted(groups)
    validation = set()
    for i in generator(seed, 1, fold).permutation(len(keys)):
        if len(validation) >= wanted:
            break
        validation.update(groups[keys[i]])
    return Split(
        fold=fold,
        train=tuple(case.id for case in rest if case.id not in validation),
        validation=tuple(case.id for case in rest if case.id in validation),
        test=tuple(case.id for case in test),
    )


def split_by_fold(cases, folds, validation_share, seed):
    """Makes one split for each fold, in which that fold is the test set.

    Validation keeps to the strictest rule of patients that the folds keep.

    Args:
        cases: the data set's cases.
        folds: fold of each case by id.
        validation_share: share of the training images kept for validation.
        seed: seed of that draw.

    Returns:
        Each `Split` by its fold, in order.
    """
    rule = rule_kept(cases, folds)
    return {
        fold: split(cases, folds, fold, validation_share, seed, rule)
        for fold in sorted(set(folds.values()))
    }


def refuse_divided_patients(cases, assigned, source):
    """Refuses folds or parts that divide a patient.

    Args:
        cases: the data set's cases. Patients are identified by `Case.patient` as it
            is; see `rule_kept` for a stricter rule.
        assigned: fold or part of each case by id; other cases are ignored.
        source: the file or option that the folds come from, for the message.

    Raises:
        UserError: a patient is in two of them, or a case has no patient id.
    """
    seen = {}
    for case in cases:
        if case.id not in assigned:
            continue
        first = seen.setdefault(patient_of(case), case.id)
        if assigned[first] != assigned[case.id]:
            raise UserError(
                source,
                "all cases of a patient in one fold or part",
                f"patient {case.patient} in {assigned[first]} (case {first}) and in "
                f"{assigned[case.id]} (case {case.id})",
                "put all cases of this patient into the same one",
            )


def read_folds(path, cases):
    """Reads the user's own folds: a CSV file with the columns `case` and `fold`.

    Cases that are not in the data set are ignored. The file may start with a hash, see
    `data.splits.files`.

    Args:
        path: the file.
        cases: the data set's cases.

    Returns:
        The fold of each case by id.

    Raises:
        UserError: a column or a case is missing, a case occurs twice, a fold is not
            a whole number, or the rows do not match the hash.
    """
    folds = read_assignment(path, "fold", "[0-9]{1,9}", cases)
    return {case.id: int(folds[case.id]) for case in cases}


def write_folds(path, folds):
    """Writes folds in the format of `read_folds`, with their hash.

    Args:
        path: the file.
        folds: fold of each case by id.
    """
    write_assignment(path, "fold", folds)
