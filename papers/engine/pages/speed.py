"""The tables of how fast the suite is beside others, from the benchmarks' rows.

Where a goal is missed the rows say so, by the cells that miss it.
"""

from papers.engine.pages.benchmarks import by_machine, rows_of
from papers.engine.pages.text import markdown

PARTS = {"train": "step", "infer": "inference"}
SHIPPED = "shipped"  # the variant that is ours
# How the other columns of a benchmark are named for readers.
_HEADS = {
    "first_s": "first call, s",
    "share_of_peak": "share of the peak",
    "peak_gb": "GB",
    "examples_per_s": "examples per second",
    "images_per_s": "slices per second",
    "gb_per_s": "GB/s",
}
_VARIANTS = {
    "plain": "plain Keras layers",
    "portable": "our portable paths",
    "folded": "our portable path",
    "pass": "one pass over the values",
    "grouped": "`Conv3D(groups=…)`",
    "loop": "channel by channel",
    "torch first": "PyTorch, default format",
    "torch last": "PyTorch, channels last",
    "medicai": "medicai, on PyTorch",
}
_PEERS = ("torch first", "torch last", "medicai")  # whom we mean to be ahead of
_CELL = ("network", "part", "side", "batch", "precision", "threads", "machine")
_INFERENCE = (
    "Inference: ours is what `predict` runs, a graph whose weights, none of them zero, "
    "are constants and whose normalizations are folded into the convolutions where it "
    "has any; PyTorch runs its layers one by one in `inference_mode`, normalizations "
    "unfolded."
)


_OPERATIONS = (
    "Operations run at the same time, so that together they may take longer than it; "
    "one that waits for a core counts its waiting. Reorders are measured in a run of "
    "their own and are part of the operations above them."
)
_WHOLE = {
    "the {}, ms": "step_ms",
    "its multiply-adds at the peak, ms": "peak_ms",
}


def speed_table(name, command):
    """Returns the Markdown table of the suite's networks beside PyTorch's.

    Args:
        name: name of the file in `benchmarks/results/`, without its ending.
        command: what measures it.

    Returns:
        For each machine a line for each network, part, size and precision; or a
        sentence where nothing has been measured.
    """

    def show(rows):
        mine = rows[rows["variant"] == SHIPPED]
        columns = ["ms", "first_s", "share_of_peak", "times_faster"]
        lines = [
            (
                f"`{row['network']}`",
                PARTS[row["part"]],
                _batch(row),
                row["precision"],
                *map(_short, row[columns]),
            )
            for _, row in mine.iterrows()
        ]
        head = ("network", "part", "batch", "type", "ms", "first call, s")
        table = markdown((*head, "share of the peak", "times PyTorch's speed"), lines)
        said = (
            "Above 1 we are faster than PyTorch's better memory format. The peak is "
            "the fastest product of large matrices of the same type in the run. "
        )
        return said + _INFERENCE, table

    return by_machine(name, command, show)


def speed_goal(name):
    """Returns which cells of `speed_table` miss the goal of PyTorch's speed, in words.

    Args:
        name: name of the file in `benchmarks/results/`, without its ending.
    """
    rows = rows_of(name)
    if rows is None:
        return "Whether the goal of PyTorch's speed is met has not been measured yet."
    machines = list(rows.groupby("machine", sort=False))
    return "\n\n".join(
        (f"On {machine}: " if machines[1:] else "") + _goal(of_one)
        for machine, of_one in machines
    )


def cells_ahead(name):
    """Returns how often the suite is at least as fast as PyTorch.

    Args:
        name: name of the file in `benchmarks/results/`, without its ending.

    Returns:
        `(ahead, cells)`: of the cells that PyTorch was measured in, too, those in which
        it is not faster in its better format; a cell is a network, a part, a size, a
        type and a machine.
    """
    rows = rows_of(name)
    cell = [column for column in _CELL if column in rows]
    peers = rows[rows["variant"].isin(_PEERS) & (rows["ratio_to_shipped"] != "")]
    best = (
        peers["ratio_to_shipped"]
        .astype(float)
        .groupby([peers[column] for column in cell])
    )
    best = best.min()
    return int((best >= 1).sum()), len(best)


def ratio_table(
    name, command, keys, unit="s", extras=(), where=None, without=(), joined=False
):
    """Returns the table of ours beside each other variant, as ratios of one run.

    Args:
        name: name of the file in `benchmarks/results/`, without its ending.
        command: what measures it.
        keys: columns that name what was measured, such as `("network", "part")`.
        unit: column of our time, `"s"` or `"ms"`.
        extras: further columns of our rows to show.
        where: the values of other columns that the rows shall have, by name.
        without: variants that are left to the file of rows.
        joined: whether the keys share one column, as in `16x32x1`.

    Returns:
        For each machine a line for each measured thing: our time, then how many times
        as long as ours each other variant takes; or a sentence where nothing has been
        measured.
    """

    def shown(rows):
        for column, wanted in (where or {}).items():
            if column in rows:
                rows = rows[rows[column] == wanted]
        return rows[~rows["variant"].isin(without)]

    def show(rows):
        others = [one for one in _VARIANTS if (rows["variant"] == one).any()]
        lines, behind, compared = [], [], 0
        for _, group in rows.groupby(list(keys), sort=False):
            by_variant = group.drop_duplicates("variant").set_index("variant")
            if SHIPPED not in by_variant.index:
                continue
            mine = by_variant.loc[SHIPPED]
            names = [PARTS.get(mine[key], mine[key]) for key in keys]
            names = ["x".join(names)] if joined else names
            there = {
                one: by_variant.loc[one] for one in others if one in by_variant.index
            }
            ratios = [_ratio(there[one]) if one in there else "" for one in others]
            numbers = [_short(mine[column]) for column in (unit, *extras)]
            lines.append((*names, *numbers, *ratios))
            compared += any(one in there for one in _PEERS)
            behind += _ahead_of_us(" ".join(names), there)
        head = (" x ".join(keys),) if joined else keys
        head = (*head, f"ours, {unit}", *(_HEADS[name] for name in extras))
        table = markdown((*head, *(_VARIANTS[one] for one in others)), lines)
        said = (
            "The columns of others say how many times as long as ours they take; above "
            "1 we are faster."
        )
        if "part" in keys and (rows["part"] == "infer").any():
            said = f"{said} {_INFERENCE}"
        return said, f"{table}\n\n{_verdict(behind, compared)}".rstrip()

    return by_machine(name, command, show, shown)


