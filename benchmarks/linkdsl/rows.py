"""The rows of the results file, and the columns that are printed.

`ratio_to_shipped` is what it is in every file of rows: how many times as long as the
shipped variant something takes. Above 1 the shipped one is faster.
"""

COLUMNS = {
    "peak": ("variant", "threads", "ms", "cpu_ms", "gflops"),
    "train": (
        *("network", "variant", "threads", "ms", "cpu_ms", "first_s", "images_per_s"),
        *("gflops", "share_of_peak", "ratio_to_shipped"),
    ),
    "infer": (
        *("network", "variant", "threads", "batch", "ms_per_image", "cpu_ms"),
        *("first_s", "gflops", "share_of_peak", "ratio_to_shipped"),
    ),
    "read": ("source", "threads", "ms", "cpu_ms", "images_per_s", "ratio_to_shipped"),
    "loop": (
        *("variant", "source", "read_ahead", "threads", "ms", "cpu_ms"),
        *("images_per_s", "waiting_share", "ratio_to_shipped"),
    ),
}


def row(measured, shipped, peak=None):
    """Returns one row of the table, its numbers rounded to what they mean.

    Args:
        measured: the `benchmarks.shared.measure.Measured` of a task.
        shipped: the one of the same task as the suite ships it, or None.
        peak: the one of the matrix products in the same rounds, or None.
    """
    task = measured.task
    seconds, images = measured.seconds, task.size.batch
    result = {
        "part": task.part,
        "network": task.network,
        "variant": task.variant.name,
        "source": task.source,
        "read_ahead": task.ahead,
        "threads": measured.description["threads"],
        "image_size": task.size.image,
        "batch": images,
        "base_filters": task.size.base_filters,
        "ms": round(1e3 * seconds, 3),
        "cpu_ms": round(1e3 * measured.cpu_seconds, 3),
        "first_s": round(measured.description["first_s"], 3),
        "ms_per_image": round(1e3 * seconds / images, 3),
        "images_per_s": round(images / seconds, 2),
        "gflops": None,
        "peak_gflops": None,
        "share_of_peak": None,
        "waiting_share": None,
        "ratio_to_shipped": None,
        "repetitions": len(measured.timings),
    }
    if shipped is not None:
        result["ratio_to_shipped"] = round(shipped.times_faster_than(measured), 3)
    if measured.description["flop"]:
        result["gflops"] = round(measured.gflops, 1)
        if peak:
            result["peak_gflops"] = round(peak.gflops, 1)
            result["share_of_peak"] = round(measured.share_of(peak), 3)
    if task.part == "loop":
        result["waiting_share"] = round(measured.waiting_share, 4)
    return result
