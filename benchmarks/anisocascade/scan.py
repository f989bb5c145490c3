"""Where the seconds of `predict anisocascade` go, stage by stage.

Run `python -m benchmarks.anisocascade.scan CASE`.

Each round starts the command anew, as a user does, from the case's four files to the
file of labels (`scan_peer`). A network's first call with patches of a size traces,
optimizes and compiles; what it takes beyond the later ones is the stage `compiling`.
With `--before COMMIT` that commit of this repository takes turns with the checkout,
unpacked beside it. Seconds are medians of the rounds, and `ratio_to_shipped` is the
median of the rounds' own ratios.
"""

import argparse
import io
import json
import os
import resource
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path
from statistics import median

from benchmarks.shared.measure import median_ratio
from benchmarks.shared.options import count, folder
from benchmarks.shared.record import Record
from papers.engine.console import Console

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "benchmarks" / "results" / "anisocascade_scan.csv"
WEIGHTS = ROOT / "weights" / "anisocascade"
# In the order of the work. The first begins when the process is started; the last goes
# from the end of the command to that of the process.
STAGES = (
    *("imports", "loading weights", "reading", "checks", "hashes", "compiling"),
    *("networks", "crops, noise, components", "writing", "the rest", "ending"),
)
ALL, NOT_NETWORKS = "all", "all but the networks"


def main(arguments=None):
    """Measures, prints the table and writes the rows."""
    options = _arguments(arguments)
    console, started = Console(), time.monotonic()
    record = Record(options.results, ("case",), ("variant", "stage"), console)
    rounds, codes = {}, {"shipped": record.made_on["commit"]}
    with tempfile.TemporaryDirectory() as work:
        checkouts = {"shipped": ROOT}
        if options.before:
            codes["before"] = options.before
            checkouts["before"] = unpack(options.before, Path(work, "before"))
        for number in range(options.rounds):
            for variant, checkout in checkouts.items():
                console.say(f"round {number + 1} of {options.rounds}: {variant}")
                taken = run(checkout, options.case, options.weights, Path(work))
                rounds.setdefault(variant, []).append(taken)
    rows = rows_of(rounds)
    for row in rows:
        row |= {"case": options.case.name, "code": codes[row["variant"]]}
    record.add(rows)
    shown = ("variant", "stage", "s", "cpu_s", "ratio_to_shipped")
    console.table(
        shown, [["" if row[n] is None else row[n] for n in shown] for row in rows]
    )
    minutes = (time.monotonic() - started) / 60
    console.say(f"rows: {options.results} ({minutes:.1f} min)")


def _arguments(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("case", type=folder, help="of one case")
    parser.add_argument("--weights", type=Path, default=WEIGHTS)
    parser.add_argument("--before", metavar="COMMIT", help="an older one, beside this")
    parser.add_argument("--rounds", type=count, default=3)
    parser.add_argument("--results", type=Path, default=RESULTS)
    options = parser.parse_args(arguments)
    if not options.weights.is_dir():
        parser.error(
            f"expected imported weights in {options.weights}, received no folder: "
            "`make weights-anisocascade` fetches them"
        )
    options.case, options.weights = options.case.resolve(), options.weights.resolve()
    if options.before:
        commit = f"{options.before}^{{commit}}"
        found = _git("rev-parse", "--short=10", "--verify", commit)
        if found.returncode:
            parser.error(f"expected a commit of this clone, received {options.before}")
        options.before = found.stdout.decode().strip()
    return options


def unpack(commit, folder):
    """Writes the files of a commit into a new folder; returns it."""
    archive = _git("archive", commit)
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as files:
        files.extractall(folder, filter="data")
    return folder


def run(checkout, case, weights, folder):
    """Runs the command once in a process of its own.

    Args:
        checkout: folder of the code that runs.
        case: folder of the case.
        weights: folder of the imported weights.
        folder: for files that nobody keeps.

    Returns:
        A dict of `seconds`, wall and processor seconds by stage, and `peak_gb`.
    """
    labels, times = folder / "labels.nii.gz", folder / "times.json"
    for path in (labels, Path(f"{labels}.json"), times):
        path.unlink(missing_ok=True)
    program = [sys.executable, "-P", Path(__file__).with_name("scan_peer.py")]
    cpu, started = _cpu_of_children(), time.monotonic()
    files = [str(path) for path in (case, weights, labels, times)]
    subprocess.run(
        [*program, str(started), *files],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(checkout)},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    taken = time.monotonic() - started, _cpu_of_children() - cpu
    found = json.loads(times.read_text(encoding="utf-8"))
    counted = _sum(found["seconds"].values())
    ending = [all_of - part for all_of, part in zip(taken, counted, strict=True)]
    found["seconds"]["ending"] = ending
    return found


def _cpu_of_children():
    """Returns the processor seconds of all processes that were waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def rows_of(rounds):
    """Returns one row per variant and stage, and for the sums of all.

    Args:
        rounds: by variant, a list of what `run` returns for each round.
    """
    summed = {
        variant: [_with_sums(one["seconds"]) for one in found]
        for variant, found in rounds.items()
    }
    rows = []
    for variant, found in summed.items():
        for stage in (*STAGES, NOT_NETWORKS, ALL):
            turns = [one[stage] for one in found]
            others = [one[stage] for one in summed["shipped"]]
            rows.append(
                {
                    "variant": variant,
                    "stage": stage,
                    "s": round(median(wall for wall, _ in turns), 2),
                    "cpu_s": round(median(cpu for _, cpu in turns), 2),
                    "ratio_to_shipped": _ratio(turns, others),
                    "peak_gb": round(max(o["peak_gb"] for o in rounds[variant]), 2),
                    "rounds": len(turns),
                }
            )
    return rows


def _with_sums(seconds):
    total = _sum(seconds.values())
    rest = _sum(spent for stage, spent in seconds.items() if stage != "networks")
    return {s: seconds.get(s, (0.0, 0.0)) for s in STAGES} | {
        ALL: total,
        NOT_NETWORKS: rest,
    }


def _ratio(turns, others):
    """Returns the ratio of a stage's times, None where one takes none."""
    return median_ratio(turns, others) if all(wall for wall, _ in others) else None


def _sum(pairs):
    return tuple(map(sum, zip(*pairs, strict=True)))


def _git(*arguments):
    return subprocess.run(
        ["git", "-C", ROOT, *arguments], capture_output=True, check=False
    )


if __name__ == "__main__":
    main()
