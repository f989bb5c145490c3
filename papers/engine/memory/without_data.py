"""The memory of trainings whose data are not there yet: the network is known."""

from types import SimpleNamespace

from data.brats.releases import GRID
from data.splits.split import Split
from papers.engine.memory.preflight import of_experiment


def predicted_without_data(request, method):
    """Returns the `Prediction` of a method's training, or None if it trains nothing.

    The slices are as large as those of the demo's phantom, or of BraTS, where the data
    decide the size of the network.

    Args:
        request: a `papers.engine.request.Request`.
        method: one of its methods, as a plan has it.
    """
    if method.parts or method.released:
        return None
    paper, protocol = request.paper, request.protocol
    grid = paper.phantom.get("shape", GRID) if request.is_demo else GRID
    case = SimpleNamespace(shape=grid)
    experiment = paper.experiment(
        method,
        protocol,
        cache=SimpleNamespace(info=lambda case_id: case),
        split=Split(0, ("any",), (), ("any",)),
        seed=0,
    )
    return of_experiment(experiment, request.settings)
