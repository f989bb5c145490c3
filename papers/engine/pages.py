"""The parts of the pages that are generated from code and results.

A page holds them between `<!-- begin NAME -->` and `<!-- end NAME -->`. `make pages`
writes them, and a test checks that page and code agree.
"""

import math
import re

from common.errors import UserError
from common.evidence import describe
from common.reporting.text import read_text
from papers import registry
from papers.engine import headers


def update(text, blocks):
    """Returns a page's text with its generated parts replaced.

    Args:
        text: the page as Markdown.
        blocks: the new content of each part by name.

    Raises:
        UserError: the page lacks a part.
    """
    for name, content in blocks.items():
        pattern = rf"(<!-- begin {name} -->\n).*?(<!-- end {name} -->)"
        replaced, count = re.subn(
            pattern,
            lambda m, c=content: f"{m[1]}{c}\n{m[2]}",
            text,
            flags=re.DOTALL,
        )
        if count != 1:
            raise UserError(
                "the page",
                f"one part between `<!-- begin {name} -->` and `<!-- end {name} -->`",
                f"{count} of them",
                "put the two marks into the page, then run `make pages`",
            )
        text = replaced
    return text


def generated(root, results):
    """Yields each file that has generated parts, and its text with them replaced.

    Args:
        root: the folder of the repository.
        results: the folder of all results.
    """
    parts = []
    for paper in registry.papers():
        blocks = paper.page.blocks(paper, results)
        page = root / "papers" / paper.id / "README.md"
        yield page, update(page.read_text(encoding="utf-8"), blocks)
        protocol = root / "papers" / paper.id / "protocol.py"
        header = headers.header(paper, paper.page.costs(paper), results)
        yield protocol, headers.update(protocol.read_text(encoding="utf-8"), header)
        parts.append(f"### `{paper.id}`\n\n{blocks['results']}")
    front = root / "README.md"
    results_of_all = {"results": "\n\n".join(parts)}
    yield front, update(front.read_text(encoding="utf-8"), results_of_all)


def protocol_table(paper):
    """Returns a table of every value of the published protocol and its evidence."""
    rows = []
    for entry in describe(paper.published):
        note = entry.note
        options = entry.limits.options or ()
        if len(options) > 1:
            note += f"; possible: {', '.join(map(str, options))}"
        rows.append((f"`{entry.key}`", entry.value, entry.kind, note))
    return markdown(("key", "value", "evidence", "where or why"), rows)


def profiles_table(paper):
    """Returns a table of what each profile replaces in the protocol."""
    rows = [
        (name, ", ".join(f"`{k}={v}`" for k, v in changes.items()) or "nothing")
        for name, changes in paper.profiles.items()
    ]
    return markdown(("profile", "replaces in the protocol"), rows)


def network_diagram(model):
    """Returns a Mermaid diagram of a network with one box per block.

    A block comprises all layers whose names share the part before the first
    underscore; its box shows the output shape of the last one.

    Args:
        model: a Keras functional model.
    """
    blocks, edges = {}, []
    for layer in model.get_config()["layers"]:
        block = _block(layer["name"])
        blocks[block] = tuple(model.get_layer(layer["name"]).output.shape[1:])
        for source in map(_block, _sources(layer["inbound_nodes"])):
            if source != block and (source, block) not in edges:
                edges.append((source, block))
    lines = ["```mermaid", "flowchart TD"]
    for block, shape in blocks.items():
        size = " x ".join(map(str, shape))
        lines.append(f'  {block}["{block}<br/>{size}"]')
    lines += [f"  {source} --> {block}" for source, block in edges]
    return "\n".join([*lines, "```"])


def _block(layer_name):
    return layer_name.split("_")[0]


def _sources(config):
    """Returns the names of the layers whose outputs a node's arguments refer to."""
    if isinstance(config, dict):
        if "keras_history" in config:
            return [config["keras_history"][0]]
        config = list(config.values())
    if isinstance(config, list | tuple):
        return [name for part in config for name in _sources(part)]
    return []


