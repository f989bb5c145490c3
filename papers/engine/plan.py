"""From a request to its jobs: which methods, on which folds, in which order."""

from common.errors import UserError
from data.splits.split import Split
from papers.engine.job import Job


def plan_jobs(request, dataset, runs, weights=None):
    """Lists the jobs of a request, each after those it needs.

    Args:
        request: a `papers.engine.request.Request`.
        dataset: the opened data set.
        runs: folder of all runs.
        weights: folder of the weights that the paper's authors released.

    Returns:
        A list of `papers.engine.job.Job`.

    Raises:
        UserError: a split, method or fold does not exist, or no case has labels.
    """
    paper = request.paper
    fingerprint = dataset.fingerprint()
    folder = runs / paper.id / f"{dataset.name}-{fingerprint[:8]}" / request.profile
    labeled = _labeled(dataset)
    shared = {
        "protocol": request.protocol,
        "fingerprint": fingerprint,
        "runs": folder,
    }
    jobs = _released_jobs(request, labeled, shared, weights)
    if jobs and len(jobs) == len(request.methods):
        return jobs
    shared["shared_by"] = request.shared_by
    for name in _split_names(request):
        origin, splits = _splits(request, labeled, name)
        methods = _methods(request, name)
        for one in splits:
            for seed in request.seeds:
                jobs += _chain(methods, origin, one, seed, shared)
    return jobs


def without_labels(dataset):
    """Returns the ids of the cases that can be neither trained on nor scored."""
    return [case.id for case in dataset if case.label is None]


def _labeled(dataset):
    """Returns the data set without cases that have no labels, if any are left.

    Raises:
        UserError: no case has labels.
    """
    labeled = dataset.labeled()
    if not len(labeled):
        raise UserError(
            dataset.root,
            "cases with labels, to train on and to score",
            f"{len(dataset)} cases without: {some(without_labels(dataset))}",
            "pass a training set as DATA=; `make segment CASE=folder "
            "OUT=folder` takes cases without labels",
        )
    return labeled


def some(names):
    """Returns the first few of some names, and how many there are."""
    return ", ".join(names if len(names) < 6 else [*names[:5], f"… ({len(names)})"])


def outline(request):
    """Returns a request's jobs as far as they do not depend on the data.

    Args:
        request: a `papers.engine.request.Request`.

    Returns:
        A dict from the names of the jobs to their methods.

    Raises:
        UserError: a split, method or fold does not exist.
    """
    paper, epochs = request.paper, request.protocol.training.epochs
    wanted = [m for m in paper.methods if m.released and m.id in request.methods]
    jobs = {f"{method.id}-none-fold0-seed0-given": method for method in wanted}
    if jobs and len(jobs) == len(request.methods):
        return jobs
    return jobs | {
        f"{method.id}-{split}-fold{fold}-seed{seed}-{epochs}epochs": method
        for split, fold, seed, method in _outlined(request)
    }


def trainings(request):
    """Returns split, fold, seed and method of what trains among a request's jobs.

    Args:
        request: as for `outline`.

    Raises:
        UserError: as for `outline`.
    """
    return [one for one in _outlined(request) if not one[-1].parts]


def _outlined(request):
    """Yields split, fold, seed and method of each job without released weights."""
    paper = request.paper
    for split in _split_names(request):
        # Each of `more_splits` has one part only, as `all` of all cases.
        count = request.protocol.n_folds if split not in paper.more_splits else 1
        if request.folds and max(request.folds) >= count:
            expected = f"one of {', '.join(map(str, range(count)))}"
            fold = max(request.folds)
            raise UserError(f"FOLDS={fold}", expected, fold, "such as FOLDS=0")
        for fold in request.folds or range(count):
            for seed in request.seeds:
                for method in _methods(request, split):
                    yield split, fold, seed, method


def _released_jobs(request, cases, shared, weights):
    """Returns the jobs that score released weights, on all labeled cases."""
    labeled = tuple(case.id for case in cases)
    return [
        Job(
            method=method,
            split_name="none",
            split=Split(0, (), (), labeled),
            seed=0,
            needs={},
            weights=weights,
            **shared,
        )
        for method in request.paper.methods
        if method.released and method.id in request.methods
    ]


def _chain(methods, origin, one, seed, shared):
    """Returns the jobs of one split and seed, linked to those they need."""
    done = {}
    for method in methods:
        done[method.id] = Job(
            method=method,
            split_name=origin,
            split=one,
            seed=seed,
            needs={name: done[name] for name in method.needs},
            **shared,
        )
    return list(done.values())


def _split_names(request):
    """Returns the names of the splits asked for; `"file"` for the user's own folds."""
    if request.splits_file:
        return ("file",)
    paper = request.paper
    possible = (*paper.splits, *paper.more_splits)
    names = request.splits or paper.splits[:1]
    for name in names:
        if name not in possible:
            expected = " or ".join(possible)
            step = f"such as SPLIT={possible[0]}"
            raise UserError(f"SPLIT={name}", expected, name, step)
    return names


def _splits(request, dataset, name):
    """Returns where the splits come from and those that are asked for."""
    origin, by_fold = request.paper.experiment.splits(
        dataset, name, request.protocol, request.splits_file
    )
    unknown = set(request.folds) - set(by_fold)
    if unknown:
        expected = f"one of {', '.join(map(str, by_fold))}"
        step = f"such as FOLDS={min(by_fold)}"
        raise UserError(f"FOLDS={min(unknown)}", expected, min(unknown), step)
    return origin, [by_fold[fold] for fold in request.folds or by_fold]


def _methods(request, split_name):
    """Returns the methods asked for and those they need, in the paper's order."""
    paper = request.paper
    default = [m.id for m in paper.methods if m.by_default and not m.released]
    if paper.leak_methods and split_name == "patient" and len(request.splits) > 1:
        default = paper.leak_methods  # beside the image-wise run of all methods
    wanted = set(request.methods or default)
    methods = [request.protocol.adapted(method) for method in paper.methods]
    by_id = {method.id: method for method in methods}
    unknown = wanted - set(by_id)
    if unknown:
        raise UserError(
            f"METHODS={','.join(sorted(unknown))}",
            f"methods of {paper.id}: {', '.join(by_id)}",
            ", ".join(sorted(unknown)),
            f"such as METHODS={default[0]}",
        )
    for method in reversed(methods):  # each comes after those it needs
        if method.id in wanted:
            wanted.update(method.needs)
    return [m for m in methods if m.id in wanted and not m.released]
