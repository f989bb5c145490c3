"""Times of the operations of a compiled function, by TensorFlow's own profiler."""

import re
import tempfile
from collections import defaultdict
from pathlib import Path

from benchmarks.shared.kinds import kind_of

# The profiler writes `node:type`; what has other names is not an operation.
OPERATION = re.compile(r"(?P<name>[^:]+):(?P<type>_?[A-Za-z]\w*)")
PLANE = "/host:CPU"


def operations(call, calls):
    """Returns what the operations of a function take on the CPU, by kind.

    Operations run at the same time where the machine has several cores, and one may
    wait for threads that another has. The sum of their times exceeds that of the call.

    Args:
        call: function without arguments, which has run before.
        calls: how often it is called.

    Returns:
        By each kind of `benchmarks.shared.kinds` that is there, milliseconds and
        number of operations of one call.
    """
    import tensorflow as tf

    profiler = tf.profiler.experimental
    options = profiler.ProfilerOptions(host_tracer_level=2, python_tracer_level=0)
    with tempfile.TemporaryDirectory() as folder:
        profiler.start(folder, options)
        try:
            for _ in range(calls):
                call()
        finally:
            profiler.stop()
        (file,) = Path(folder).rglob("*.xplane.pb")
        found = _times(file)
    return {kind: (ms / calls, number / calls) for kind, (ms, number) in found.items()}


def _times(file):
    """Returns milliseconds and number of the operations in a profile, by kind."""
    # The format's definition is in TensorFlow's package beside its profiler.
    from tensorflow.tsl.profiler.protobuf.xplane_pb2 import XSpace

    found = defaultdict(lambda: (0.0, 0))
    for plane in XSpace.FromString(file.read_bytes()).planes:
        if plane.name != PLANE:
            continue
        kinds = {key: _kind(one.name) for key, one in plane.event_metadata.items()}
        for event in (event for line in plane.lines for event in line.events):
            kind = kinds[event.metadata_id]
            if kind is not None:
                ms, number = found[kind]
                found[kind] = ms + event.duration_ps / 1e9, number + 1
    return dict(found)


def _kind(event):
    match = OPERATION.fullmatch(event)
    return kind_of(match["name"], match["type"]) if match else None
