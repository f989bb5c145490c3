"""A finished run from Python: its network with its weights, and its protocol."""

from dataclasses import dataclass

from common.errors import UserError
from papers import registry
from papers.engine.paper import BaseProtocol, Method, Paper
from papers.engine.quiet import import_tensorflow
from papers.engine.run import Run


@dataclass(frozen=True, eq=False)
class LoadedRun:
    """What a finished run has trained.

    Args:
        paper: the `Paper`.
        method: its `Method`.
        protocol: the paper's protocol with the values of the run.
        network: the Keras model with the run's weights.
    """

    paper: Paper
    method: Method
    protocol: BaseProtocol
    network: object


def load_run(folder, size=None):
    """Loads the network of a finished run with its weights and its protocol.

    ```python
    run = load_run("runs/dsunet/brats17/cpu/separable-…")
    maps = run.network(images)
    ```

    Args:
        folder: `runs/<paper>/<data>/<profile>/<run>`, anywhere.
        size: `(height, width)` in pixels of the slices that the networks of cunet and
            hierdice take; by default those of BraTS. The others have a size of their
            own (linkdsl, dsunet), or take any (anisocascade).

    Returns:
        A `LoadedRun`.

    Raises:
        UserError: there is no finished run, or its weights are damaged.
    """
    import_tensorflow()
    run = Run(folder)
    paper = _paper_of(run)
    method, protocol = run.open(paper)
    network = paper.inference.build(method, protocol, size)
    run.load_weights(network, protocol.training.checkpoint)
    return LoadedRun(paper, method, protocol, network)


def _paper_of(run):
    """Returns the `Paper` of a finished run, whatever its folder is called.

    Raises:
        UserError: no paper has such a run.
    """
    if not run.is_finished:
        raise UserError(
            run.folder,
            "a finished run, runs/<paper>/<data>/<profile>/<run>",
            "an unfinished run" if run.is_begun else "no run",
            "name the folder of a run that has a file finished.json",
        )
    method = run.job()["method"]
    for paper in registry.papers():
        if method in {one.id for one in paper.methods}:
            try:
                run.open(paper)
            except UserError:
                continue  # another paper has a method of the same name
            return paper
    raise UserError(
        run.folder,
        "a run of one of the papers",
        f"the method {method} with another protocol",
        "train it again, or use the version of this suite that made it",
    )
