"""A whole case through nine networks: `python -m benchmarks.aniso_case VARIANT CASE`.

Variants: `shipped`, `plain` (Keras's own layers) and `views` (the shipped layers, the
three views of a stage at once, each on one thread). The weights are the released ones
where `weights/anisocascade` has them, else random, which find no tumor to crop to.
"""

import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from threading import Lock

from benchmarks.aniso_turns import serve
from papers.quiet import import_tensorflow

WEIGHTS = Path("weights/anisocascade")


def main(variant, case):
    import_tensorflow()
    import keras
    import tensorflow as tf

    from benchmarks.aniso_variants import with_plain_layers
    from data.scan import find_scan
    from data.views import VIEWS
    from papers.anisocascade import cascade
    from papers.anisocascade.released_weights import NETWORKS
    from papers.anisocascade.segmenter import Segmenter, load_networks

    if variant == "views":
        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(len(VIEWS))
        cascade.predict_views = views_at_once(cascade.predict_views)
    if WEIGHTS.exists():
        weights, models = "released", load_networks(WEIGHTS)
    else:
        keras.utils.set_random_seed(0)
        weights, models = (
            "random",
            {
                (stage, view): build((None, None, None, 4))
                for stage, build in zip(cascade.STAGES, NETWORKS.values(), strict=True)
                for view in VIEWS
            },
        )
    if variant == "plain":
        models = {key: with_plain_layers(model) for key, model in models.items()}
    segmenter, scan = Segmenter(models), find_scan(Path(case))
    serve(lambda: segmenter(scan), weights=weights)


def views_at_once(predict_views):
    """Makes `papers.anisocascade.cascade.predict_views` run all views at once."""
    known, lock = set(), Lock()

    def predict(images, stage, networks, protocol, progress=None):
        views = [view for one, view in networks if one == stage]

        def alone(view):
            def network(patches):
                key = stage, view, patches.shape
                # Graphs are built one at a time: threads would wait for each other.
                with nullcontext() if key in known else lock:
                    probability = networks[stage, view](patches)
                known.add(key)
                return probability

            return predict_views(images, stage, {(stage, view): network}, protocol)

        with ThreadPoolExecutor(len(views)) as pool:
            return sum(pool.map(alone, views)) / len(views)

    return predict


if __name__ == "__main__":
    main(*sys.argv[1:])