def trainable_parameters(model):
    """Returns the number of trainable parameters, as papers count them."""
    return sum(math.prod(variable.shape) for variable in model.trainable_variables)


def results_table(folder, tables):
    """Returns the tables of a results folder in the paper's shape, one line per run.

    A cell shows the reproduced score with its 95 % interval over cases, and below it
    the published score and the gap.

    Args:
        folder: a folder such as `results/linkdsl`.
        tables: the paper's `common.reporting.table.Table`s.
    """
    cells = read_text(folder / "cells.csv", "`make tables` writes it")
    parts = []
    for table in tables:
        mine = cells[cells["table"] == table.name]
        titles = {row.key: row.title for row in table.rows}
        lines = {}
        for cell in mine.itertuples():
            lines.setdefault((cell.row, _run_on(cell)), {})[cell.column] = cell
        rows = [
            (
                titles[row],
                *(_cell(line.get(column.key)) for column in table.columns),
                max((cell.n_cases for cell in line.values()), key=len),
                "; ".join([run, *_notes(line.values())]),
            )
            for (row, run), line in lines.items()
        ]
        head = ("method", *(column.label for column in table.columns), "n", "run")
        name = f"Table {table.name.strip('_')}"
        parts.append(f"**{name}. {table.title}**\n\n{markdown(head, rows)}")
    names = [table.name for table in tables]
    ran = cells[cells["table"].isin(names) & (cells["data"] != "")]
    commands = dict.fromkeys((_run_on(cell), cell.command) for cell in ran.itertuples())
    if commands:
        rows = [(run, f"`{command}`") for run, command in commands]
        parts.append("**Commands**\n\n" + markdown(("run", "command"), rows))
    return "\n\n".join(parts)


def leak_table(folder, columns):
    """Returns a table of what image-wise folds overstate, method by method.

    Args:
        folder: a folder such as `results/linkdsl`.
        columns: the `common.reporting.table.Column`s to show.
    """
    lines = read_text(folder / "leak.csv", "`make tables` writes it")
    if lines.empty:
        return "No method has been run under both splits yet."
    rows = []
    for line in lines.to_dict("records"):
        for column in columns:
            values = [
                f"{_number(line[name])} [{_number(line[f'{name}_ci_low'])}, "
                f"{_number(line[f'{name}_ci_high'])}], n = {line[f'n_cases_{split}']}"
                for split in ("image", "patient")
                for name in [f"{column.key}_{split}"]
            ]
            gap = _number(line[f"{column.key}_gap"], "+")
            run = ", ".join(line[name] for name in ("data", "profile", "budget"))
            rows.append((line["method"], run, column.label, *values, gap))
    head = ("method", "run", "score", "image-wise", "patient-wise", "difference")
    return markdown(head, rows)


def markdown(head, rows):
    """Returns a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(str(c) for c in line)} |" for line in lines)


def _number(text, sign=""):
    if not text:
        return ""
    digits = 0 if abs(float(text)) >= 1000 else 4
    return f"{float(text):{sign},.{digits}f}"


def _cell(cell):
    """Returns the reproduced value, with the published one and the gap below it."""
    if cell is None:
        return ""
    value = _number(cell.reproduced)
    if cell.sd_seeds:
        value += f" ± {_number(cell.sd_seeds)} over seeds"
    if cell.ci_low != cell.ci_high:
        value += f" [{_number(cell.ci_low)}, {_number(cell.ci_high)}]"
    printed = f"published {_number(cell.published)}" if cell.published else ""
    if cell.gap:
        printed += f" ({_number(cell.gap, '+')})"
    return "<br>".join(part for part in (value, printed) if part)


def _notes(cells):
    """Returns the remarks of a run's cells, each one once."""
    notes = [note for cell in cells if cell.data for note in cell.note.split("; ")]
    return [note for note in dict.fromkeys(notes) if note]


def _run_on(cell):
    if not cell.data:
        return cell.note
    return (
        f"{cell.data} {cell.coverage}, {cell.profile}, {cell.budget}, "
        f"split {cell.split}, folds: {cell.folds}, seeds: {cell.seeds}"
    )
