"""The tables of how fast the suite is beside others, from the benchmarks' rows."""

from papers.engine.pages.benchmarks import rows_of
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


def speed_table(name, command):
    """Returns the Markdown table of the suite's networks beside PyTorch's.

    Args:
        name: name of the file in `benchmarks/results/`, without its ending.
        command: what measures it.

    Returns:
        A line for each network, part, size and precision; or a sentence where nothing
        has been measured.
    """
    rows = rows_of(name)
    if rows is None:
        return f"Not measured yet: `{command}`."
    lines = [
        (
            f"`{row['network']}`",
            PARTS[row["part"]],
            f"{row['batch']}x{row['side']}x{row['side']}",
            row["precision"],
            *map(_short, row[["ms", "first_s", "share_of_peak", "times_faster"]]),
        )
        for _, row in rows[rows["variant"] == SHIPPED].iterrows()
    ]
    head = ("network", "part", "batch", "type", "ms", "first call, s")
    table = markdown((*head, "share of the peak", "times PyTorch's speed"), lines)
    return (
        f"{measured(name, rows, command)} Above 1 we are faster than PyTorch's better "
        "memory format. The peak is that of a large product of matrices of the same "
        f"type in the same rounds.\n\n{table}"
    )


def ratio_table(name, command, keys, unit="s", extras=(), where=None, without=()):
    """Returns the table of ours beside each other variant, as ratios of one run.

    Args:
        name: name of the file in `benchmarks/results/`, without its ending.
        command: what measures it.
        keys: columns that name what was measured, such as `("network", "part")`.
        unit: column of our time, `"s"` or `"ms"`.
        extras: further columns of our rows to show.
        where: the values of other columns that the rows shall have, by name.
        without: variants that are left to the file of rows.

    Returns:
        A line for each measured thing: our time, then how many times as long as ours
        each other variant takes; or a sentence where nothing has been measured.
    """
    rows = rows_of(name)
    if rows is None:
        return f"Not measured yet: `{command}`."
    said = measured(name, rows, command)
    for column, wanted in (where or {}).items():
        if column in rows:
            rows = rows[rows[column] == wanted]
    rows = rows[~rows["variant"].isin(without)]
    others = [one for one in _VARIANTS if (rows["variant"] == one).any()]
    lines = []
    for _, group in rows.groupby(list(keys), sort=False):
        by_variant = group.drop_duplicates("variant").set_index("variant")
        if SHIPPED not in by_variant.index:
            continue
        mine = by_variant.loc[SHIPPED]
        names = [PARTS.get(mine[key], mine[key]) for key in keys]
        ratios = [
            _ratio(by_variant.loc[one]) if one in by_variant.index else ""
            for one in others
        ]
        lines.append((*names, *(_short(mine[c]) for c in (unit, *extras)), *ratios))
    head = (*keys, f"ours, {unit}", *(_HEADS[name] for name in extras))
    table = markdown((*head, *(_VARIANTS[one] for one in others)), lines)
    return (
        f"{said} The columns of others say how many times as long as ours they take; "
        f"above 1 we are faster.\n\n{table}"
    )


def plain_table(name, command, columns):
    """Returns some columns of a benchmark's rows as they are.

    Args:
        name: name of the file in `benchmarks/results/`, without its ending.
        command: what measures it.
        columns: the heads of the table by column of the file.
    """
    rows = rows_of(name)
    if rows is None:
        return f"Not measured yet: `{command}`."
    lines = [[_value(text) for text in row] for row in rows[list(columns)].to_numpy()]
    table = markdown(tuple(columns.values()), lines)
    return f"{measured(name, rows, command)}\n\n{table}"


def measured(name, rows, command):
    """Returns where, with what and how rows were measured, in words.

    Args:
        name: name of the file in `benchmarks/results/`, without its ending.
        rows: its rows, a `DataFrame` of texts.
        command: what measures it.
    """
    machines = _together(rows["machine"])
    versions = _together(rows["versions"]) if "versions" in rows else ""
    peers = _together(rows["peer_version"]) if "peer_version" in rows else ""
    used = ", ".join(filter(None, [versions, peers and f"PyTorch {peers}"]))
    return (
        f"Measured by `{command}` on {machines} ({used}), in turns within one run; "
        f"rows: `benchmarks/results/{name}.csv`."
    )


def _together(values):
    return " and ".join(sorted(set(values) - {""}))


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
