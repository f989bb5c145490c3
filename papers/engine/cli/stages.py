"""What each verb of the command line does."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from common import evidence
from common.audit.audit import write_audit
from common.errors import UserError
from common.files import write_text
from common.reporting import verify as ranges
from common.reporting.tables import joined_table
from common.reporting.text import to_csv
from data.brats.releases import MODALITIES
from data.integrity import SEVERITIES, exit_code
from data.prepared.n4 import N4
from data.prepared.prepare import hash_cases
from data.prepared.prepare import prepare_volumes as prepare_cache
from data.prepared.volume_cache import VolumeCache
from papers import registry
from papers.engine import datasets, pages
from papers.engine.console import Console
from papers.engine.devices.towers_for import check_devices
from papers.engine.job import Request
from papers.engine.quiet import import_tensorflow
from papers.engine.results import announce, check_derived, draw_figures, write_tables

# Fixed default folders, below the folder the command runs in.
WORKSPACE = Path(".")
CACHE = WORKSPACE / "cache"
DOWNLOADS = WORKSPACE / "downloads"
PAPERS = Path(__file__).parents[2]


@dataclass(frozen=True)
class Options:
    """The options that all stages share, as typed on the command line."""

    paper: str
    data: Path | None = None
    profile: str | None = None
    methods: str = ""
    split: str | None = None
    folds: str = ""
    seeds: str = "0"
    splits: Path | None = None
    epochs: int | None = None
    changes: tuple[str, ...] = ()
    results: Path = Path("results")
    workers: int = 1
    gpus: int | None = None
    only: str = ""


def list_papers():
    """Prints the papers of the suite."""
    rows = [
        (paper.id, paper.title, paper.dataset, ", ".join(m.id for m in paper.methods))
        for paper in registry.papers()
    ]
    Console().table(("paper", "title", "data set", "methods"), rows)


def describe(paper_id, profile):
    """Prints every value of a paper's protocol and where it comes from."""
    paper, console = registry.paper(paper_id), Console()
    console.say(f"{paper.title}\n{paper.citation}\n")
    console.say(f"Methods: {', '.join(f'{m.id} ({m.title})' for m in paper.methods)}")
    for name, changes in paper.profiles.items():
        values = ", ".join(f"{key}={value}" for key, value in changes.items())
        console.say(f"Profile {name} replaces {values or 'nothing'}")
    rows = [
        (entry.key, entry.value, entry.kind, entry.note)
        for entry in evidence.describe(paper.protocol_of(profile))
    ]
    console.table(("key", "value", "evidence", "where or why"), rows, profile)


def prepare(options):
    """Prepares the data set."""
    _runner(options).prepare()


def train(options):
    """Trains the methods."""
    runner = _prepared(options, trains=True)
    if not options.only:
        runner.train_at_once(options)
    for job in runner.jobs:
        if options.only in ("", job.name):
            runner.train(job)


def evaluate(options):
    """Scores the methods."""
    runner = _prepared(options)
    for job in runner.jobs:
        if job.method.scored:
            runner.evaluate(job)


def table(options):
    """Writes the tables from evaluated methods."""
    runner = _runner(options)
    _check_any(runner, options)
    announce(runner, write_tables(runner, options.results))


def figure(options):
    """Draws the figures from evaluated methods."""
    runner = _prepared(options)
    _check_any(runner, options)
    announce(runner, draw_figures(runner, options.results))


def reproduce(options):
    """Runs all stages, each job to its end before the next begins."""
    runner = _prepared(options, trains=True)
    runner.train_at_once(options)
    for number, job in enumerate(runner.jobs, 1):
        runner.console.say(f"[{number}/{len(runner.jobs)}] {job.name}")
        runner.train(job)
        if job.method.scored:
            runner.evaluate(job)
    files = write_tables(runner, options.results)
    files += draw_figures(runner, options.results)
    announce(runner, files)


def _check_any(runner, options):
    if not any(job.finished() for job in runner.jobs):
        raise UserError(
            runner.jobs[0].runs,
            "at least one trained method",
            "none of " + ", ".join(job.name for job in runner.jobs),
            f"make reproduce-{options.paper} with the same options",
        )


def dry_run(verb, options):
    """Prints what a verb would run and how long it took last time."""
    runner = _runner(options, dry=True)
    if runner is None:
        return
    if verb == "prepare":
        there = sum(runner.cache.path(case.id).exists() for case in runner.dataset)
        runner.console.say(f"prepared: {there} of {len(runner.dataset)} cases")
        return
    rows = []
    for job in runner.jobs:
        if verb == "evaluate":
            state, seconds = runner.scores_of(job)
        else:
            state, seconds = runner.progress_of(job)
        time = "" if seconds is None else f"{seconds / 60:.1f} min"
        rows.append((job.name, state, time))
    runner.console.table(("job", "state", "last time"), rows, f"{verb} would run")


