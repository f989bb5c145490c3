"""How much memory one call takes, as Linux counts it. Standard library only."""

import ctypes
import gc
from pathlib import Path

# With these glibc returns each larger block to the system as soon as it is freed, so
# that what a process keeps of one size does not hide what the next one takes. It
# costs time: a process that has them is not timed.
RETURNS_MEMORY = {
    "MALLOC_MMAP_THRESHOLD_": str(1 << 16),
    "MALLOC_TRIM_THRESHOLD_": "0",
}


def resident_mb(call):
    """Returns how many MB a process that `RETURNS_MEMORY` grows by in a call.

    None where that cannot be measured: only Linux counts it, and not every kernel
    lets a process reset its peak.
    """
    call()  # the library may keep something of its first call
    gc.collect()
    # Blocks that are too small to be returned one by one. Only glibc has it.
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
    try:
        Path("/proc/self/clear_refs").write_text("5")
        before = _status("VmRSS")
        call()
        return (_status("VmHWM") - before) * 1024 / 1e6
    except OSError:
        return None


def _status(name):
    """Returns a value of the process's status, in KiB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1])
    raise OSError(f"Expected {name} in the process's status.")
