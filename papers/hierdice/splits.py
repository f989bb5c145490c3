"""The split of the published protocol, which holds out no case."""

from collections import defaultdict

from data.order import generator
from data.splits.split import Split

ALL = "all"


def all_trained_on(cases, rule):
    """Returns the split that trains on every case, as the paper does.

    Validation uses some of the training cases: a share of each group, but at least
    one case. No case is held out.

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
    validated = []
    for number, group in enumerate(sorted(groups)):
        ids = groups[group]
        count = max(round(rule.validation_share * len(ids)), 1)
        order = generator(rule.fold_seed, 1, number).permutation(len(ids))
        validated += [ids[i] for i in sorted(order[:count])]
    train = tuple(case.id for case in cases if case.label)
    return Split(0, train, tuple(validated), ())
