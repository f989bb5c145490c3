"""Gives each reader many damaged inputs; exits with 1 where one is not told in words.

`make fuzz` runs it: 10,000 inputs for each reader, in a process that is killed if one
computes for more than 10 s, and that may take 1 GiB more than a valid one needs. An
input that reaches lines of the suite that none before it did is changed further. Equal
seeds give equal inputs. What is found is kept in `build/fuzz/`; `--replay` reads it
again. `fuzzed.csv` has the longest run of each reader.
"""

import argparse
import os
import random
import re
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.faults.preload import preload
from tests.fuzz.child import Child, write_inputs
from tests.fuzz.counts import FILE, read_counts, write_counts
from tests.fuzz.formats import damaged
from tests.fuzz.readers import READERS

LIMIT = 10.0  # seconds of processor time for each input
_KEPT = 300  # inputs of each file that are changed further
_TRACED = 5  # one of so many inputs is traced, which takes twice the time
_SHOWN = 30  # lines of a traceback


def main(arguments=None):
    """Runs what the command line asks for; returns the exit code."""
    options = _options(arguments)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    known = {reader.name: reader for reader in READERS}
    unknown = [name for name in options.reader if name not in known]
    if unknown:
        print(f"error: no reader {', '.join(unknown)}; there are {', '.join(known)}")
        return 2
    chosen = [known[name] for name in options.reader] or READERS
    if options.replay:
        return int(_replay(chosen[0], options.replay, options.limit) > 0)
    rows = read_counts(options.table)
    if options.resume:
        chosen = [one for one in chosen if _inputs(rows, one) < options.count]
    if len(chosen) > 1:
        preload()  # once, not in two processes for each reader
    found = 0
    for reader in chosen:
        finds, row = fuzz(reader, options.count, options.seed, options.out)
        found += len(finds)
        if _inputs(rows, reader) <= options.count:
            rows[reader.name] = row
            write_counts(rows, [*known], options.table)
    return int(found > 0)


def _inputs(rows, reader):
    """Returns how many inputs a reader has had in its longest run."""
    return int(rows[reader.name]["inputs"]) if reader.name in rows else 0


def _options(arguments):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    add = parser.add_argument
    add("--reader", action="append", default=[], help="one of them; may repeat")
    add("--count", type=int, default=10_000, help="inputs for each reader")
    add("--seed", type=int, default=0, help="other inputs")
    add("--limit", type=float, default=LIMIT, help="processor seconds per input")
    add("--table", type=Path, default=FILE, help="where counts go")
    add("--resume", action="store_true", help="only readers that had fewer inputs")
    add("--out", type=Path, default=Path("build/fuzz"), help="folder of the finds")
    add("--replay", type=Path, help="a folder of the finds, with --reader")
    options = parser.parse_args(arguments)
    if options.replay and len(options.reader) != 1:
        parser.error("--replay needs one --reader")
    return options


def fuzz(reader, count, seed, out, say=print, limit=LIMIT):
    """Gives damaged inputs to a reader.

    Args:
        reader: the `Reader`.
        count: number of inputs.
        seed: of all that is drawn.
        out: folder where the input of each find is kept.
        say: function that shows a line of text.
        limit: seconds of processor time for each input.

    Returns:
        The first `Outcome` of each find, by its key, and a row of `fuzzed.csv`.
    """
    finds, kinds, begin = {}, Counter(), sum(os.times()[:4])
    with tempfile.TemporaryDirectory(dir=_memory()) as folder:
        whole, used = Path(folder, "whole"), Path(folder, "used")
        whole.mkdir()
        write_inputs(reader, whole)
        corpus = {
            path.relative_to(whole).as_posix(): [path.read_bytes()]
            for path in sorted(whole.rglob("*"))
            if path.is_file()
        }
        child = Child(reader, limit)
        try:
            for number in range(count):
                draw = random.Random(f"{seed} {reader.name} {number}")
                name = draw.choice(sorted(corpus))
                content = damaged(name, draw.choice(corpus[name]), draw)
                target = used if reader.whole else used / name
                if not child.runs:
                    _lay(whole, used)
                    child.begin(used if reader.whole else used / min(corpus))
                _lay(whole, used, name, content)
                if reader.sign and draw.random() < 0.5:
                    reader.sign(used)
                outcome = child.read(target, number % _TRACED == 0)
                kinds[outcome.kind] += 1
                if outcome.is_new and len(corpus[name]) < _KEPT:
                    corpus[name].append(content)
                if outcome.is_find and outcome.key not in finds:
                    finds[outcome.key] = outcome
                    _keep(out / reader.name, outcome, used, number)
                    say(f"{reader.name} {number}, {name}: {outcome.key}")
        finally:
            child.close()
    speed = count / max(sum(os.times()[:4]) - begin, 1e-9)
    row = {"reader": reader.name, "seed": seed, "inputs": count, "read": kinds["read"]}
    row |= {"refused": kinds["refused"], "finds": len(finds)}
    row |= {"kept": sum(map(len, corpus.values())), "per_second": f"{speed:.0f}"}
    say(", ".join(f"{key} {value}" for key, value in row.items()))
    return finds, row


def _lay(whole, used, name=None, content=None):
    """Lays a valid folder, perhaps with one damaged file."""
    shutil.rmtree(used, ignore_errors=True)
    shutil.copytree(whole, used)
    if name is not None:
        (used / name).write_bytes(content)


def _keep(folder, outcome, used, number):
    """Keeps the input of a find, and what it gave."""
    kept = folder / f"{number}-{re.sub(r'[^A-Za-z0-9.]+', '-', outcome.key)[-80:]}"
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(used, kept / "input")
    (kept / "outcome.txt").write_text(outcome.text, encoding="utf-8", errors="replace")


def _replay(reader, folder, limit):
    """Reads kept finds of one reader again; returns how many are still finds."""
    found = 0
    with tempfile.TemporaryDirectory(dir=_memory()) as place:
        whole, used = Path(place, "whole"), Path(place, "used")
        whole.mkdir()
        write_inputs(reader, whole)
        child = Child(reader, limit)
        for kept in sorted(folder.glob("**/input")):
            names = [p.relative_to(kept) for p in kept.rglob("*") if p.is_file()]
            for name in [Path()] if reader.whole else names:
                if not child.runs:
                    _lay(whole, used)
                    child.begin(used if reader.whole else used / min(names))
                _lay(kept, used)
                outcome = child.read(used / name)
                if outcome.is_find:
                    found += 1
                    print(f"{kept}: {outcome.key}")
                    print("\n".join(outcome.text.splitlines()[-_SHOWN:]))
        child.close()
    return found


def _memory():
    """Returns the folder of a disk in memory, or None."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


if __name__ == "__main__":
    sys.exit(main())
