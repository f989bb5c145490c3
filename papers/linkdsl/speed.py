"""What was tried for the speed of this paper's networks, from the benchmark's rows."""

from papers.engine import pages
from papers.engine.pages.benchmarks import by_machine

NETWORKS = {"linknet": "LinkNet", "dual": "Dual-Scale"}
SIZE = "128"  # pixels
# Columns of the table: a part, and the images of a batch.
MEASURED = {
    "training": ("train", "8"),
    "prediction of 1": ("infer", "1"),
    "prediction of 8": ("infer", "8"),
}
COMMAND = "make bench-linkdsl"


def tried_table():
    """Returns how long training and prediction take in other ways, beside what ships.

    Returns:
        For each machine a line for each variant: its time divided by the shipped one's
        of the same rounds, above 1 where it is slower.
    """

    def show(rows):
        rows = rows[rows["image_size"] == SIZE]
        variants = list(dict.fromkeys(rows[rows["part"] == "train"]["variant"]))
        variants += [
            one for one in dict.fromkeys(rows["variant"]) if one not in variants
        ]
        lines = []
        for variant in variants:
            own = rows[rows["variant"] == variant]
            cells = [
                _ratio(own, part=part, batch=batch, network=network)
                for part, batch in MEASURED.values()
                for network in NETWORKS
            ]
            if variant != "shipped" and any(cells):
                lines.append((variant, *cells))
        head = [f"{what}, {name}" for what in MEASURED for name in NETWORKS.values()]
        said = "How many times as long as what ships each takes; below 1 it is faster."
        return said, pages.markdown(("tried", *head), lines)

    return by_machine("linkdsl", COMMAND, show)


def reading_tables():
    """Returns what reading a batch of 8 takes, and what a training waits for it."""

    def show(rows):
        rows = rows[rows["image_size"] == SIZE]
        reading = [
            (row["source"], row["ms"], row["ratio_to_shipped"])
            for _, row in rows[rows["part"] == "read"].iterrows()
        ]
        loops = [
            (
                row["source"],
                row["read_ahead"]
                + ("" if row["variant"] == "shipped" else ", " + row["variant"]),
                row["ms"],
                f"{100 * float(row['waiting_share']):.2g} %",
                row["ratio_to_shipped"],
            )
            for _, row in rows[rows["part"] == "loop"].iterrows()
        ]
        times = "times as long as shipped"
        read = pages.markdown(("reading alone", "ms", times), reading)
        head = ("training that reads", "read ahead by", "ms a step", "waits", times)
        return "", f"{read}\n\n{pages.markdown(head, loops)}"

    return by_machine("linkdsl", COMMAND, show)


def _ratio(rows, **where):
    for column, wanted in where.items():
        rows = rows[rows[column] == wanted]
    return rows.iloc[0]["ratio_to_shipped"] if len(rows) else ""
