"""What may be wrong with the cases of a set as a whole, whatever files they lie in."""

from collections import Counter, defaultdict

from data.brats.releases import MODALITIES
from data.integrity import Finding


def grid_findings(root, grids, expected):
    """Yields a note for each grid that is not the expected one.

    Args:
        root: the data set's folder.
        grids: lists of `CaseFiles` by `(shape, spacing)`.
        expected: the shape in voxels of 1 mm.
    """
    for (shape, spacing), cases in grids.items():
        if (shape, spacing) != (expected, (1.0, 1.0, 1.0)):
            found = (
                f"{some(cases)}: grid {shape} of {spacing} mm; expected {expected} "
                "of 1 mm"
            )
            fix = "none for crops or resampled volumes, but results are not comparable"
            yield Finding("note", "unusual-grid", str(root), found, fix)


def duplicate_findings(cases, digests):
    """Yields what is there more than once: names of cases, and images.

    Args:
        cases: the `CaseFiles`.
        digests: pairs of `CaseFiles` and, by modality, the `digest_picture` of each
            image.
    """
    ids = defaultdict(list)
    for case in cases:
        ids[case.id].append(case.folder)
    for case_id, folders in ids.items():
        if len(folders) > 1:
            found = f"case {case_id} twice: {', '.join(map(str, folders))}"
            fix = "delete all but one of them"
            yield Finding("error", "duplicate-case", str(folders[0]), found, fix)
    whole, single = defaultdict(list), defaultdict(list)
    for case, own in digests:
        if len(own) == len(MODALITIES):
            whole[tuple(own[name] for name in MODALITIES)].append(case)
        for digest in own.values():
            single[digest].append(case)
    copies = _copies(whole)
    fix = "keep one: copies in training and test set make results too good"
    for folders in sorted(copies):
        found = f"all images are the same: {', '.join(path.name for path in folders)}"
        yield Finding("error", "duplicate-image", str(folders[0]), found, fix)
    for folders in sorted(_copies(single) - copies):
        found = f"the same image: {', '.join(path.name for path in folders)}"
        yield Finding("warning", "duplicate-image", str(folders[0]), found, fix)


def _copies(groups):
    """Returns the folders of each group of cases with more than one id."""
    return {
        tuple(case.folder for case in cases)
        for cases in groups.values()
        if len({case.id for case in cases}) > 1
    }


def count_findings(root, cases, labeled, totals, title):
    """Yields how many cases there are, and whether these are too many.

    Args:
        root: the data set's folder.
        cases: the `CaseFiles` that are counted.
        labeled: whether any case has labels.
        totals: the number of cases by grade.
        title: whose numbers these are, in words.
    """
    if not labeled:
        found = f"{len(cases)} cases without labels: a validation or test set"
        fix = "none: they can be predicted, but not trained on"
        yield Finding("note", "no-labels", str(root), found, fix)
        return
    counts = Counter(case.group for case in cases)
    if not set(counts) <= set(totals):  # the grades are unknown here
        counts, totals = {"": len(cases)}, {"": sum(totals.values())}
    parts = []
    for group, total in totals.items():
        kind = f"{group} cases" if group else "cases"
        parts.append(f"{counts[group]} of {total} {kind}")
        if counts[group] > total:
            found = f"{counts[group]} {kind}; {title} has {total}"
            fix = "look for copies and for cases of other data sets"
            yield Finding("warning", "too-many-cases", str(root), found, fix)
    found = f"{', '.join(parts)} of {title}"
    fix = "none: a part of the data set is enough"
    yield Finding("note", "coverage", str(root), found, fix)


def some(cases):
    """Returns the ids of the first few of some cases, and how many there are."""
    names = [case.id for case in cases]
    return ", ".join(names if len(names) < 4 else [*names[:3], f"… ({len(names)})"])


def other_findings(paths):
    """Yields what is ignored: one note per name, as each folder may hold a text.

    Args:
        paths: the files that belong to no case.
    """
    others = defaultdict(list)
    for path in paths:
        others[path.name].append(path)
    for name, same in others.items():
        found = f"{name} belongs to no case: ignored (files: {len(same)})"
        fix = "none, unless it is a case or a file under a wrong name"
        yield Finding("note", "other-file", str(same[0]), found, fix)
