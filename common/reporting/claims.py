"""What the papers' tables of claims have in common."""

from common.reporting.cells import is_phantom


def difference_from_paper(run, dataset):
    """Says what separates a run from the paper's, or "" where nothing does.

    Args:
        run: `data`, `coverage` and `profile` of its rows.
        dataset: name of the data set that the paper's claims are of.
    """
    if is_phantom(run["data"]):
        return "phantom: says nothing of the paper's"
    there, total = run["coverage"].split("/")
    others = []
    if run["data"] != dataset:
        others.append(f"data {run['data']}, not {dataset}")
    elif there != total:
        others.append(f"{there} of {total} cases")
    if run["profile"] != "paper":
        others.append(f"profile {run['profile']}")
    if not others:
        return ""
    return f"a comparison of methods, not with the paper's: {'; '.join(others)}"
