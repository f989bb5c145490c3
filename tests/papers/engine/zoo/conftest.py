"""Runs that are handed on, and the folder of results that holds them."""

import keras
import pytest

from common.evidence import as_dict, replace
from common.files import write_json
from papers import registry
from papers.engine.run import Run
from papers.engine.zoo import export_run
from tests.papers.engine.zoo.scored import CHANGES, ENVIRONMENT, ROWS, records


def quiet(line):
    pass


@pytest.fixture(scope="session")
def paper():
    return registry.paper("linkdsl")


@pytest.fixture(scope="session")
def runs(tmp_path_factory, paper):
    """Finished, scored runs of Dual-Scale LinkNet and of the cascade behind it."""
    root = tmp_path_factory.mktemp("runs")
    protocol = replace(paper.published, CHANGES)
    for method_id, previous in (("dual", None), ("cdsl", "dual-run")):
        keras.utils.set_random_seed(3)
        (method,) = [one for one in paper.methods if one.id == method_id]
        run = Run(root / f"{method_id}-run")
        job = {"method": method_id, "previous": previous, "train": ["3", "4", "5"]}
        job |= {"protocol": as_dict(protocol), "split": "image", "fold": 0, "seed": 0}
        write_json(run.folder / "job.json", job)
        write_json(run.folder / "environment.json", ENVIRONMENT)
        network = paper.inference.build(method, protocol)
        network.save_weights(run.weights("best"))
        run.finish("key", "base", 4, 7200)
        run.write_rows(records(ROWS), {"key": "key"}, 1)
    return root


@pytest.fixture(scope="session")
def results(tmp_path_factory, paper, runs):
    """A folder of results that holds both runs."""
    root = tmp_path_factory.mktemp("results")
    export_run(
        paper, runs / "cdsl-run", root / "linkdsl" / "weights", "CC BY 4.0", quiet
    )
    return root
