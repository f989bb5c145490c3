"""Whole real slices, trained on and scored: `python -m benchmarks.hierdice.case DATA`.

It trains the residual U-Net on the slices with tumor of whole cases, once with softmax
cross-entropy, once with bootstrapping and once with the hierarchical Dice, prints how
many pixels each label has, and scores each region at equal numbers of steps. It scores
the cases that it trains on, as the paper does. Rows go to
`benchmarks/results/hierdice_case.csv` after each scoring.
"""

import argparse
import time
from itertools import islice
from pathlib import Path

import pandas as pd

from benchmarks.shared import machine
from benchmarks.shared.options import count, folder
from benchmarks.shared.record import Record
from papers.engine.quiet import import_tensorflow

RESULTS = Path(__file__).parents[1] / "results" / "hierdice_case.csv"
WORK = Path("runs/hierdice-case")
METHODS = ("resunet-softmax", "resunet-bootstrapping", "resunet-hierarchical")
CELL = ("case", "method", "steps", "size", "base_filters", "learning_rate")
SCORES = ("wt_dice", "tc_dice", "et_dice", "et_precision", "et_recall")


def main(arguments=None):
    """Trains, scores, prints and writes the rows."""
    options = _arguments(arguments)
    import_tensorflow()
    from common.evidence import replace
    from papers.engine.console import Console
    from papers.hierdice.experiment import Experiment
    from papers.hierdice.protocol import Protocol

    console = Console()
    dataset = Experiment.open_dataset(options.data)
    protocol = replace(
        Protocol(),
        {
            "slices.group": "all",
            "network.base_filters": options.base_filters,
            "training.learning_rate": options.learning_rate,
        },
    )
    cache = Experiment.prepared_cache(WORK / "cache", dataset, protocol)
    Experiment.prepare(dataset, cache, protocol, console, workers=1)
    threads = machine.threads()
    record = Record(options.results, CELL, ("case",), console, threads=threads)
    rows = []
    for method in options.methods.split(","):
        for scored in _train(method, protocol, dataset, cache, options, console.say):
            record.add(scored)
            rows += scored
    console.table(["method", "steps", *SCORES], _shown(pd.DataFrame(rows)))
    console.say(f"rows: {options.results}")


def _arguments(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=folder, help="folder of whole BraTS cases")
    parser.add_argument("--methods", default=",".join(METHODS))
    parser.add_argument("--steps", type=count, default=120)
    parser.add_argument("--score-every", type=count, default=30)
    parser.add_argument("--base-filters", type=int, default=8)
    parser.add_argument("--learning-rate", type=float, default=2e-3)
    parser.add_argument("--results", type=Path, default=RESULTS)
    return parser.parse_args(arguments)


def _train(method_id, protocol, dataset, cache, options, say):
    """Yields the rows of each scoring: every `score_every` steps and after the last."""
    import keras

    from common.inference.predict import Predictor
    from common.training.moving_average import MovingAverage
    from common.training.towers import sequential
    from data.splits.split import Split
    from papers.hierdice.balance import PAPER_OTHERS_PER_ET
    from papers.hierdice.experiment import Experiment
    from papers.hierdice.protocol import METHODS as ALL
    from papers.hierdice.scores import score_slices
    from papers.hierdice.segmentation import segment

    keras.utils.set_random_seed(0)
    method = next(method for method in ALL if method.id == method_id)
    ids = tuple(case.id for case in dataset)
    one = Experiment(
        method,
        protocol,
        cache,
        Split(0, ids, ids, ids),
        seed=0,
        dataset=dataset,
        folder=WORK / method_id,
    )
    balance = one.balance()["trained_on"]
    per_et = balance["others_per_et_pixel"] or float("nan")
    say(
        f"{method_id}: {balance['slices']} slices, pixels of labels 0 to 4 "
        f"{balance['pixels_of_labels']}; {per_et:.0f} other pixels per enhancing one, "
        f"about {PAPER_OTHERS_PER_ET:.0f} in the paper"
    )
    if per_et < PAPER_OTHERS_PER_ET:
        say("  that softmax finds enhancing tumor here does not refute the paper")
    model, optimizer = one.build(), one.optimizer()
    optimizer.build(model.trainable_variables)
    average = MovingAverage(model.trainable_variables, protocol.training.average_decay)
    towers = sequential(protocol.training.towers)
    update = towers.make_step(model, one.loss(), optimizer, average=average)
    predict = Predictor(model, protocol.training.tower_size)
    started = time.perf_counter()
    for step, batch in enumerate(islice(one.stream(0), options.steps), 1):
        loss = float(update(*batch))
        if step % options.score_every and step != options.steps:
            continue
        rows, seconds = [], time.perf_counter() - started
        with average.in_place():
            for case in dataset:
                images = one.images_of(case.id)
                labels = segment(images, predict, one.labels_of)
                scores = score_slices(labels, dataset.read_labels(case))
                rows.append(
                    {
                        "case": case.id,
                        "method": method_id,
                        "steps": step,
                        "loss": round(loss, 5),
                        **{name: round(scores[name], 4) for name in SCORES},
                        "slices": balance["slices"],
                        "pixels_of_labels": " ".join(
                            map(str, balance["pixels_of_labels"])
                        ),
                        "others_per_tumor_pixel": balance["others_per_tumor_pixel"],
                        "others_per_et_pixel": per_et,
                        "published_others_per_et_pixel": PAPER_OTHERS_PER_ET,
                        "size": "x".join(map(str, model.input_shape[1:3])),
                        "base_filters": protocol.network.base_filters,
                        "learning_rate": protocol.training.learning_rate,
                        "training_s": round(seconds, 1),
                    }
                )
                say(f"  step {step}: " + _words(rows[-1]))
        yield rows


def _words(row):
    scores = ", ".join(f"{name} {row[name]:.4f}" for name in SCORES)
    return f"{row['case']}: {scores} ({row['training_s']:.0f} s)"


def _shown(table):
    last = table[table["steps"] == table["steps"].max()]
    return last[["method", "steps", *SCORES]].to_numpy().tolist()


if __name__ == "__main__":
    main()