def plain_table(name, command, columns):
    """Returns some columns of a benchmark's rows as they are.

    Args:
        name: name of the file in `benchmarks/results/`, without its ending.
        command: what measures it.
        columns: the heads of the table by column of the file.
    """

    def show(rows):
        lines = [
            [_value(text) for text in row] for row in rows[list(columns)].to_numpy()
        ]
        return "", markdown(tuple(columns.values()), lines)

    return by_machine(name, command, show)


def operations_table(name, command, part="train"):
    """Returns where the time of a step or an inference goes, by kind of operation.

    Args:
        name: name of the file in `benchmarks/results/`, without its ending.
        command: what measures it.
        part: `"train"` or `"infer"`.

    Returns:
        For each machine a line for each kind, with its share of the time of all
        operations of each network and precision; or a sentence where nothing has been
        measured.
    """

    def show(rows):
        cells = list(rows.groupby(["network", "precision"], sort=False))
        heads = [f"`{network}` {precision}" for (network, precision), _ in cells]
        lines = []
        for kind in dict.fromkeys(rows["kind"]):
            shares = [cell[cell["kind"] == kind]["share"] for _, cell in cells]
            lines.append((kind, *map(_percent, shares)))
        whole = rows[~rows["kind"].str.startswith("within")]
        sums = (
            whole["ms"]
            .astype(float)
            .groupby([whole["network"], whole["precision"]], sort=False)
        )
        lines += [
            ("operations together, ms", *map(_short, sums.sum())),
            *(
                (
                    what.format(PARTS[part]),
                    *(_short(cell.iloc[0][column]) for _, cell in cells),
                )
                for what, column in _WHOLE.items()
            ),
        ]
        table = markdown(("% of the operations' time", *heads), lines)
        return f"One {PARTS[part]}, batch {_batch(rows.iloc[0])}. {_OPERATIONS}", table

    return by_machine(name, command, show, lambda rows: rows[rows["part"] == part])


def _goal(rows):
    """Returns which cells are at least as fast as PyTorch's, in words."""
    mine = rows[(rows["variant"] == SHIPPED) & (rows["times_faster"] != "")]
    if mine.empty:
        return "PyTorch was not measured beside it."
    behind = mine[mine["times_faster"].astype(float) < 1]
    lines = [
        f"**The goal is PyTorch's speed in its better format: met in "
        f"{len(mine) - len(behind)} of {len(mine)} cells.**"
    ]
    if len(behind):
        lines[0] += " Missed (shares of the peak: ours, PyTorch's):\n"
    for (part, precision), group in behind.groupby(["part", "precision"], sort=False):
        cells = []
        for _, row in group.iterrows():
            same = rows["variant"].isin(_PEERS)
            for column in ("network", "part", "side", "batch", "precision"):
                same &= rows[column] == row[column]
            shares = [float(text) for text in rows[same]["share_of_peak"] if text]
            theirs = f"{max(shares):.3g}" if shares else "-"
            cells.append(
                f"`{row['network']}` {_batch(row)} {_short(row['times_faster'])} "
                f"({_short(row['share_of_peak'])}, {theirs})"
            )
        lines.append(f"- {PARTS[part]}, {precision}: {'; '.join(cells)}")
    return "\n".join(lines)


def _ahead_of_us(what, there):
    """Returns what peers are faster at, in words; `there` has rows by variant."""
    ratios = {
        one: float(there[one]["ratio_to_shipped"])
        for one in _PEERS
        if one in there and there[one]["ratio_to_shipped"]
    }
    best = min(ratios, key=ratios.get, default=None)
    if best is None or ratios[best] >= 1:
        return []
    return [f"{what} ({_VARIANTS[best]}: {ratios[best]:.3g})"]


def _verdict(behind, compared):
    if not compared:
        return ""
    ahead = f"{compared - len(behind)} of {compared} rows that have it"
    slower = f" Slower at: {'; '.join(behind)}." if behind else ""
    return f"**At least as fast as PyTorch in {ahead}.**{slower}"


def _batch(row):
    return f"{row['batch']}x{row['side']}x{row['side']}"


def _percent(shares):
    return f"{100 * float(shares.iloc[0]):.3g}" if len(shares) else ""


def _ratio(row):
    """Returns a variant's ratio, with > where it was stopped before its end."""
    bound = "> " if row.get("at_least") == "True" else ""
    ratio = row["ratio_to_shipped"]
    return f"{bound}{_short(ratio)}" if ratio else "-"


def _value(text):
    try:
        return _short(text)
    except ValueError:
        return text


def _short(text):
    """Returns a number in three digits, and nothing as a dash."""
    if not text:
        return "-"
    number = float(text)
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"
