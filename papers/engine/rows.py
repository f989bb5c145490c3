"""The rows of an evaluated job: one per test case, with where its scores come from."""

from common.errors import UserError
from papers.engine import environment


def rows_of(job, scores, request, dataset):
    """Yields the rows of a job.

    Args:
        job: a finished `papers.engine.job.Job`.
        scores: yields `(case_id, scores)`; a `UserError` in place of the scores is a
            case that failed: its row says why.
        request: the `papers.engine.request.Request`.
        dataset: the opened data set.
    """
    cases = {case.id: case for case in dataset}
    run = {
        "paper": request.paper.id,
        "method": job.method.id,
        "data": dataset.name,
        "coverage": f"{len(dataset)}/{dataset.total}",
        "fingerprint": job.fingerprint[:12],
        "profile": request.profile_label(),
        "budget": job.budget,
        "split": job.split_name,
        "fold": job.split.fold,
        "seed": job.seed,
    }
    origin = _origin(job, request.paper.monitor)
    for case_id, values in scores:
        case, failed = cases[case_id], isinstance(values, UserError)
        yield {
            **run,
            "case": case_id,
            "patient": case.patient or "",
            "group": case.group,
            "status": f"failed: {values}" if failed else "ok",
            **({} if failed else values),
            **origin,
        }


def _origin(job, monitor):
    """Returns the epoch of the weights, and command and commit of their training."""
    if job.weights:
        here = environment.describe()
        return {"epoch": 0, "command": here["command"], "commit": here["commit"]}
    if job.parts:
        origins = [_origin(part, monitor) for part in job.parts]
        joined = {
            name: "; ".join(dict.fromkeys(origin[name] for origin in origins))
            for name in ("command", "commit")
        }
        return {"epoch": max(origin["epoch"] for origin in origins), **joined}
    trained, history = job.run.environment(), job.run.history()
    commit, now = trained["commit"], environment.commit()
    best = job.checkpoint == "best"
    epoch = history[monitor].idxmax() if best else len(history) - 1
    return {
        "epoch": int(history["epoch"][epoch]),
        "command": trained["command"],
        "commit": commit if commit == now else f"{commit}, evaluated {now}",
    }
