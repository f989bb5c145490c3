"""The 128-cubed path on one whole case: `python -m benchmarks.dsunet.case DATA`.

It prepares the case, trains a few steps on it, predicts it once on its own grid as
NIfTI, and prints how long each took. The same case is trained on and predicted, so its
scores mean nothing and are not shown. Each run adds one row to the results file, or
replaces the one of equal settings.
"""

import argparse
import resource
import statistics
import time
from pathlib import Path

from benchmarks.shared import machine
from benchmarks.shared.options import count, folder, multiple_of
from benchmarks.shared.record import Record
from papers.engine.quiet import import_tensorflow

RESULTS = Path("benchmarks/results/dsunet_case.csv")
WORK = Path("runs/dsunet-case")
CELL = ("case", "method", "size", "mode", "precision", "n4", "steps")


def main():
    arguments = _arguments()
    import_tensorflow()
    import keras

    from common.evidence import replace
    from common.training.one_device import OneDevice
    from common.training.precision import scaled
    from data.splits.split import Split
    from papers.dsunet.experiment import Experiment
    from papers.dsunet.protocol import METHODS, Protocol
    from papers.engine.console import Console

    console, threads = Console(), machine.threads()
    record = Record(RESULTS, CELL, (), console, threads=threads)
    dataset = Experiment.open_dataset(arguments.data)
    case = dataset[0]
    protocol = replace(
        Protocol(),
        {
            "preparation.n4": arguments.n4,
            "geometry.size": arguments.size,
            "geometry.mode": arguments.mode,
            "training.precision": arguments.precision,
        },
    )
    keras.mixed_precision.set_dtype_policy(arguments.precision)
    keras.utils.set_random_seed(0)
    started = time.perf_counter()
    cache = Experiment.prepared_cache(WORK / "cache", dataset, protocol)
    Experiment.prepare(dataset, cache, protocol, console, workers=1)
    prepared = time.perf_counter() - started

    method = next(method for method in METHODS if method.id == arguments.method)
    split = Split(0, (case.id,), (case.id,), (case.id,))
    place = WORK / f"{arguments.method}-{arguments.size}-{arguments.precision}"
    run = Experiment(method, protocol, cache, split, 0, dataset=dataset, folder=place)
    model = run.build()
    optimizer = scaled(run.optimizer(), arguments.precision)
    optimizer.build(model.trainable_variables)
    update, seconds = OneDevice().make_step(model, run.loss(), optimizer), []
    for _, batch in zip(range(arguments.steps + 1), run.stream(0), strict=False):
        started = time.perf_counter()
        loss = float(update(*batch))
        seconds.append(time.perf_counter() - started)
        console.say(f"step {len(seconds)}: loss {loss:.4f}, {seconds[-1]:.1f} s")
    trained = _peak()

    path = place / "predictions" / f"{case.id}.nii.gz"
    path.unlink(missing_ok=True)
    started = time.perf_counter()
    ((_, scores),) = run.evaluate(model)
    if isinstance(scores, Exception):
        raise scores
    row = {
        "case": case.id,
        "method": method.id,
        "size": arguments.size,
        "mode": arguments.mode,
        "precision": arguments.precision,
        "n4": arguments.n4,
        "steps": arguments.steps,
        "prepare_s": round(prepared, 2),
        "first_step_s": round(seconds[0], 2),
        "step_s": round(statistics.median(seconds[1:]), 2),
        "predict_and_score_s": round(time.perf_counter() - started, 2),
        "peak_training_gb": round(trained, 2),
        "peak_gb": round(_peak(), 2),
    }
    console.say(f"wrote {path}")
    console.say(", ".join(f"{name} {value}" for name, value in row.items()))
    record.add([row])


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=folder, help="folder with at least one BraTS case")
    parser.add_argument("--method", default="separable")
    parser.add_argument("--size", type=multiple_of(16), default=128)
    parser.add_argument("--mode", default="resize")
    parser.add_argument("--precision", default="float32")
    parser.add_argument(
        "--steps", type=count, default=3, help="timed steps after the first one"
    )
    parser.add_argument("--n4", action="store_true")
    return parser.parse_args()


def _peak():
    """Returns the peak memory of this process in GB of 10^9 bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9


if __name__ == "__main__":
    main()
