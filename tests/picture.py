"""The picture of the house: which folder may import which.

`a.*` stands for the folder `a` and all below it, `a` for its own files alone. There is
no circle and no arrow back up. `tests/test_architecture.py` holds the code against it.
"""

BOTTOM = ("common",)
DATA = ("common", "data")
COMMON = {
    "common": (),
    "common.metrics": BOTTOM,
    "common.metrics.lesions": (*BOTTOM, "common.metrics"),
    "common.layers": (*BOTTOM, "common.layers.tensorflow"),
    "common.layers.tensorflow": (*BOTTOM, "common.layers"),
    "common.losses": BOTTOM,
    "common.optimizers": BOTTOM,
    "common.training": BOTTOM,
    "common.inference": (*BOTTOM, "common.layers"),
    "common.reporting": (*BOTTOM, "common.metrics"),
    "common.reporting.figures": (*BOTTOM, "common.reporting"),
    "common.reporting.people": (*BOTTOM, "common.reporting"),
    "common.audit": (*BOTTOM, "common.reporting"),
}
# Of `common`, only the files of the standard library: another test holds that.
DATA_SETS = {
    "data": BOTTOM,
    "data.volume": DATA,
    "data.splits": DATA,
    "data.download": DATA,
    "data.figshare": (*DATA, "data.download", "data.splits"),
    "data.brats": (*DATA, "data.volume"),
    "data.msd": (*DATA, "data.download", "data.volume", "data.brats"),
    "data.scans": (*DATA, "data.volume", "data.brats", "data.msd"),
    "data.prepared": (*DATA, "data.volume", "data.brats"),
    "data.batches": (*DATA, "data.volume"),
    "data.phantom": (),
    "data.phantom.figshare": (*DATA, "data.phantom", "data.figshare"),
    "data.phantom.brats": (*DATA, "data.phantom", "data.volume", "data.brats"),
    "data.phantom.msd": (*DATA, "data.phantom.brats", "data.brats", "data.msd"),
}
FLOORS = ("common.*", "data.*")
PAPERS = {
    "papers": (*FLOORS, "papers.engine.*"),
    "papers.engine": (
        *FLOORS,
        "papers",
        "papers.engine.devices",
        "papers.engine.memory",
    ),
    "papers.engine.brats": (*FLOORS, "papers.engine"),
    "papers.engine.devices": (
        *FLOORS,
        "papers.engine.devices.scripts",
        "papers.engine.memory",
    ),
    "papers.engine.devices.scripts": FLOORS,
    "papers.engine.memory": FLOORS,
    "papers.engine.places": (*FLOORS, "papers", "papers.engine"),
    "papers.engine.predict": (
        *FLOORS,
        "papers",
        "papers.engine",
        "papers.engine.brats",
        "papers.engine.report",
        "papers.engine.zoo",
    ),
    "papers.engine.pages": (*FLOORS, "papers", "papers.engine", "papers.engine.zoo"),
    "papers.engine.checklists": (*FLOORS, "papers", "papers.engine.pages"),
    "papers.engine.crate": (*FLOORS, "papers", "papers.engine.pages"),
    "papers.engine.scoring": (*FLOORS, "papers.engine"),
    "papers.engine.zoo": (*FLOORS, "papers", "papers.engine"),
    "papers.engine.report": (
        *FLOORS,
        "papers",
        "papers.engine",
        "papers.engine.pages",
        "papers.engine.places",
    ),
    "papers.engine.cli": (*FLOORS, "papers", "papers.engine.*"),
}
# A paper imports itself, the engine and the floors below; never another paper.
A_ROOM = ("papers.engine.brats", "papers.engine.pages", "papers.engine.predict")
A_PAPER = (*FLOORS, "papers.engine", *A_ROOM, "papers.engine.zoo")
A_BENCHMARK = (*FLOORS, "benchmarks.shared", "papers.*")
BENCHMARKS = {
    "benchmarks": (),
    "benchmarks.shared": (*FLOORS, "papers.engine"),
    "benchmarks.anisocascade": A_BENCHMARK,
    "benchmarks.backends": A_BENCHMARK,
    "benchmarks.cunet": A_BENCHMARK,
    "benchmarks.data": A_BENCHMARK,
    "benchmarks.depthwise": A_BENCHMARK,
    "benchmarks.dsunet": A_BENCHMARK,
    "benchmarks.hierdice": A_BENCHMARK,
    "benchmarks.linkdsl": A_BENCHMARK,
    "benchmarks.metrics": A_BENCHMARK,
    "benchmarks.scans": A_BENCHMARK,
}
MAY_IMPORT = COMMON | DATA_SETS | PAPERS | BENCHMARKS
