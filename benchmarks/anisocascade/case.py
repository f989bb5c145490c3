"""A whole case through nine networks.

Run `python -m benchmarks.anisocascade.case VARIANT CASE`.

The variants are `shipped` and `plain` (Keras's own layers). The weights are the
released ones where `weights/anisocascade` has them; else they are random and find no
tumor to crop to.
"""

import sys
from pathlib import Path

from benchmarks.shared.peers import serve
from papers.engine.quiet import import_tensorflow

WEIGHTS = Path("weights/anisocascade")


def main(variant, case):
    import_tensorflow()
    import keras

    from benchmarks.anisocascade.variants import with_plain_layers
    from data.scans.find import find_scan
    from data.volume.views import VIEWS
    from papers.anisocascade.cascade import STAGES
    from papers.anisocascade.released_weights import NETWORKS
    from papers.anisocascade.segmenter import Segmenter, load_networks

    if WEIGHTS.exists():
        weights, models = "released", load_networks(WEIGHTS)
    else:
        keras.utils.set_random_seed(0)
        weights, models = (
            "random",
            {
                (stage, view): build((None, None, None, 4))
                for stage, build in zip(STAGES, NETWORKS.values(), strict=True)
                for view in VIEWS
            },
        )
    if variant == "plain":
        models = {key: with_plain_layers(model) for key, model in models.items()}
    segmenter, scan = Segmenter(models), find_scan(Path(case))
    serve(lambda: segmenter(scan), weights=weights)


if __name__ == "__main__":
    main(*sys.argv[1:])
