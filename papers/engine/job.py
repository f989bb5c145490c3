"""The jobs of a reproduction: one training each, self-contained and resumable."""

from dataclasses import dataclass, field
from pathlib import Path

from common.errors import UserError
from common.evidence import as_dict, protocol_digest, replace
from common.files import digest, read_json, sha256
from data.splits.folds import rule_kept, split
from data.splits.split import Split
from papers.engine.devices.towers_for import shared_by
from papers.engine.paper import Paper


@dataclass(frozen=True)
class Request:
    """What a user asked for.

    Args:
        paper: the paper.
        data: folder of the data set.
        profile: name of the profile.
        methods: ids of the methods, or none for the default.
        splits: some of the paper's `splits`, or none for the first.
        folds: test folds from 0, or none for all.
        seeds: seeds, one run each.
        changes: protocol values replaced by the user, by dotted key.
        splits_file: CSV with the user's own folds, or None.
        workers: processes that prepare cases.
        gpus: number of GPUs, or None.
    """

    paper: Paper
    data: Path
    profile: str
    methods: tuple[str, ...] = ()
    splits: tuple[str, ...] = ()
    folds: tuple[int, ...] = ()
    seeds: tuple[int, ...] = (0,)
    changes: dict = field(default_factory=dict)
    splits_file: Path | None = None
    workers: int = 1
    gpus: int | None = None

    def protocol(self):
        """Returns the profile's protocol with the user's changes.

        Raises:
            UserError: the profile or a key is unknown.
        """
        return replace(self.paper.protocol_of(self.profile), self.changes)

    def profile_label(self):
        """Returns the profile's name with every change but the budget."""
        changes = {k: v for k, v in self.changes.items() if k != "training.epochs"}
        if self.shared_by:
            changes["towers"] = self.shared_by
        return ", ".join([self.profile, *(f"{k}={v}" for k, v in changes.items())])

    @property
    def shared_by(self):
        """Number of towers that share a batch by the user's wish, or None."""
        return shared_by(self.gpus, self.protocol())


@dataclass(frozen=True)
class Job:
    """One method trained on one split with one seed.

    Args:
        method: the paper's method.
        protocol: all other settings.
        split_name: what rows say of the folds: `"image"`, `"patient"`, ….
        split: the cases.
        seed: seed of weights and data order.
        fingerprint: hash of the data set.
        needs: the jobs that come before, by their methods' ids.
        runs: folder of the data set's and profile's runs.
        weights: folder of the weights of a method that is given, else None.
        shared_by: towers that share a batch, where the protocol has none; else None.
    """

    method: object
    protocol: object
    split_name: str
    split: Split
    seed: int
    fingerprint: str
    needs: dict = field(hash=False)
    runs: Path
    weights: Path | None = None
    shared_by: int | None = None

    @property
    def previous(self):
        """The job whose output is this one's input, or None."""
        return self.needs.get(self.method.previous)

    @property
    def starts_from(self):
        """The job whose weights this one begins with, or None."""
        return self.needs.get(self.method.starts_from)

    @property
    def parts(self):
        """The jobs that this one is put together of."""
        return [self.needs[name] for name in self.method.parts]

    @property
    def base_key(self):
        """Hash of all that decides the numbers, but the number of epochs.

        Runs that differ only in epochs share it: the longer one may go on from
        the shorter one's last state, unless the method's loss depends on them.
        """
        others = [job.key for job in (self.starts_from, *self.parts) if job]
        others += [sha256(self.weights_list)] if self.finished_given() else []
        return digest(
            {
                **({"others": others} if others else {}),
                **({"towers": self.shared_by} if self.shared_by else {}),
                "method": self.method.key,
                "protocol": protocol_digest(self.protocol, ("training.epochs",)),
                "split": self.split.digest(),
                "seed": self.seed,
                "fingerprint": self.fingerprint,
                "previous": self.previous.key if self.previous else None,
            }
        )

    @property
    def key(self):
        """Hash of all that decides the numbers."""
        return digest([self.base_key, self.protocol.training.epochs])

    @property
    def name(self):
        """Readable and unique: method, split, fold, seed, budget, hash."""
        return (
            f"{self.method.id}-{self.split_name}-fold{self.split.fold}"
            f"-seed{self.seed}-{self.length}-{self.key[:8]}"
        )

    @property
    def length(self):
        """The length of the training as the names of files and folders show it."""
        return "given" if self.weights else f"{self.protocol.training.epochs}epochs"

    @property
    def folder(self):
        """The run's folder."""
        return self.runs / self.name

    @property
    def budget(self):
        """The budget as the tables show it."""
        return "weights as given" if self.weights else self.protocol.budget

    @property
    def weights_list(self):
        """The file that lists the weights of a method that is given."""
        return self.weights / "manifest.json"

    def finished_given(self):
        """Tells whether the weights of a method that is given are there."""
        return bool(self.weights) and self.weights_list.exists()

    def finished(self):
        """Returns what the finished training left, or None.

        What trains nothing is finished when its parts are.
        """
        if self.weights:
            return {"seconds": 0.0} if self.finished_given() else None
        if self.parts:
            done = [part.finished() for part in self.parts]
            return {"seconds": sum(d["seconds"] for d in done)} if all(done) else None
        path = self.folder / "finished.json"
        return read_json(path) if path.exists() else None

    def shorter(self):
        """Returns the longest finished run that this one may continue, or None."""
        if self.method.budget_in_loss:
            return None
        candidates = []
        for path in self.runs.glob(f"{self.method.id}-*/finished.json"):
            done = read_json(path)
            fewer = done["epochs"] < self.protocol.training.epochs
            if done["base_key"] == self.base_key and fewer:
                candidates.append((done["epochs"], path.parent))
        return max(candidates)[1] if candidates else None

    def describe(self):
        """Returns the job as JSON: what `job.json` in its folder holds."""
        return {
            "method": self.method.id,
            "protocol": as_dict(self.protocol),
            "split": self.split_name,
            "fold": self.split.fold,
            "train": self.split.train,
            "validation": self.split.validation,
            "test": self.split.test,
            "seed": self.seed,
            "fingerprint": self.fingerprint,
            "previous": self.previous.name if self.previous else None,
            "key": self.key,
            "base_key": self.base_key,
        }


