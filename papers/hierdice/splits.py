"""Which cases are trained on and which are held out, if any."""

from collections import defaultdict

from data.order import generator
from data.splits.split import Split

ALL = "all"


def all_trained_on(cases, rule):
    """Returns the split that trains on every case, as the paper does.

    Validation looks at some of the training cases: of each group a share, but at
    least one. No case is held out.

    Args:
        cases: the data set's cases; those without labels are left out.
        rule: a `papers.hierdice.protocol.Folds`.

    Returns:
        A `data.splits.split.Split`.
    """
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
