"""A run's folder: where the engine reads and writes its files, and nowhere else."""

import shutil
from pathlib import Path

from common.errors import UserError
from common.evidence import from_dict
from common.files import atomic_folder, atomic_path, read_json, sha256, write_json
from common.reporting.cases import read_cases, write_cases
from common.training.state import StateStore
from common.training.weights import load_weights
from papers.engine import environment

# The types of the values that are read here, wherever they stand.
_KINDS = dict.fromkeys(("method", "key", "base_key", "command", "commit"), (str,))
_KINDS |= {"epochs": (int,), "seconds": (int, float), "protocol": (dict,)}
_KINDS |= {"previous": (str, type(None))}
_COUNTED, _MOST = ("epochs", "seconds"), 1e9  # more than any training


class Run:
    """The folder of one training.

    | file | what it holds |
    | --- | --- |
    | `job.json` | the job: method, protocol, cases of each part, seed, hashes |
    | `environment.json` | command, commit, versions and machine of the training |
    | `state/` | the state to resume from |
    | `history.csv` | one row per epoch |
    | `best`, `last`, `average` `.weights.h5` | weights |
    | `finished.json` | epochs and seconds; written when the training is finished |
    | `predictions/` | one label map per test case |
    | `cases.csv`, `evaluated.json` | one row per test case; hashes of their sources |

    `state/`, `history.csv`, the weights and TensorBoard's logs are written by
    `common.training.run_files.RunFiles`, the label maps by
    `papers.engine.brats.label_maps`. An experiment may keep files of its own there.

    Args:
        folder: `runs/<paper>/<data>/<profile>/<run>`; it need not exist.

    Every method that reads a file raises a `UserError` if it is missing or damaged.
    """

    def __init__(self, folder):
        self.folder = Path(folder)

    @property
    def is_begun(self):
        """Whether a training has begun here."""
        return (self.folder / "job.json").is_file()

    @property
    def is_finished(self):
        """Whether the training is finished."""
        return (self.folder / "finished.json").is_file()

    @property
    def is_evaluated(self):
        """Whether the test cases are scored."""
        return (self.folder / "evaluated.json").is_file()

    def begin(self, job, shorter=None):
        """Records the job before it is trained.

        Args:
            job: what `papers.engine.job.Job.describe` returns.
            shorter: the `Run` of the same job with fewer epochs that is continued, or
                None.
        """
        write_json(self.folder / "environment.json", environment.describe())
        if shorter is not None:
            with atomic_path(self.weights("best")) as temporary:
                shutil.copyfile(shorter.weights("best"), temporary)
            with atomic_folder(self.folder / "state") as folder:
                shutil.copytree(shorter.folder / "state", folder, dirs_exist_ok=True)
        # Written last: a run that is killed before this begins anew.
        write_json(self.folder / "job.json", job)

    def finish(self, key, base_key, epochs, seconds):
        """Marks the training as finished; the arguments are those of its job."""
        values = {"key": key, "base_key": base_key, "epochs": epochs}
        write_json(self.folder / "finished.json", values | {"seconds": seconds})

    def finished(self):
        """Returns what `finish` wrote."""
        return self._read("finished.json", "base_key", "epochs", "seconds")

    def job(self):
        """Returns the job as `begin` wrote it."""
        return self._read("job.json", "method", "protocol")

    def open(self, paper):
        """Checks that this is a finished run of a paper.

        Args:
            paper: a `papers.engine.paper.Paper`.

        Returns:
            `(method, protocol)`.

        Raises:
            UserError: the folder holds no finished run, or one of another paper.
        """
        if not self.is_finished:
            raise UserError(
                self.folder,
                f"a finished run, runs/{paper.id}/<data>/<profile>/<run>",
                "an unfinished run" if self.is_begun else "no run",
                f"name another with --weights, or run `make train-{paper.id}` first",
            )
        job = self.job()
        methods = {method.id: method for method in paper.methods}
        if job["method"] not in methods:
            raise UserError(
                self.folder,
                f"a run of {paper.id}: {', '.join(methods)}",
                f"one of the method {job['method']}",
                "name another run with --weights",
            )
        try:
            protocol = from_dict(paper.published, job["protocol"])
        except (AttributeError, TypeError, UserError) as error:
            raise self._damaged("job.json", error) from error
        return methods[job["method"]], protocol

    def previous(self):
        """Returns the `Run` beside this one whose output is its input, or None."""
        name = self._read("job.json", "previous")["previous"]
        if name and (name != Path(name).name or name == ".."):
            raise self._damaged("job.json", f"previous: {name!r}, no folder beside it")
        return Run(self.folder.with_name(name)) if name else None

    def weights(self, checkpoint):
        """Returns the file of some weights.

        Args:
            checkpoint: `"best"`, `"last"` or `"average"`.
        """
        return self.folder / f"{checkpoint}.weights.h5"

    def weights_digest(self, checkpoint):
        """Returns the SHA-256 of some weights."""
        path = self.weights(checkpoint)
        try:
            return sha256(path)
        except UserError as error:
            raise self._damaged(path.name, error.received) from error

    def load_weights(self, model, checkpoint):
        """Loads some weights into the Keras model that they belong to."""
        fix = f"delete {self.folder} and train again"
        load_weights(model, self.weights(checkpoint), fix)

    def history(self):
        """Returns the training's history, a `DataFrame` with one row per epoch."""
        import pandas as pd

        try:
            history = pd.read_csv(self.folder / "history.csv")
        except (OSError, ValueError) as error:
            raise self._damaged("history.csv", error) from error
        if history.empty or "epoch" not in history:
            raise self._damaged("history.csv", "no epoch")
        always = ("epoch", "loss", "seconds", "data_wait_share")
        others = [name for name in always if name not in history]
        others += [name for name in history if history[name].dtype.kind not in "if"]
        if others:
            raise self._damaged("history.csv", f"no numbers in {others[0]}")
        return history

    def environment(self):
        """Returns command, commit, versions and machine of the training."""
        return self._read("environment.json", "command", "commit")

    def epochs_done(self, base_key):
        """Returns the rows of the history up to the newest saved state, or None.

        Args:
            base_key: that of the run's job.
        """
        from common.training.progress import Progress  # needs pandas

        newest = StateStore(self.folder / "state", base_key).newest()
        if newest is None:
            return None
        return Progress.from_state(newest, self.folder / "state").history

    def evaluated(self):
        """Returns the hashes behind the rows, and `seconds`, which old runs lack."""
        return self._read("evaluated.json", again="evaluate")

    def rows(self):
        """Returns the rows of the test cases, a `DataFrame`."""
        return read_cases(self.folder / "cases.csv")

    def has_rows_of(self, made_of):
        """Whether there are rows, made with the same weights by the same job.

        Args:
            made_of: a dict of hashes.
        """
        if not (self.is_evaluated and (self.folder / "cases.csv").is_file()):
            return False
        return made_of.items() <= self.evaluated().items()

    def write_rows(self, rows, made_of, seconds):
        """Writes the rows of the test cases.

        Args:
            rows: a list of dicts.
            made_of: hashes of everything that they follow from.
            seconds: how long the evaluation took.
        """
        import pandas as pd

        write_cases(self.folder / "cases.csv", pd.DataFrame(rows))
        write_json(self.folder / "evaluated.json", made_of | {"seconds": seconds})

    def prediction(self, case_id):
        """Returns the file of a case's predicted label map."""
        return self.folder / "predictions" / f"{case_id}.nii.gz"

    def values(self, name, *keys):
        """Returns the values of a further JSON file of the run.

        Args:
            name: the file.
            *keys: those that it must have.
        """
        return self._read(name, *keys)

    def _read(self, name, *keys, again="train"):
        try:
            values = read_json(self.folder / name)
        except OSError as error:
            raise self._damaged(name, error, again) from error
        except UserError as error:
            raise self._damaged(name, error.received, again) from error
        if not isinstance(values, dict):
            raise self._damaged(name, "no object of JSON", again)
        missing = [key for key in keys if key not in values]
        if missing:
            raise self._damaged(name, f"no {', '.join(missing)}", again)
        for key in _KINDS.keys() & values.keys():
            value = values[key]
            is_fit = type(value) in _KINDS[key]
            if is_fit and key in _COUNTED:
                is_fit = 0 <= value <= _MOST
            if not is_fit:
                raise self._damaged(name, f"{key}: {value!r}"[:100], again)
        return values

    def _damaged(self, name, reason, again="train"):
        lines = str(reason).splitlines()
        removed = self.folder if again == "train" else self.folder / name
        return UserError(
            self.folder / name,
            "what a finished training left",
            lines[0] if lines else type(reason).__name__,
            f"delete {removed} and {again} again",
        )
