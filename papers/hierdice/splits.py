"""Which cases are trained on and which are held out, if any."""

from collections import defaultdict

from data.order import generator
from data.splits.folds import rule_kept, split
from data.splits.split import Split
from papers.engine.brats import folds

ALL = "all"


def splits(dataset, name, protocol, file=None):
    """Returns the splits of a data set.

    Args:
        dataset: the data set.
        name: `"patient"`, or `"all"`: every case is trained on, as the paper does,
            and none is held out. Validation then looks at some of them.
        protocol: its `folds` are used.
        file: CSV with the user's own folds, instead.

    Returns:
        `(origin, splits)`: what the rows say of the folds' origin, and each
        `data.splits.folds.Split` by its fold.
    """
    cases, rule = list(dataset), protocol.folds
    if name == ALL and file is None:
        return ALL, {0: _all(cases, rule)}
    origin, fold_of = folds(dataset, name, protocol, file)
    patients = rule_kept(cases, fold_of)
    by_fold = {
        fold: split(
            cases, fold_of, fold, rule.validation_share, rule.fold_seed, patients
        )
        for fold in sorted(set(fold_of.values()))
    }
    return origin, by_fold


def _all(cases, rule):
    """Every case with labels; of each group some, at least one, for validation."""
    groups = defaultdict(list)
    for case in cases:
        if case.label:
            groups[case.group].append(case.id)
    looked_at = []
    for number, group in enumerate(sorted(groups)):
        ids = groups[group]
        count = max(round(rule.validation_share * len(ids)), 1)
        order = generator(rule.fold_seed, 1, number).permutation(len(ids))
        looked_at += [ids[i] for i in sorted(order[:count])]
    train = tuple(case.id for case in cases if case.label)
    return Split(0, train, tuple(looked_at), ())