def check_data(dataset, folder):
    """Prints every finding about a data set; returns the exit code."""
    console, folder = Console(), folder or DOWNLOADS / dataset
    console.say(f"reading every file of {folder}")
    findings = datasets.tools(dataset).check(folder)
    rows = [(f.severity, f.code, f.file, f.found, f.fix) for f in findings]
    console.table(("severity", "finding", "file", "found", "fix"), rows)
    counts = Counter(finding.severity for finding in findings)
    console.say(", ".join(_count(counts[name], name) for name in SEVERITIES))
    return exit_code(findings)


def download(dataset, folder):
    """Downloads a public data set."""
    console = Console()
    folder = folder or DOWNLOADS / dataset
    fetch = datasets.tools(dataset).download
    if fetch is None:
        raise UserError(
            f"DATASET={dataset}",
            "a data set that is open to all",
            "one that is handed out to registered users",
            "register with its organizers (README.md says where), then DATA=folder",
        )
    fetch(folder, console.say)
    console.say(f"data: {folder}")


def phantom(dataset, folder, count, seed=0, shape="", unlabeled=False):
    """Writes a phantom of a data set; shape and labels are those of volumes."""
    console, tools = Console(), datasets.tools(dataset)
    if count is None:
        count = tools.phantom_count
    if count < 1:
        raise UserError(f"COUNT={count}", "at least 1", count, "correct it")
    folder = folder or CACHE / f"phantom-{dataset}-{count}"
    extra = {"labeled": False} if unlabeled else {}
    if shape:
        extra["shape"] = _numbers(shape, "SHAPE")
    if extra and tools.open_volumes is None:
        raise UserError(
            f"SHAPE={shape}", "a data set of volumes", dataset, "leave it out"
        )
    if shape and (len(extra["shape"]) != 3 or min(extra["shape"]) < 16):
        expected = "depth,height,width of at least 16,48,48 voxels"
        raise UserError(f"SHAPE={shape}", expected, shape, "correct it")
    tools.write_phantom(folder, **tools.phantom_size(count), seed=seed, **extra)
    console.say(f"phantom: {folder}")


def prepare_volumes(dataset, folder, workers, n4):
    """Prepares a data set of volumes once, for all papers.

    Args:
        dataset: its name, such as `"brats17"`.
        folder: where it lies.
        workers: number of processes.
        n4: the `data.prepared.n4.N4` that corrects the intensities, or None.
    """
    open_volumes = datasets.tools(dataset).open_volumes
    if open_volumes is None:
        raise UserError(
            f"DATASET={dataset}",
            "a data set of volumes",
            "one of slices",
            "use the paper's own `prepare`, such as make prepare-linkdsl",
        )
    if workers < 1:
        raise UserError(f"WORKERS={workers}", "at least 1", workers, "correct it")
    volumes = open_volumes(folder or DOWNLOADS / dataset)
    hash_cases(volumes, Console().say)
    cache = VolumeCache(CACHE, volumes.name, volumes.fingerprint(), n4)
    prepare_cache(volumes, cache, workers, Console().say)
    Console().say(f"prepared: {cache.folder}")


def n4_settings(n4, shrink, exclude):
    """Returns the `data.prepared.n4.N4` that was asked for, or None without `n4`."""
    modalities = _words(exclude)
    unknown = set(modalities) - set(MODALITIES)
    if shrink < 1 or unknown:
        raise UserError(
            f"SHRINK={shrink} EXCLUDE={exclude}",
            f"SHRINK of at least 1 and EXCLUDE among {','.join(MODALITIES)}",
            ", ".join(sorted(unknown)) or shrink,
            "correct it",
        )
    return N4(shrink=shrink, exclude=modalities) if n4 else None


def audit(results):
    """Writes what is odd about the numbers that the papers print."""
    folders = {path.parent.name: path for path in sorted(PAPERS.glob("*/published"))}
    path = results / "audit.csv"
    findings = write_audit(path, folders)
    console = Console()
    shown = ["severity", "paper", "table", "row", "columns", "rule", "explanation"]
    told = findings[findings["severity"] != "note"]
    console.table(shown, told[shown].to_numpy().tolist())
    counts = findings["severity"].value_counts()
    console.say(", ".join(f"{count} {name}" for name, count in counts.items()))
    console.say(f"wrote {path}")


