"""What is measured against what, as plain data.

Nothing here imports TensorFlow, because a worker must set its environment and
threads before it does.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """The settings of a whole process.

    Args:
        deterministic: whether ops are deterministic, as the runner sets it.
        within: threads within an op, or None for one per core.
        between: ops that run concurrently, or None for one per core.
        onednn: whether TensorFlow may use its oneDNN kernels.
    """

    deterministic: bool = True
    within: int | None = None
    between: int | None = None
    onednn: bool = True


@dataclass(frozen=True)
class Variant:
    """One way to run the networks.

    The defaults are what the suite ships: TensorFlow's native kernels, float32,
    deterministic ops and one thread per core.

    Args:
        name: its name in the table.
        settings: the settings of its process.
        precision: Keras's dtype policy.
        xla: whether XLA compiles the step and the prediction.
        plain: whether batch normalization is Keras's own, of several operations.
        frozen: whether prediction has the weights as constants of its graph.
        networks: ids of the paper's methods that it is measured on.
        parts: `"train"`, `"infer"` or both.
    """

    name: str
    settings: Settings = Settings()
    precision: str = "float32"
    xla: bool = False
    plain: bool = False
    frozen: bool = True
    networks: tuple[str, ...] = ("linknet", "dual")
    parts: tuple[str, ...] = ("train", "infer")

    @property
    def dtype(self):
        """The type of its matrix products."""
        return "bfloat16" if "bfloat16" in self.precision else "float32"


ONE = ("linknet",)
TRAIN = ("train",)
LOOSE = Settings(deterministic=False)

SHIPPED = Variant("shipped")
VARIANTS = (
    Variant("op determinism off", LOOSE, networks=ONE, parts=TRAIN),
    Variant("Keras's normalization", plain=True),
    Variant("mixed_bfloat16", precision="mixed_bfloat16"),
    Variant("mixed_bfloat16, Keras's", precision="mixed_bfloat16", plain=True),
    # XLA has no deterministic gradient of the max-pooling.
    Variant("XLA", LOOSE, xla=True),
    Variant("weights as variables", frozen=False, parts=("infer",)),
    Variant("oneDNN off", Settings(onednn=False), networks=ONE),
    Variant("1 thread", Settings(within=1, between=1), networks=ONE),
    Variant("1 thread within ops", Settings(within=1), networks=ONE, parts=TRAIN),
    Variant("1 op at a time", Settings(between=1), networks=ONE, parts=TRAIN),
)
# Matrix products on all cores in both types, as the upper bound.
PEAKS = (Variant("float32"), Variant("bfloat16", precision="mixed_bfloat16"))


@dataclass(frozen=True)
class Size:
    """How large the networks and their inputs are."""

    image: int = 128
    batch: int = 8
    base_filters: int = 64


@dataclass(frozen=True)
class Task:
    """One thing that a worker prepares once and then repeats.

    Args:
        part: `"train"`, `"infer"`, `"peak"`, `"read"` or `"loop"`.
        size: a `Size`; its batch is the task's.
        variant: a `Variant`.
        network: a method's id, or empty where there is none.
        source: for `"read"` and `"loop"`, a name in
            `benchmarks.linkdsl.sources.SOURCES`.
        ahead: for `"loop"`, `"shipped"` or a name in
            `benchmarks.linkdsl.inputs.WAYS_AHEAD`.
    """

    part: str
    size: Size
    variant: Variant = SHIPPED
    network: str = ""
    source: str = ""
    ahead: str = ""


# Batches that are read before a training asks for them.
AHEAD = 4

# What feeds a training: the variant that runs, a source and a way of reading ahead, as
# `Task` names them.
STORED = "HDF5 a slice, checksum"
PACKED = "one memory-mapped array"
RAW = "raw 512 px, prepared when read"
LOOPS = (
    (SHIPPED, STORED, "shipped"),
    (SHIPPED, STORED, "none"),
    (SHIPPED, STORED, "tf.data prefetch"),
    (Variant("op determinism off", LOOSE), STORED, "tf.data prefetch"),
    (SHIPPED, STORED, "1 thread"),
    (SHIPPED, PACKED, "1 thread"),
    (SHIPPED, RAW, "1 thread"),
)