def plan_jobs(request, dataset, runs, weights=None):
    """Lists the jobs of a request, each after the one it needs.

    Args:
        request: a `Request`.
        dataset: the opened data set.
        runs: folder of all runs.
        weights: folder of the weights that are not trained here.

    Returns:
        A list of `Job`.

    Raises:
        UserError: a split, method or fold does not exist.
    """
    paper, protocol = request.paper, request.protocol()
    fingerprint = dataset.fingerprint()
    folder = runs / paper.id / f"{dataset.name}-{fingerprint[:8]}" / request.profile
    cases = list(dataset)
    all_labeled = tuple(case.id for case in cases if case.label)
    jobs = [
        Job(
            method=method,
            protocol=protocol,
            split_name="none",
            split=Split(0, (), (), all_labeled),
            seed=0,
            fingerprint=fingerprint,
            needs={},
            runs=folder,
            weights=weights,
        )
        for method in paper.methods
        if method.given and method.id in request.methods
    ]
    if jobs and len(jobs) == len(request.methods):
        return jobs
    names = request.splits or paper.splits[:1]
    names = ("file",) if request.splits_file else names
    for name in names:
        possible = (*paper.splits, *paper.more_splits)
        if name not in (*possible, "file"):
            expected = " or ".join(possible)
            raise UserError(f"SPLIT={name}", expected, name, "correct it")
        origin, splits = _splits(request, dataset, cases, name, protocol)
        methods = _methods(paper, request, name)
        for one in splits:
            for seed in request.seeds:
                done = {}
                for method in methods:
                    done[method.id] = Job(
                        method=method,
                        protocol=protocol,
                        split_name=origin,
                        split=one,
                        seed=seed,
                        fingerprint=fingerprint,
                        needs={name: done[name] for name in method.needs},
                        runs=folder,
                        shared_by=request.shared_by,
                    )
                jobs += done.values()
    return jobs


def _splits(request, dataset, cases, name, protocol):
    """Returns the splits' origin and the splits that a request asks for."""
    experiment, file = request.paper.experiment, request.splits_file
    if hasattr(experiment, "splits"):
        origin, by_fold = experiment.splits(dataset, name, protocol, file)
        unknown = set(request.folds) - set(by_fold)
        if unknown:
            expected = f"one of {', '.join(map(str, by_fold))}"
            raise UserError(f"FOLDS={min(unknown)}", expected, unknown, "correct it")
        return origin, [by_fold[fold] for fold in request.folds or by_fold]
    origin, folds = experiment.folds(dataset, name, protocol, file)
    share, seed = protocol.folds.validation_share, protocol.folds.fold_seed
    rule = rule_kept(cases, folds)
    wanted = request.folds or sorted(set(folds.values()))
    return origin, [split(cases, folds, fold, share, seed, rule) for fold in wanted]


def _methods(paper, request, split_name):
    """The methods asked for and those they need, in the paper's order."""
    default = [m.id for m in paper.methods if m.by_default and not m.given]
    if paper.leak_methods and split_name == "patient" and len(request.splits) > 1:
        default = paper.leak_methods  # beside the image-wise run of all methods
    wanted = set(request.methods or default)
    by_id = {method.id: method for method in paper.methods}
    unknown = wanted - set(by_id)
    if unknown:
        raise UserError(
            f"METHODS={','.join(sorted(unknown))}",
            f"methods of {paper.id}: {', '.join(by_id)}",
            ", ".join(sorted(unknown)),
            f"see `python -m papers describe {paper.id}`",
        )
    for method in reversed(paper.methods):  # each comes after those it needs
        if method.id in wanted:
            wanted.update(method.needs)
    return [m for m in paper.methods if m.id in wanted and not m.given]
