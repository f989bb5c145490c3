"""The machine that a row was measured on, and how fast its matrix products are.

TensorFlow is imported where it is used: a process that only starts others does not
need it.
"""

import os
from pathlib import Path

from papers.engine import environment

# Instructions that decide how fast matrix products are.
INSTRUCTIONS = ("avx2", "avx512f", "avx512_bf16", "amx_bf16")


# What limits oneDNN, which computes the convolutions of TensorFlow and of PyTorch.
LIMIT = "ONEDNN_MAX_CPU_ISA"


def describe():
    """Returns the columns that name the machine, the versions and the commit.

    A run with oneDNN held to fewer instructions is another machine's.
    """
    made_with = environment.describe()
    found = [name for name in INSTRUCTIONS if name in _cpu_flags()]
    packages = made_with["packages"]
    held = os.environ.get(LIMIT)
    return {
        "machine": f"{made_with['processor']}, {made_with['threads']} cores, "
        + (" ".join(found) or "instructions unknown")
        + (f", oneDNN held to {held}" if held else ""),
        "versions": " ".join(
            f"{name} {packages[name]}" for name in ("tensorflow", "keras", "h5py")
        ),
        "commit": made_with["commit"],
    }


def load():
    """Returns the load of the last minute, all cores together."""
    return round(os.getloadavg()[0], 2)


def cores():
    """Returns how many cores this process may use."""
    return len(os.sched_getaffinity(0))


def matrix_product(dtype, size=2048):
    """Returns a function that multiplies two large matrices, and its operations.

    Args:
        dtype: `"float32"` or `"bfloat16"`.
        size: rows and columns.
    """
    import tensorflow as tf

    generator = tf.random.Generator.from_seed(0)
    a, b = (tf.cast(generator.normal((size, size)), dtype) for _ in range(2))
    product = tf.function(lambda: tf.matmul(a, b))
    return product, 2 * size**3


def threads():
    """Returns TensorFlow's threads within and between ops, such as `"2/2"`."""
    import tensorflow as tf

    within = tf.config.threading.get_intra_op_parallelism_threads() or cores()
    between = tf.config.threading.get_inter_op_parallelism_threads() or cores()
    return f"{within}/{between}"


def _cpu_flags():
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return set()
    flags = [line.split(":", 1)[1] for line in lines if line.startswith("flags")]
    return set(flags[0].split()) if flags else set()
