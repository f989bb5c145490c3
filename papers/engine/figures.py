"""What the figures of all papers share: the names of their files and their captions."""

from common.files import digest
from common.reporting.cells import is_phantom
from common.reporting.figures import Caption


def figure_suffix(runner, job):
    """Returns the part of a figure's file name that identifies its run."""
    data = runner.dataset
    # A user's own data and phantoms have folders of their own.
    shares = not (data.is_own or is_phantom(data.name))
    name = data.name if shares and data.name != runner.paper.dataset else ""
    label = runner.request.profile_label()
    fold = job.split.fold
    return suffix_of(name, label, job.split_name, job.length, fold, job.seed)


def suffix_of(data, profile_label, split, length, fold, seed):
    """Returns the part of a figure's file name that identifies a run.

    Args:
        data: name of the data set where it shares the results folder of another one,
            else `""`.
        profile_label: the profile and what was changed in it, as the rows show it.
        split: the split's name.
        length: length of the training, such as `"12epochs"`.
        fold: the test fold.
        seed: the seed.
    """
    profile = profile_label.partition(",")[0]
    name = "_".join(filter(None, [data, profile, split, length]))
    if fold or seed:
        name += f"_fold{fold}_seed{seed}"
    changes = profile_label.removeprefix(profile)
    return name + (f"_{digest(changes)[:6]}" if changes else "")


def run_caption(runner, job, text, source, n=None, each_network=False):
    """Returns the `Caption` of a figure of a run.

    Args:
        runner: a `papers.engine.runner.Runner`.
        job: the job, or one of several with the same budget and split.
        text: what the figure shows.
        source: the `common.reporting.figures.Source` that it is made of.
        n: number of cases; that of the test cases by default.
        each_network: whether the budget is said to be that of each of several.
    """
    each = " each network" if each_network else ""
    return Caption(
        text=text,
        data=runner.dataset.name,
        profile=runner.request.profile_label(),
        budget=f"{job.budget}{each}, split {job.split_name}",
        n=len(job.split.test) if n is None else n,
        source=source,
    )
