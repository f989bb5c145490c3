"""The generated parts of the pages of folders: data, metrics, devices."""

from data.brats import RELEASES
from papers.engine.pages.conventions import metrics_blocks
from papers.engine.pages.speed import plain_table
from papers.engine.pages.text import markdown


def folder_blocks():
    """Returns the generated parts of each folder's page, by the page's path."""
    return {
        "data/README.md": {"releases": releases_table(), "speed": _reading()},
        "common/metrics/README.md": metrics_blocks()
        | {"speed": _scoring(), "official": _official()},
        "papers/engine/devices/README.md": {"towers": _towers()},
    }


def releases_table():
    """Returns the table of the releases of BraTS that are read."""
    rows = []
    for release in RELEASES.values():
        parts = [f"{n} {grade}".strip() for grade, n in release.totals.items()]
        labels = ", ".join(f"{disk}" for disk in sorted(release.labels))
        rows.append(
            (
                f"`{release.name}`",
                release.title,
                " + ".join(parts),
                f"`{release.example}`",
                f"`{release.file_name('t1ce', release.example)}`",
                labels,
            )
        )
    head = ("data set", "release", "training cases", "folder of a case", "its T1ce")
    return markdown((*head, "labels on disk"), rows)


def _reading():
    columns = {"pipeline": "reading", "source": "from", "batch": "batch", "ms": "ms"}
    columns["slower"] = "times the cache's time"
    return plain_table("data", "make bench-data DATA=folder", columns)


def _scoring():
    columns = {"program": "program", "scores": "scores", "ms": "ms"}
    columns["times_ours"] = "times our time"
    return plain_table("metrics", "make bench-metrics DATA=folder", columns)


def _official():
    columns = {"program": "program", "scores": "scores of three regions"}
    columns |= {"cpu_ms": "processor ms", "cpu_times_ours": "times our time"}
    return plain_table("metrics_official", "make bench-metrics DATA=folder", columns)


def _towers():
    columns = {"variant": "variant", "ms": "ms", "images_per_s": "slices per second"}
    columns["ratio_to_one_device"] = "times one device's time"
    columns["same_step_as"] = "the same step as"
    return plain_table("towers", "make bench-towers", columns)