def write_pages(results):
    """Makes the generated parts of all pages anew."""
    import_tensorflow()
    parts = []
    for paper in registry.papers():
        blocks = paper.page.blocks(paper, results)
        page = PAPERS / paper.id / "README.md"
        write_text(page, pages.update(page.read_text(encoding="utf-8"), blocks))
        parts.append(f"### `{paper.id}`\n\n{blocks['results']}")
        Console().say(f"wrote {page}")
    front = PAPERS.parent / "README.md"
    text = front.read_text(encoding="utf-8")
    write_text(front, pages.update(text, {"results": "\n\n".join(parts)}))
    Console().say(f"wrote {front}")


def join(dataset, results):
    """Joins the tables of all papers on one data set into one CSV file."""
    datasets.tools(dataset)
    folders = {}
    for paper in registry.papers():
        tables = paper.tables_on(dataset)
        if tables:
            folders[paper.id] = results / paper.id, tables
    path = results / f"table_{dataset}.csv"
    write_text(path, to_csv(joined_table(folders)))
    Console().say(f"table: {path}")


def verify(paper_id, results):
    """Compares results with their recorded ranges; returns the exit code."""
    console, failed = Console(), 0
    for paper in [registry.paper(paper_id)] if paper_id else registry.papers():
        folder = results / paper.id
        outcomes = ranges.verify(folder, paper.tables) + check_derived(paper, folder)
        for outcome in outcomes:
            console.say(str(outcome))
        failed += sum(not outcome.passed for outcome in outcomes)
    console.say(f"{failed} results have left their range" if failed else "all in range")
    return int(failed > 0)


def record(paper_id, results):
    """Records the present results as the expected range."""
    for paper in [registry.paper(paper_id)] if paper_id else registry.papers():
        ranges.record(results / paper.id, paper.tables)
        Console().say(f"recorded: {results / paper.id / 'expected.csv'}")


def _prepared(options, trains=False):
    runner = _runner(options)
    if trains and not all(job.finished() for job in runner.jobs):
        check_devices(options.gpus, runner.protocol)
    runner.prepare()
    return runner


def _runner(options, dry=False):
    import_tensorflow()
    from papers.engine.runner import Runner

    paper = registry.paper(options.paper)
    console = Console()
    changes = dict(_assignment(text) for text in options.changes)
    if options.epochs is not None:
        changes["training.epochs"] = options.epochs
    profile = options.profile or ("cpu" if options.data else "demo")
    is_demo = options.data is None and profile == "demo"
    data = options.data
    if is_demo:
        data = CACHE / f"phantom-{paper.id}-demo"
        console.say(f"no DATA given: the demo uses a phantom, {data}")
        if dry and not data.exists():
            console.say("it is not written yet, and nothing has been trained")
            return None
        if not data.exists():
            console.say("writing it (once)")
        datasets.tools(paper.dataset).write_phantom(data, **paper.phantom)
    elif data is None:
        data = DOWNLOADS / paper.dataset
    if options.splits and options.split:
        raise UserError(
            f"SPLIT={options.split} SPLITS={options.splits}",
            "one of the two",
            "both",
            "leave one out",
        )
    request = Request(
        paper=paper,
        data=data,
        profile=profile,
        methods=_words(options.methods),
        splits=_words(options.split) or (paper.splits if is_demo else ()),
        folds=_numbers(options.folds, "FOLDS") or ((0,) if is_demo else ()),
        seeds=_seeds(options.seeds),
        changes=changes,
        splits_file=options.splits,
        workers=options.workers,
        gpus=options.gpus,
    )
    return Runner(request, WORKSPACE, console)


def _assignment(text):
    key, equals, value = text.partition("=")
    if not equals:
        raise UserError(
            f"--set {text}", "KEY=VALUE", repr(text), "such as training.batch_size=4"
        )
    return key, value


def _words(text):
    return tuple(word.strip() for word in (text or "").split(",") if word.strip())


def _numbers(text, name):
    words = _words(text)
    for word in words:
        if not word.isdecimal():
            raise UserError(
                f"{name}={text}", "whole numbers such as 0,1", repr(word), "correct it"
            )
    return tuple(int(word) for word in words)


def _seeds(text):
    seeds = _numbers(text, "SEEDS")
    if not seeds or max(seeds) >= 2**32:
        expected = "whole numbers below 2^32, such as 0,1"
        raise UserError(f"SEEDS={text}", expected, repr(text), "correct it")
    return seeds


def _count(number, name):
    return f"{number} {name}" if number == 1 else f"{number} {name}s"
