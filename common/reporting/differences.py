"""What separates a run from the one behind a published number."""

from common.reporting.cells import is_phantom


def differences(run, dataset, budget=None):
    """Returns what separates a run from the paper's, each as a few words.

    Args:
        run: `data`, `coverage`, `profile` and `budget` of its rows.
        dataset: name of the data set of the published number; None for any.
        budget: the published budget, if that is to be compared too.

    Returns:
        A list of texts; empty where nothing separates them.
    """
    if is_phantom(run["data"]):
        return ["phantom"]
    there, total = run["coverage"].split("/")
    found = []
    if dataset not in (None, run["data"]):
        found.append(f"data {run['data']}, not {dataset}")
    elif there != total:
        found.append(f"{there} of {total} cases")
    if run["profile"] != "paper":
        found.append(f"profile {run['profile']}")
    if budget is not None and budget != run["budget"]:
        found.append(_shorter(run["budget"], budget))
    return found


def _shorter(budget, published):
    """Returns a run's budget beside the published one, such as `4 of 50 epochs`."""
    number, _, unit = budget.partition(" ")
    if not number.isdecimal():  # of weights as they were given
        return budget
    same = published.partition(" ")[2].rstrip("s") == unit.rstrip("s")
    return f"{number} of {published}" if same else f"{budget}, not {published}"
