"""A job: one training, self-contained and resumable, and where it stands."""

from dataclasses import dataclass, field
from pathlib import Path

from common.errors import UserError
from common.evidence import as_dict, protocol_digest
from common.files import digest, sha256
from data.splits.split import Split
from papers.engine.run import Run


@dataclass(frozen=True)
class Job:
    """One method trained on one split with one seed.

    Args:
        method: the paper's method.
        protocol: all other settings.
        split_name: where the folds come from, as the rows show it: `"image"`, ….
        split: the cases.
        seed: seed of weights and data order.
        fingerprint: hash of the data set.
        needs: the jobs that come before, by their methods' ids.
        runs: folder of the data set's and profile's runs.
        weights: folder of the authors' weights, where the method is their release;
            else None.
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
        """The jobs that this one is composed of."""
        return [self.needs[name] for name in self.method.parts]

    @property
    def trains(self):
        """Whether there is anything to train: no parts, and no released weights."""
        return not (self.parts or self.weights)

    @property
    def base_key(self):
        """Hash of what decides the numbers, except the number of epochs.

        Code is not hashed: whoever changes the numbers of a method in code, its
        preparation or its convention of scoring included, raises `Method.version`.

        Runs that differ only in epochs share it: the longer one may continue from the
        shorter one's last state, unless the method's loss depends on them.
        """
        others = [job.key for job in (self.starts_from, *self.parts) if job]
        others += [sha256(self.weights_list)] if self.has_released_weights() else []
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
    def short_name(self):
        """The name for people: method, split, fold and seed."""
        if self.weights:
            return self.method.id
        return (
            f"{self.method.id} {self.split_name} fold {self.split.fold} "
            f"seed {self.seed}"
        )

    @property
    def length(self):
        """The length of the training as the names of files and folders show it."""
        return "given" if self.weights else f"{self.protocol.training.epochs}epochs"

    @property
    def budget(self):
        """The budget as the tables show it."""
        return "weights as given" if self.weights else self.protocol.budget

    @property
    def checkpoint(self):
        """Which of the training's weights count: `"best"`, `"last"`, `"average"`."""
        return self.protocol.training.checkpoint

    @property
    def folder(self):
        """The run's folder."""
        return self.runs / self.name

    @property
    def run(self):
        """The run's folder as a `papers.engine.run.Run`."""
        return Run(self.folder)

    @property
    def weights_list(self):
        """The file that lists the released weights."""
        return self.weights / "manifest.json"

    def has_released_weights(self):
        """Whether the method is the authors' release and its weights are present."""
        return bool(self.weights) and self.weights_list.exists()

    def finished(self):
        """Returns what the finished training left, or None.

        A job that trains nothing is finished when its parts are, or when its released
        weights are present.
        """
        if self.weights:
            return {"seconds": 0.0} if self.has_released_weights() else None
        if self.parts:
            done = [part.finished() for part in self.parts]
            return {"seconds": sum(d["seconds"] for d in done)} if all(done) else None
        run = self.run
        return run.finished() if run.is_finished else None

    def check_finished(self, paper_id):
        """Makes sure that the training is finished.

        Raises:
            UserError: it is not.
        """
        if not self.finished():
            raise UserError(
                self.folder,
                "a finished training",
                self.progress()[0],
                f"`make train-{paper_id}` with the same options",
            )

    def weights_digest(self):
        """Returns a hash of the weights that the job's scores follow from."""
        if self.weights:
            return sha256(self.weights_list)
        if self.parts:
            return digest([part.weights_digest() for part in self.parts])
        return self.run.weights_digest(self.checkpoint)

    def shorter(self):
        """Returns the longest finished `Run` that this one may continue, or None."""
        if self.method.budget_in_loss:
            return None
        candidates = []
        for path in self.runs.glob(f"{self.method.id}-*/finished.json"):
            run = Run(path.parent)
            done = run.finished()
            fewer = done["epochs"] < self.protocol.training.epochs
            if done["base_key"] == self.base_key and fewer:
                candidates.append((done["epochs"], run.folder))
        return Run(max(candidates)[1]) if candidates else None

    def progress(self):
        """Returns where the training stands, and its seconds so far or None."""
        done = self.finished()
        if self.weights:
            return f"released weights {'present' if done else 'missing'}", None
        if done:
            return "finished", done["seconds"]
        if self.parts:
            return "after its parts", None
        rows = self.run.epochs_done(self.base_key)
        if rows is None:
            shorter = self.shorter()
            begun = f", goes on after {shorter.finished()['epochs']}" if shorter else ""
            return f"new{begun}", None
        seconds = sum(row["seconds"] for row in rows)
        return f"epoch {len(rows)} of {self.protocol.training.epochs}", seconds

    def remaining(self):
        """Returns the seconds of training that are left, or None if nobody knows.

        They are judged by this training so far or, if it is new, by the fastest one of
        the same method, data set and profile; a shorter one that it goes on from has
        its epochs already.
        """
        if self.finished() or not self.trains:
            return 0.0
        epochs = self.protocol.training.epochs
        rows = self.run.epochs_done(self.base_key)
        if rows:
            per_epoch = sum(row["seconds"] for row in rows) / len(rows)
            return per_epoch * (epochs - len(rows))
        paths = self.runs.glob(f"{self.method.id}-*/finished.json")
        others = [Run(path.parent).finished() for path in paths]
        speeds = [one["seconds"] / one["epochs"] for one in others if one["epochs"]]
        shorter = self.shorter()
        epochs -= shorter.finished()["epochs"] if shorter else 0
        return min(speeds) * epochs if speeds else None

    def evaluation(self):
        """Returns where the evaluation stands, and its seconds or None."""
        run = self.run
        if run.is_evaluated:
            return "scored", run.evaluated().get("seconds")
        return "not scored" if self.finished() else "not trained", None

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
